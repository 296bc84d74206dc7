import { checkResourceTagKey, checkResourceTags, MOST_RESOURCE_TAGS } from '../../core/ecr/resource-tags.ts'
import { Refusal } from '../../core/refusal.ts'
import type { ResourceTag } from '../../ports/metadata/repositories.ts'

/**
 * The tags with those given added; a key that is there, in whatever case, gets the new value, as keys of IAM's tags
 * differ by more than case (IAM user guide, "Tags for AWS Identity and Access Management resources").
 *
 * @throws {Refusal} `resource-tag-invalid`; `limit-exceeded` when there would be more than 50
 */
export function withTags(present: readonly ResourceTag[], given: readonly ResourceTag[]): ResourceTag[] {
  const tags = [...without(present, given.map(keyOf)), ...given]
  if (tags.length > MOST_RESOURCE_TAGS) {
    throw new Refusal('limit-exceeded', `The number of tags has reached the maximum limit of ${MOST_RESOURCE_TAGS}.`)
  }
  checkResourceTags(given)
  return tags
}

/** The tags without those of the keys; keys that are not there are passed over. @throws {Refusal} `resource-tag-invalid` */
export function withoutTags(present: readonly ResourceTag[], keys: readonly string[]): ResourceTag[] {
  for (const key of keys) checkResourceTagKey(key)
  return without(present, keys)
}

function without(tags: readonly ResourceTag[], keys: readonly string[]): ResourceTag[] {
  const gone = new Set(keys.map((key) => key.toLowerCase()))
  return tags.filter(({ key }) => !gone.has(key.toLowerCase()))
}

function keyOf({ key }: ResourceTag): string {
  return key
}
