import { TAG_KEY, TAG_VALUE } from '../../core/iam/tag-text.ts'
import { Refusal } from '../../core/refusal.ts'
import { isStorableText } from '../../core/storable-text.ts'
import type { ResourceTag } from '../../ports/metadata/repositories.ts'
import type { Inputs } from '../query/inputs.ts'
import { validationError } from '../query/validation-error.ts'

/** What names of users, groups, roles and policies are made of (API reference of IAM, CreateUser). */
const NAME = /^[\w+=,.@-]+$/
const PATH = /^\/(?:[!-~]+\/)?$/
const PATH_PREFIX = /^\/[!-\x7f]*$/

const LONGEST_PATH = 512
/** Groups' and policies' names, and what any name is looked up by. */
export const LONGEST_NAME = 128
/** Users' and roles' names. */
export const LONGEST_PRINCIPAL_NAME = 64

/** @param max how long a name may be: what is only looked up may be longer than what may be made */
export function parseName<Name extends string>(
  inputs: Inputs<Name>,
  name: Name,
  max = LONGEST_NAME,
): string | undefined {
  const text = inputs.text(name, { min: 1, max })
  if (text === undefined || NAME.test(text)) return text
  throw new Refusal(
    'parameter-invalid',
    `The specified value for ${lowerFirst(name)} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
  )
}

export function parseRequiredName<Name extends string>(inputs: Inputs<Name>, name: Name, max = LONGEST_NAME): string {
  return inputs.required(name, parseName(inputs, name, max))
}

/** `/`, or `/…/` of what ASCII prints. */
export function parsePath<Name extends string>(inputs: Inputs<Name>, name: Name): string | undefined {
  const text = inputs.text(name, { min: 1, max: LONGEST_PATH })
  if (text === undefined || PATH.test(text)) return text
  throw new Refusal(
    'parameter-invalid',
    `The specified value for ${lowerFirst(name)} is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.`,
  )
}

/** What the paths of a list begin with; `/` when it is left out. */
export function parsePathPrefix(inputs: Inputs<'PathPrefix'>): string {
  return inputs.text('PathPrefix', { min: 1, max: LONGEST_PATH, pattern: PATH_PREFIX }) ?? '/'
}

/** `PermissionsBoundary` and others; whether there is such a policy is the service's business. */
export function parseArn<Name extends string>(inputs: Inputs<Name>, name: Name): string | undefined {
  return inputs.text(name, { min: 20, max: 2048 })
}

/** More than may be kept is refused by its own rule, with its own error. */
const MANY_TAGS = { min: 0, max: 500 }

/** @throws {Refusal} `resource-tag-invalid` for a key that is there twice; `parameter-invalid` */
export function parseTags(inputs: Inputs<'Tags'>): ResourceTag[] {
  const tags = (inputs.structures<'Key' | 'Value'>('Tags', MANY_TAGS) ?? []).map((tag) => ({
    key: tag.requiredText('Key', TAG_KEY),
    value: tag.requiredText('Value', TAG_VALUE),
  }))
  if (new Set(tags.map(({ key }) => key.toLowerCase())).size === tags.length) return tags
  throw new Refusal('resource-tag-invalid', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.')
}

export function parseTagKeys(inputs: Inputs<'TagKeys'>): string[] {
  return inputs.required('TagKeys', inputs.texts('TagKeys', MANY_TAGS, TAG_KEY))
}

export interface PageInput {
  readonly after: string | undefined
  readonly limit: number
}

/**
 * `MaxItems` and `Marker`. A marker is the last name of the page before, or whatever the list goes by.
 *
 * @param most where items are large or cost much; fewer than were asked for may be given, as long as the answer says that
 *   there are more (API reference of IAM, "MaxItems")
 */
export function parsePage(inputs: Inputs<'MaxItems' | 'Marker'>, most = 1000): PageInput {
  const asked = inputs.integer('MaxItems', { min: 1, max: 1000 }) ?? 100
  const limit = Math.min(asked, most)
  const marker = inputs.text('Marker', { min: 1, max: 320 })
  return { limit, after: marker === undefined ? undefined : openMarker(marker) }
}

/**
 * One page of a list, which was asked for one more than it takes.
 *
 * @param found in order, at most `limit + 1`
 * @param keyOf what the list goes by
 */
export function pageOf<Item>(
  found: readonly Item[],
  { limit }: PageInput,
  keyOf: (item: Item) => string,
): { readonly items: Item[]; readonly IsTruncated: boolean; readonly Marker?: string } {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  if (found.length <= limit || last === undefined) return { items, IsTruncated: false }
  return { items, IsTruncated: true, Marker: Buffer.from(keyOf(last)).toString('base64url') }
}

/** A page of a list that is in memory, in an order that `keyOf` gives. */
export function pageOfAll<Item>(all: readonly Item[], page: PageInput, keyOf: (item: Item) => string) {
  const { after } = page
  const left = after === undefined ? all : all.filter((item) => keyOf(item) > after)
  const sorted = left.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  return pageOf(sorted.slice(0, page.limit + 1), page, keyOf)
}

function openMarker(marker: string): string {
  const key = Buffer.from(marker, 'base64url').toString()
  // One spelling of every marker, and nothing that a list would not have given.
  if (key !== '' && isStorableText(key) && Buffer.from(key).toString('base64url') === marker) return key
  throw validationError('marker', marker, 'Member must be a marker of an earlier answer to the same call')
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}
