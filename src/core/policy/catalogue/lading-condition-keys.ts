import type { ConditionKeyType } from './condition-key-type.ts'

/** What is asked for, where an image is. */
export const LADING_CONDITION_KEYS: readonly (readonly [key: string, type: ConditionKeyType])[] = [
  ['lading:ImageDigest', 'String'],
  ['lading:ImageTag', 'String'],
  ['lading:MediaType', 'String'],
]
