import { expect, test } from 'bun:test'
import { type Schema, Validator } from '@cfworker/json-schema'
import fc from 'fast-check'
import schema from '../../../docs/schemas/apply-v1.json' with { type: 'json' }
import { anyDocument } from '../../../test/apply/random-documents.ts'
import { Refusal } from '../refusal.ts'
import { SETTING_NAMES } from '../settings/settings.ts'
import type { JsonValue } from '../strict-json.ts'
import { checkDeclared } from './check-declared.ts'
import { readDocument } from './read-document.ts'

// The file's type is that of its text, in which "type" is any string.
const validator = new Validator(schema as unknown as Schema, '2020-12')

function isRead(document: JsonValue): boolean {
  try {
    readDocument(document)
    return true
  } catch (error) {
    if (error instanceof Refusal) return false
    throw error
  }
}

test('the published schema takes every document that the parser takes, of each kind', () => {
  const kinds = new Set<string>()
  fc.assert(
    fc.property(anyDocument, (document) => {
      expect(validator.validate(document)).toMatchObject({ valid: true })
      const declared = readDocument(document)
      checkDeclared(declared)
      kinds.add(declared.kind)
    }),
    { numRuns: 500 },
  )
  expect([...kinds].sort()).toEqual([...schema.properties.kind.enum].sort())
}, 60_000)

const STRAY = fc.constantFrom<JsonValue>(
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  '',
  'own',
  'a/',
  'a/b',
  'x'.repeat(129),
  '😀'.repeat(128),
  '\0',
  'aws:x',
  '123456789012',
  'IMMUTABLE',
  'MUTABLE_WITH_EXCLUSION',
  'a*b*c*',
  [],
  {},
  ['quota'],
  ['tagRules', 'tagRules'],
  ['scanOnPush'],
  ['dev-*'],
  { bytes: 1 },
  { days: 3651 },
  { 'aws:a': 'b' },
  { a: 'b', c: 1 },
  { mode: 'IMMUTABLE', exclusionFilters: [] },
)
const STRAY_NAMES = ['settings', 'locked', 'tags', 'policy', 'quota', 'bytes', 'state', 'url', 'x', '__proto__']

interface Change {
  readonly kind: 'replace' | 'remove' | 'add'
  readonly value: JsonValue
  readonly name: string
}

type Trail = readonly (string | number)[]

function entriesOf(value: JsonValue): [string | number, JsonValue][] {
  if (Array.isArray(value)) return [...value.entries()]
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

/** Every place of a document: how to get there. */
function placesOf(value: JsonValue, trail: Trail = []): Trail[] {
  return [trail, ...entriesOf(value).flatMap(([key, inner]) => placesOf(inner, [...trail, key]))]
}

/** The document with one thing in it changed. */
function change(document: JsonValue, trail: Trail, given: Change): JsonValue {
  const [key, ...rest] = trail
  const isList = Array.isArray(document)
  if (key === undefined) {
    if (given.kind !== 'add' || typeof document !== 'object' || document === null || isList) return given.value
    return Object.fromEntries([...Object.entries(document), [given.name, given.value]])
  }
  const changed = entriesOf(document).flatMap(([each, inner]): [string | number, JsonValue][] => {
    if (each !== key) return [[each, inner]]
    return given.kind === 'remove' && rest.length === 0 ? [] : [[each, change(inner, rest, given)]]
  })
  return isList ? changed.map(([, inner]) => inner) : Object.fromEntries(changed)
}

test('whatever is changed in a document, the published schema and the parser judge it alike', () => {
  const anyChange = fc.record<Change>({
    kind: fc.constantFrom('replace', 'remove', 'add'),
    value: STRAY,
    name: fc.constantFrom(...STRAY_NAMES),
  })
  const changes = fc.array(fc.tuple(fc.nat(), anyChange), { minLength: 1, maxLength: 2 })
  const seen = { valid: 0, invalid: 0 }
  fc.assert(
    fc.property(anyDocument, changes, (given, wanted) => {
      let document: JsonValue = given
      for (const [at, each] of wanted) {
        const places = placesOf(document)
        document = change(document, places[at % places.length] ?? [], each)
      }
      const { valid } = validator.validate(document)
      seen[valid ? 'valid' : 'invalid']++
      if (valid !== isRead(document)) throw new Error(`the schema says ${valid} of ${JSON.stringify(document)}`)
    }),
    { numRuns: 2000 },
  )
  expect(seen.valid).toBeGreaterThan(100)
  expect(seen.invalid).toBeGreaterThan(500)
}, 60_000)

test('the published schema has the settings that there are', () => {
  expect(Object.keys(schema.$defs.settings.properties)).toEqual([...SETTING_NAMES])
})
