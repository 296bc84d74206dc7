import { type Digest, isDigest } from '../../core/digest.ts'
import type { Fields } from '../../core/ecr/fields.ts'
import { formatPageToken, invalidPageToken, type PageKey, parsePageToken } from '../../core/ecr/page-token.ts'
import { imageKeys } from '../../core/image-keys.ts'
import type { StorageClass } from '../../core/lifecycle/lifecycle-image.ts'
import { requestTagKeys } from '../../core/policy/request-tag-keys.ts'
import { isRepositoryName, type RepositoryName } from '../../core/repository-name.ts'
import { isTag, type Tag } from '../../core/tag.ts'
import type { TagStatus } from '../../ports/metadata/images.ts'
import type { ResourceTag } from '../../ports/metadata/repositories.ts'
import type { AccessKeys } from '../../services/authorize.ts'

/** The model's pattern for repository names (ecr.md 1.15), as messages quote it. */
const NAME_PATTERN = '[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*'
const TAG_PATTERN = '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}'
/** What ECR itself asks of a digest (ecr.md 1.0); ours is stricter, so more text fits this than can exist. */
const DIGEST_SHAPE = /^[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+$/

export const DIGEST_RULE = 'must be sha256: or sha512: and 64 or 128 lower-case hexadecimal digits'

const MAX_RESULTS = { min: 1, max: 1000 }
const DEFAULT_RESULTS = 100

export function parseRepositoryField(fields: Fields<'repositoryName'>): RepositoryName {
  const text = fields.requiredText('repositoryName', { min: 2, max: 255 })
  if (isRepositoryName(text)) return text
  throw fields.invalid('repositoryName', `must satisfy regular expression '${NAME_PATTERN}'`)
}

/** `registryId`, which most operations take: the account whose registry is meant. */
export function parseRegistryId(fields: Fields<'registryId'>): string | undefined {
  return fields.text('registryId', { pattern: /^[0-9]{12}$/ })
}

/** A list of repository names, or undefined when it is absent. */
export function parseRepositoryNames(fields: Fields<'repositoryNames'>): RepositoryName[] | undefined {
  return fields.texts('repositoryNames', { min: 1, max: 100 }, { min: 2, max: 255 })?.map((text) => {
    if (isRepositoryName(text)) return text
    throw fields.invalid('repositoryNames', `must satisfy regular expression '${NAME_PATTERN}'`)
  })
}

export function parseTagField<Name extends string>(fields: Fields<Name>, name: Name): Tag | undefined {
  const text = fields.text(name, { min: 1, max: 300 })
  if (text === undefined || isTag(text)) return text
  throw fields.invalid(name, `must satisfy regular expression '${TAG_PATTERN}'`)
}

/** A digest that content can be asked for by. */
export function parseDigestField<Name extends string>(fields: Fields<Name>, name: Name): Digest | undefined {
  const text = fields.text(name)
  if (text === undefined || isDigest(text)) return text
  throw fields.invalid(name, DIGEST_RULE)
}

export function hasDigestShape(text: string): boolean {
  return text.length <= 1000 && DIGEST_SHAPE.test(text)
}

/** An image as a caller names it, unchecked: what is wrong with one is answered beside the others. */
export interface ImageIdText {
  readonly imageDigest?: string
  readonly imageTag?: string
}

/** Each once: the same image a hundred times would be the same answer a hundred times. */
export function parseImageIds(fields: Fields<'imageIds'>): ImageIdText[] | undefined {
  const ids = fields.objects<'imageDigest' | 'imageTag'>('imageIds', { min: 1, max: 100 })
  const unique = new Map<string, ImageIdText>()
  for (const id of ids ?? []) {
    const text = toImageId(id.text('imageDigest', { max: 1000 }), id.text('imageTag', { max: 300 }))
    unique.set(JSON.stringify(text), text)
  }
  return ids === undefined ? undefined : [...unique.values()]
}

export function toImageId(imageDigest: string | undefined, imageTag: string | undefined): ImageIdText {
  return { ...(imageDigest === undefined ? {} : { imageDigest }), ...(imageTag === undefined ? {} : { imageTag }) }
}

/** `filter.tagStatus` and `filter.imageStatus`: only what is ACTIVE unless another is asked for (ecr.md fact 18). */
export function parseImageFilter(fields: Fields<'filter'>): ImageFilter {
  const filter = fields.object<'tagStatus' | 'imageStatus'>('filter')
  const imageStatus = filter?.choice('imageStatus', ['ACTIVE', 'ARCHIVED', 'ACTIVATING', 'ANY']) ?? 'ACTIVE'
  return {
    tagStatus: filter?.choice('tagStatus', ['TAGGED', 'UNTAGGED', 'ANY']) ?? 'ANY',
    storageClass: STORAGE_CLASS_OF[imageStatus],
  }
}

export interface ImageFilter {
  readonly tagStatus: TagStatus
  /** `none`: an image is never on its way out of the archive. */
  readonly storageClass: StorageClass | 'any' | 'none'
}

/** By the model's word for it. */
export const STORAGE_CLASS_OF = { ACTIVE: 'standard', ARCHIVED: 'archive', ANY: 'any', ACTIVATING: 'none' } as const

export function parseResourceTags<Name extends string>(fields: Fields<Name>, name: Name): ResourceTag[] | undefined {
  // More than may be kept is refused by its own rule, with its own error.
  const tags = fields.objects<'Key' | 'Value'>(name, { min: 0, max: 1000 })
  return tags?.map((tag) => ({ key: tag.requiredText('Key'), value: tag.requiredText('Value') }))
}

export interface PageInput {
  readonly limit: number
  readonly after: PageKey | undefined
}

/**
 * `maxResults` and `nextToken`.
 *
 * @param list the list's name and the length of its key; a token of another list is refused
 * @param limits the most and the default page size, when they are not 1000 and 100
 */
export function parsePage(
  fields: Fields<'maxResults' | 'nextToken'>,
  list: { name: string; keyLength: number },
  limits: { most: number; usual: number } = { most: MAX_RESULTS.max, usual: DEFAULT_RESULTS },
): PageInput {
  const limit = fields.integer('maxResults', { min: MAX_RESULTS.min, max: limits.most }) ?? limits.usual
  const token = fields.text('nextToken')
  return { limit, after: token === undefined ? undefined : parsePageToken(list.name, token, list.keyLength) }
}

/** The page's key, for lists whose key is a digest. */
export function digestAfter({ after }: PageInput): Digest | undefined {
  if (after === undefined) return undefined
  const [digest] = after
  if (typeof digest !== 'string' || !isDigest(digest)) throw invalidPageToken()
  return digest
}

/** @throws {Refusal} `parameter-invalid` when paging is mixed with a list of names, as the model forbids */
export function refusePaging(fields: Fields<'maxResults' | 'nextToken'>, beside: string): void {
  for (const name of ['maxResults', 'nextToken'] as const) {
    const given = name === 'nextToken' ? fields.text(name) : fields.integer(name, MAX_RESULTS)
    if (given !== undefined) throw fields.invalid(name, `Member must be null when ${beside} is given`)
  }
}

export function nextToken(list: { name: string }, key: PageKey | undefined): string | undefined {
  return key === undefined ? undefined : formatPageToken(list.name, key)
}

/** What conditions may ask about each image of a list. */
export function keysOfImages(ids: readonly ImageIdText[]): AccessKeys[] {
  return ids.map(({ imageTag, imageDigest }) => imageKeys({ tag: imageTag, digest: imageDigest }))
}

/** What conditions may ask about the tags that a request puts on a resource; `value` is undefined for those it takes off. */
export function keysOfResourceTags(tags: readonly { readonly key: string; readonly value?: string }[]): AccessKeys[] {
  return [requestTagKeys(tags)]
}
