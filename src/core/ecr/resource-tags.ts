import { Refusal } from '../refusal.ts'

/** ecr.md 1.0, quotas. */
export const MOST_RESOURCE_TAGS = 50
const LONGEST_KEY = 128
const LONGEST_VALUE = 256

/** @throws {Refusal} `resource-tag-invalid`; `resource-tags-too-many` */
export function checkResourceTags(tags: readonly { readonly key: string; readonly value: string }[]): void {
  if (tags.length > MOST_RESOURCE_TAGS) throw tooManyResourceTags()
  const keys = new Set<string>()
  for (const { key, value } of tags) {
    checkResourceTagKey(key)
    if (value.length > LONGEST_VALUE) throw invalid(`a value has at most ${LONGEST_VALUE} characters`)
    if (keys.has(key)) throw invalid('a key is given twice')
    keys.add(key)
  }
}

/** @throws {Refusal} `resource-tag-invalid` */
export function checkResourceTagKey(key: string): void {
  if (key.length < 1 || key.length > LONGEST_KEY) throw invalid(`a key has 1 to ${LONGEST_KEY} characters`)
  if (key.toLowerCase().startsWith('aws:')) throw invalid("keys that begin with 'aws:' are reserved")
}

export function tooManyResourceTags(): Refusal {
  return new Refusal('resource-tags-too-many', `A repository can have at most ${MOST_RESOURCE_TAGS} tags.`)
}

function invalid(why: string): Refusal {
  return new Refusal('resource-tag-invalid', `Invalid resource tag: ${why}.`)
}
