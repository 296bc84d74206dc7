import { Refusal } from '../refusal.ts'

/** ecr.md 1.0, quotas. */
export const MOST_RESOURCE_TAGS = 50
const LONGEST_KEY = 128
const LONGEST_VALUE = 256

/**
 * Conditions do not tell apart keys that differ only in case, so nothing has two such: whoever may set the one could
 * otherwise hide the other, which decides about somebody's permissions. ECR has no such rule; IAM does.
 *
 * @throws {Refusal} `resource-tag-invalid`; `resource-tags-too-many`
 */
export function checkResourceTags(tags: readonly { readonly key: string; readonly value: string }[]): void {
  if (tags.length > MOST_RESOURCE_TAGS) throw tooManyResourceTags()
  const keys = new Set<string>()
  for (const { key, value } of tags) {
    checkResourceTagKey(key)
    if (value.length > LONGEST_VALUE) throw invalid(`a value has at most ${LONGEST_VALUE} characters`)
    if (keys.has(key.toLowerCase())) throw invalid('a key is given twice; keys differ by more than case')
    keys.add(key.toLowerCase())
  }
}

/** @throws {Refusal} `resource-tag-invalid` when one of the keys is that of a tag that is there, in other letters */
export function checkAddedResourceTags(
  present: readonly { readonly key: string }[],
  added: readonly { readonly key: string }[],
): void {
  const spelt = new Map(present.map(({ key }) => [key.toLowerCase(), key]))
  for (const { key } of added) {
    if ((spelt.get(key.toLowerCase()) ?? key) !== key) {
      throw invalid('a key is there already in other letters; keys differ by more than case')
    }
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
