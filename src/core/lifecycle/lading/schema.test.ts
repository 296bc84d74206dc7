import { expect, test } from 'bun:test'
import { type Schema, Validator } from '@cfworker/json-schema'
import fc from 'fast-check'
import schema from '../../../../docs/schemas/lifecycle-policy-v1.json' with { type: 'json' }
import { anyPolicy } from '../../../../test/lifecycle/random-lading-policy.ts'
import { Refusal } from '../../refusal.ts'
import type { JsonValue } from '../../strict-json.ts'
import { parseLadingPolicy } from './parse-lading-policy.ts'
import { readLadingPolicy } from './read-lading-policy.ts'

// The file's type is that of its text, in which "type" is any string.
const validator = new Validator(schema as unknown as Schema, '2020-12')

function isRead(document: JsonValue): boolean {
  try {
    readLadingPolicy(document)
    return true
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}

test('the published schema takes every policy that the parser takes', () => {
  let taken = 0
  fc.assert(
    fc.property(anyPolicy, (policy) => {
      const text = JSON.stringify(policy)
      const document: JsonValue = JSON.parse(text)
      expect(validator.validate(document).valid).toBe(true)
      expect<unknown>(readLadingPolicy(document)).toEqual(JSON.parse(text))
      taken++
    }),
    { numRuns: 300 },
  )
  expect(taken).toBe(300)
}, 60_000)

/** What may stand at a place where something else should. */
const STRAY = fc.constantFrom<JsonValue>(
  null,
  true,
  0,
  1,
  -1,
  1.5,
  2 ** 53,
  '',
  'a',
  'keep',
  'pushed',
  'archive',
  '\0',
  '>=1.0.0',
  '1.0',
  'ab c',
  [],
  {},
  ['a'],
  [1],
  { glob: 'a' },
  { glob: 'a', prefix: 'a' },
  { not: 'a' },
  { every: 'a' },
  { every: { every: 'a' } },
  { any: [] },
  { any: ['a', { semver: true }] },
  { semver: '<2.0.0 >1.0.0' },
  { semver: false },
  { kind: 'date' },
  { kind: 'commit' },
  { regex: '('.repeat(256) },
  { regex: '😀'.repeat(256) },
  { regex: 'a'.repeat(257) },
  { semver: ` ${'1.0.0 '.repeat(22)}` },
  { olderThan: { days: 1, since: 'pushed' } },
  { olderThan: { since: 'pushed' } },
  { beyond: { count: 1 } },
  { newerThan: { hours: 1, since: 'pulled' } },
  { within: { count: 1, by: 'semver' } },
  { within: { days: 1, since: 'pushed' } },
)
const STRAY_NAMES = [
  'tags',
  'tag',
  'select',
  'when',
  'newerThan',
  'within',
  'days',
  'hours',
  'every',
  'some',
  'not',
  'any',
  'semver',
  'x',
  '__proto__',
]

/** Every place of a document: how to get there. */
function placesOf(value: JsonValue, trail: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [trail]
  const entries: [string | number, JsonValue][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [trail, ...entries.flatMap(([key, inner]) => placesOf(inner, [...trail, key]))]
}

interface Change {
  readonly kind: 'replace' | 'remove' | 'add'
  readonly value: JsonValue
  readonly name: string
}

/** The document with one thing in it changed, in place. */
function change(document: JsonValue, trail: readonly (string | number)[], { kind, value, name }: Change): JsonValue {
  const [key, ...rest] = trail
  if (key === undefined) {
    if (kind !== 'add' || typeof document !== 'object' || document === null || Array.isArray(document)) return value
    return Object.fromEntries([...Object.entries(document), [name, value]])
  }
  const entries: [string | number, JsonValue][] = Array.isArray(document)
    ? [...document.entries()]
    : Object.entries(document ?? {})
  const changed = entries.flatMap(([each, inner]): [string | number, JsonValue][] => {
    if (each !== key) return [[each, inner]]
    if (kind === 'remove' && rest.length === 0) return []
    return [[each, change(inner, rest, { kind, value, name })]]
  })
  return Array.isArray(document) ? changed.map(([, inner]) => inner) : Object.fromEntries(changed)
}

const anyChange = fc.record<Change>({
  kind: fc.constantFrom('replace', 'remove', 'add'),
  value: STRAY,
  name: fc.constantFrom(...STRAY_NAMES),
})

test('whatever is changed in a policy, the published schema and the parser judge it alike', () => {
  const seen = { valid: 0, invalid: 0 }
  fc.assert(
    fc.property(
      anyPolicy,
      fc.array(fc.tuple(fc.nat(), anyChange), { minLength: 1, maxLength: 2 }),
      (policy, changes) => {
        let document: JsonValue = JSON.parse(JSON.stringify(policy))
        for (const [at, each] of changes) {
          const places = placesOf(document)
          document = change(document, places[at % places.length] ?? [], each)
        }
        const { valid } = validator.validate(document)
        seen[valid ? 'valid' : 'invalid']++
        if (valid !== isRead(document)) throw new Error(`the schema says ${valid} of ${JSON.stringify(document)}`)
      },
    ),
    { numRuns: 1000 },
  )
  expect(seen.valid).toBeGreaterThan(50)
  expect(seen.invalid).toBeGreaterThan(300)
}, 60_000)

test('what the schema cannot say, its comment does', () => {
  const rule = { select: {}, action: 'keep' }
  const tagged = (tags: unknown) => [{ select: { tags }, action: 'keep' }]
  const beyond: [string, readonly unknown[]][] = [
    ['names differ', [{ ...rule, name: 'rule-2' }, rule]],
    [
      'priorities are of all rules or none, and ascend',
      [
        { ...rule, priority: 2 },
        { ...rule, priority: 1 },
      ],
    ],
    [
      '16 levels deep',
      tagged(
        Array(16)
          .fill(0)
          .reduce<unknown>((inner) => ({ not: inner }), { glob: '*' }),
      ),
    ],
    ['regular expressions are such', tagged({ regex: '(' })],
    ['at most 32', tagged({ any: Array(33).fill({ regex: 'a' }) })],
    ['250 instructions', tagged({ regex: 'a{128}'.repeat(2) })],
    ['500 together', tagged({ any: Array(5).fill({ regex: 'a{128}' }) })],
    ['30720 characters', [{ ...rule, description: 'x'.repeat(30_720) }]],
  ]
  for (const [said, rules] of beyond) {
    const document: JsonValue = JSON.parse(JSON.stringify({ version: 'lading/lifecycle/v1', rules }))
    expect(schema.$comment).toContain(said)
    expect(validator.validate(document).valid).toBe(true)
    expect(() => parseLadingPolicy(JSON.stringify(document))).toThrow(Refusal)
  }
})
