import * as z from 'zod'
import { isDigest } from '../../core/digest.ts'
import { isRepositoryName } from '../../core/repository-name.ts'
import { isTag, parseTag } from '../../core/tag.ts'
import { TAG_KINDS, type TagKind } from '../../core/tags/tag-kind.ts'
import type { Registry } from '../../ports/metadata/registries.ts'
import type { ManifestReference } from '../../services/pull-manifest.ts'

export const accountIdField = z.string().regex(/^\d{12}$/, 'must be 12 digits')

export const accountNameField = z
  .string()
  .max(128)
  .refine((text) => !/\p{C}/u.test(text), 'must not hold invisible characters')
  .describe('For people; may be empty.')

/** IAM's names of users and roles (IAM API reference, CreateUser, read 2026-11). */
export const identityNameField = z.string().regex(/^[\w+=,.@-]{1,64}$/, 'must be 1 to 64 letters, digits or +=,.@-_')

/** That of a provider which IAM's API made is its issuer without the scheme, so slashes are in it. */
export const providerNameField = z.string().regex(/^[!-~]{1,255}$/, 'must be 1 to 255 letters, digits or signs')

export const repositoryNameField = z
  .string()
  .max(255)
  .refine(
    isRepositoryName,
    'must be the name of a repository, such as team/app, with its slashes as %2F in the address',
  )

export const imageReferenceField = z
  .string()
  .max(135)
  .refine(
    (text) => isTag(text) || isDigest(text),
    'must be a tag, or a digest such as sha256: and 64 hexadecimal digits',
  )

/** @param text as `imageReferenceField` takes it */
export function toReference(text: string): ManifestReference {
  return isDigest(text) ? { kind: 'digest', digest: text } : { kind: 'tag', tag: parseTag(text) }
}

export const tagField = z
  .string()
  .max(128)
  .refine(isTag, 'must be a tag: letters, digits, underscore, period and dash, not starting with period or dash')

/** A path prefix of repositories' names, with a slash at its end. */
export const namespaceField = z
  .string()
  .max(255)
  .refine(
    (text) => text.endsWith('/') && isRepositoryName(text.slice(0, -1)),
    'must be a namespace with a slash at its end, such as team-blue/, with its slashes as %2F in the address',
  )

/** A time that somebody gives: RFC 3339, with or without seconds, of this world (after 1970). Unix time in milliseconds. */
export const instantField = z
  .string()
  .max(40)
  .regex(
    /^\d{4}-\d\d-\d\d(?:[Tt]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:\d\d))?$/,
    'must be a time such as 2026-08-01T00:00Z, or a day',
  )
  .transform((text) => Date.parse(text.toUpperCase()))
  .refine((atMs) => Number.isFinite(atMs) && atMs >= 0, 'must be a time that there is')

export function visibleText(min: number, max: number) {
  return z
    .string()
    .min(min)
    .max(max)
    .refine((text) => !/\p{C}/u.test(text), 'must not hold invisible characters')
}

// The keys of a table are what its type says.
export const tagKindField = z.enum(Object.keys(TAG_KINDS) as TagKind[])

export const timeField = z.string().meta({ format: 'date-time' })

/** A page of a list: what comes after a name, and how much of it. */
export const pageQuery = z.strictObject({
  after: z.string().max(255).optional().describe('What `next` of the page before said.'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

export function ladingArn({ region, accountId }: Registry, resource: string): string {
  return `arn:aws:lading:${region}:${accountId}:${resource}`
}

/** Rights on a namespace are rights on all repositories under it. */
export function namespaceArn({ region, accountId }: Registry, path: string): string {
  return `arn:aws:ecr:${region}:${accountId}:repository/${path}*`
}

export function toTime(atMs: number): string {
  return new Date(atMs).toISOString()
}
