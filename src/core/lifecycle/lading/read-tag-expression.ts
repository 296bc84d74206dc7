import { TAG_KINDS, type TagKind } from '../../tags/tag-kind.ts'
import { invalidPolicy, shownValue } from './invalid-policy.ts'
import { MOST_EXPRESSION_LEVELS, MOST_RANGE_CHARS, MOST_REGEX_CHARS } from './lading-limits.ts'
import type { ImageTagExpression, TagAtom, TagExpression } from './lading-policy.ts'
import { choiceOf, listOf, type Place, PolicyMembers, type Read, readText } from './policy-members.ts'
import { parseSemverRange } from './semver-range.ts'

const ATOMS = ['glob', 'prefix', 'regex', 'semver', 'kind'] as const
const OF_TAG = [...ATOMS, 'any', 'all', 'not'] as const
const OF_IMAGE = [...OF_TAG, 'every', 'some'] as const

// The keys of a table are what its type says.
const KINDS = Object.keys(TAG_KINDS) as TagKind[]

/** @throws {Refusal} `parameter-invalid` */
export function readTagExpression(place: Place, level = 1): TagExpression {
  if (typeof place.value === 'string') return readText(place)
  const members = openExpression(place, level, OF_TAG)
  const read: Read<TagExpression> = (inner) => readTagExpression(inner, level + 1)
  const name = members.only(OF_TAG)
  switch (name) {
    case 'any':
      return { any: members.required(name, listOf(read)) }
    case 'all':
      return { all: members.required(name, listOf(read)) }
    case 'not':
      return { not: members.required(name, read) }
    default:
      return readAtom(members, name)
  }
}

/** @throws {Refusal} `parameter-invalid` */
export function readImageTagExpression(place: Place, level = 1): ImageTagExpression {
  if (typeof place.value === 'string') return readText(place)
  const members = openExpression(place, level, OF_IMAGE)
  const read: Read<ImageTagExpression> = (inner) => readImageTagExpression(inner, level + 1)
  const readOfTag: Read<TagExpression> = (inner) => readTagExpression(inner, level + 1)
  const name = members.only(OF_IMAGE)
  switch (name) {
    case 'any':
      return { any: members.required(name, listOf(read)) }
    case 'all':
      return { all: members.required(name, listOf(read)) }
    case 'not':
      return { not: members.required(name, read) }
    case 'every':
      return { every: members.required(name, readOfTag) }
    case 'some':
      return { some: members.required(name, readOfTag) }
    default:
      return readAtom(members, name)
  }
}

function openExpression<Name extends string>(place: Place, level: number, names: readonly Name[]): PolicyMembers<Name> {
  if (level > MOST_EXPRESSION_LEVELS) {
    throw invalidPolicy(place.where, `expected at most ${MOST_EXPRESSION_LEVELS} expressions within each other`)
  }
  if (typeof place.value !== 'object' || place.value === null) {
    throw invalidPolicy(place.where, `expected a glob, or an object with one of ${names.join(', ')}`)
  }
  return new PolicyMembers(place, names)
}

function readAtom(members: PolicyMembers<(typeof ATOMS)[number]>, name: (typeof ATOMS)[number]): TagAtom {
  switch (name) {
    case 'glob':
      return { glob: members.required(name, readText) }
    case 'prefix':
      return { prefix: members.required(name, readText) }
    case 'regex':
      return { regex: members.required(name, readRegex) }
    case 'semver':
      return { semver: members.required(name, readSemver) }
    case 'kind':
      return { kind: members.required(name, choiceOf(KINDS)) }
  }
}

function readRegex(place: Place): string {
  const text = readText(place)
  // Code points, as JSON Schema counts.
  const chars = [...text].length
  if (chars <= MOST_REGEX_CHARS) return text
  throw invalidPolicy(place.where, `expected at most ${MOST_REGEX_CHARS} characters, got ${chars}`)
}

function readSemver(place: Place): true | string {
  if (place.value === true) return true
  if (typeof place.value === 'string' && parseSemverRange(place.value) !== undefined) return place.value
  throw invalidPolicy(
    place.where,
    `expected true, or a range of at most ${MOST_RANGE_CHARS} characters such as ">=1.2.0 <2.0.0", got ${shownValue(place.value)}`,
  )
}
