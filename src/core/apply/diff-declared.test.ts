import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { anyDocument } from '../../../test/apply/random-documents.ts'
import type { JsonValue } from '../strict-json.ts'
import type { ApplyKind } from './apply-kind.ts'
import type { Declared } from './declared.ts'
import { diffDeclared } from './diff-declared.ts'
import { leafChanges } from './leaf-changes.ts'
import { readDocument } from './read-document.ts'

const KEEP = { prune: false }
type PartList = [string, JsonValue][]

function differenceOf(kind: ApplyKind, wanted: PartList, there: PartList, options = KEEP) {
  const declared: Declared = { kind, name: 'one', parts: new Map(wanted) }
  const { effect, changes, left } = diffDeclared(declared, { exists: true, parts: new Map(there) }, options)
  return { effect, changes, left }
}

const SAME = { effect: 'none' as const, changes: [], left: [] }
const policyOf = (statement: object): JsonValue => JSON.parse(JSON.stringify({ Statement: statement }))
const EFFECT = { Effect: 'Allow' }

test.each<[string, ApplyKind, PartList, PartList]>([
  ['keys in another order', 'Namespace', [['settings.quota', { a: 1, b: 2 }]], [['settings.quota', { b: 2, a: 1 }]]],
  [
    'filters in another order',
    'Repository',
    [['settings.tagMutability', { mode: 'M', exclusionFilters: ['b', 'a'] }]],
    [['settings.tagMutability', { mode: 'M', exclusionFilters: ['a', 'b', 'a'] }]],
  ],
  [
    'no filters',
    'Repository',
    [['settings.tagMutability', { mode: 'M' }]],
    [['settings.tagMutability', { mode: 'M', exclusionFilters: [] }]],
  ],
  [
    'one action, in a list or not, and one statement',
    'Registry',
    [['policy', policyOf({ ...EFFECT, Action: 'a', Condition: { Bool: { k: 'v' } } })]],
    [['policy', policyOf([{ ...EFFECT, Action: ['a'], Condition: { Bool: { k: ['v'] } } }])]],
  ],
  [
    'an account, by its number or its ARN',
    'Namespace',
    [['settings.repositoryPolicy', policyOf({ ...EFFECT, Principal: { AWS: '111122223333' } })]],
    [['settings.repositoryPolicy', policyOf({ ...EFFECT, Principal: { AWS: ['arn:aws:iam::111122223333:root'] } })]],
  ],
  ['what is so by default', 'Webhook', [['state', 'enabled']], []],
  ['a lock that nobody has', 'Namespace', [['locked.scanOnPush', false]], []],
  ['a default that the file leaves out', 'Webhook', [], [['format', 'cloudevents']]],
  ['audiences in another order', 'OidcProvider', [['clientIds', ['b', 'a']]], [['clientIds', ['a', 'b']]]],
])('%s is no change', (_, kind, wanted, there) => {
  expect(differenceOf(kind, wanted, there)).toEqual(SAME)
  expect(differenceOf(kind, wanted, there, { prune: true })).toEqual(SAME)
})

test('a default that the file says is a change where it is not so', () => {
  expect(differenceOf('Webhook', [['format', 'cloudevents']], [['format', 'eventbridge']])).toEqual({
    effect: 'change',
    changes: [{ part: 'format', was: 'eventbridge', becomes: 'cloudevents' }],
    left: [],
  })
})

test('`false` that is said of a setting is no default: it counts against what is above', () => {
  expect(differenceOf('Namespace', [['settings.scanOnPush', false]], []).effect).toBe('change')
})

test('statements of a policy and rules of a lifecycle policy keep their order', () => {
  const [one, other] = [{ Sid: 'a' }, { Sid: 'b' }]
  expect(
    differenceOf('Registry', [['policy', policyOf([one, other])]], [['policy', policyOf([other, one])]]).effect,
  ).toBe('change')
  const rules = (list: readonly JsonValue[]): PartList => [['settings.lifecyclePolicy', { rules: list }]]
  expect(differenceOf('Namespace', rules([1, 2]), rules([2, 1])).effect).toBe('change')
})

test('what the file does not have is left and named, and goes with prune alone', () => {
  const there: PartList = [
    ['settings.quota', { images: 1 }],
    ['tags.a', 'b'],
  ]
  expect(differenceOf('Repository', [], there)).toEqual({ ...SAME, left: ['settings.quota', 'tags.a'] })
  expect(differenceOf('Repository', [], there, { prune: true })).toEqual({
    effect: 'change',
    changes: [
      { part: 'settings.quota', was: { images: 1 }, becomes: undefined },
      { part: 'tags.a', was: 'b', becomes: undefined },
    ],
    left: [],
  })
})

test('a lock goes with its setting', () => {
  const there: PartList = [
    ['settings.scanOnPush', true],
    ['locked.scanOnPush', true],
  ]
  expect(differenceOf('Namespace', [], there).left).toEqual(['settings.scanOnPush'])
})

test('whatever is declared differs from nothing, and not from itself', () => {
  fc.assert(
    fc.property(anyDocument, fc.boolean(), (document, prune) => {
      const declared = readDocument(document)
      const none = diffDeclared(declared, { exists: false, parts: new Map() }, { prune })
      expect(none.effect).toBe('make')
      const same = diffDeclared(declared, { exists: true, parts: declared.parts }, { prune })
      expect(same).toMatchObject(SAME)
    }),
  )
})

test('of a policy of which a number changed, the number alone is shown', () => {
  const rules = (days: number, ...more: JsonValue[]): JsonValue => ({ rules: [{ when: { days }, 'a b': 1 }, ...more] })
  expect(leafChanges('policy', rules(1), rules(2))).toEqual([
    { where: 'policy.rules[0].when.days', was: 1, becomes: 2 },
  ])
  expect(leafChanges('policy', { 'a b': 1 }, {})).toEqual([{ where: 'policy["a b"]', was: 1, becomes: undefined }])
  expect(leafChanges('policy', rules(1), rules(1, 2))).toMatchObject([{ where: 'policy.rules' }])
  expect(leafChanges('policy', undefined, 1)).toEqual([{ where: 'policy', was: undefined, becomes: 1 }])
  expect(leafChanges('policy', rules(1), rules(1))).toEqual([])
})
