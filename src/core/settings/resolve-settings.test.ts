import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { refusalOf } from '../../../test/support/refusal-of.ts'
import { parseRepositoryName } from '../repository-name.ts'
import { isTagLocked, isTagLockedByAny, type TagMutability } from '../tag-mutability.ts'
import { refuseWeaker } from './refuse-weaker.ts'
import { isOn, resolveSettings, type SaidSetting } from './resolve-settings.ts'
import { parseNamespacePath, type Scope } from './scope.ts'
import { JOIN_RULES, SETTING_NAMES, type Setting } from './settings.ts'
import { isAsStrict, joinMutabilities } from './stricter-mutability.ts'

const CHAIN: readonly Scope[] = [
  { kind: 'installation' },
  { kind: 'registry' },
  { kind: 'namespace', path: parseNamespacePath('a/') },
  { kind: 'namespace', path: parseNamespacePath('a/b/') },
  { kind: 'repository', name: parseRepositoryName('a/b/c') },
]
const TAGS = ['v1', 'v2', 'latest', 'dev-1', 'dev-latest', '']

const filter = fc.constantFrom('v*', 'v1', 'dev-*', '*latest', 'latest', '*', '**')
const mutability = fc.oneof(
  fc.constantFrom<TagMutability>(
    { mode: 'MUTABLE', exclusionFilters: [] },
    { mode: 'IMMUTABLE', exclusionFilters: [] },
  ),
  fc.record({
    mode: fc.constantFrom('MUTABLE_WITH_EXCLUSION' as const, 'IMMUTABLE_WITH_EXCLUSION' as const),
    exclusionFilters: fc.array(filter, { minLength: 1, maxLength: 3 }),
  }),
)
const setting: fc.Arbitrary<Setting> = fc.oneof(
  fc.record({ name: fc.constant('tagMutability' as const), value: mutability }),
  fc.record({ name: fc.constant('deletionProtection' as const), value: fc.boolean() }),
  fc.record({ name: fc.constant('scanOnPush' as const), value: fc.boolean() }),
  fc.record({ name: fc.constant('lifecyclePolicy' as const), value: fc.constantFrom('p', 'q') }),
  fc.record({
    name: fc.constant('restoreWindow' as const),
    value: fc.record({ days: fc.integer({ min: 0, max: 9 }) }),
  }),
  fc.record({ name: fc.constant('quota' as const), value: fc.record({ images: fc.nat() }) }),
  fc.record({ name: fc.constant('tagRules' as const), value: fc.constantFrom({ a: 1 }, { b: 1 }) }),
)
/** What a chain of scopes says, farthest first, each name once in a scope. */
const chain = fc
  .uniqueArray(fc.record({ at: fc.nat(CHAIN.length - 1), setting, locked: fc.boolean() }), {
    selector: ({ at, setting: { name } }) => `${at} ${name}`,
    maxLength: 14,
  })
  .map((said) =>
    said
      .toSorted((a, b) => a.at - b.at)
      // One of the scopes, by the arbitrary's bound.
      .map(({ at, setting: one, locked }): SaidSetting => ({ scope: CHAIN[at] as Scope, ...one, locked })),
  )

const isLocked = (said: readonly SaidSetting<'tagMutability'>[], tag: string) =>
  isTagLockedByAny(
    said.map(({ value }) => value),
    tag,
  )

test('whatever is said below a locked scope, nothing that it asks for is lost', () => {
  fc.assert(
    fc.property(chain, (said) => {
      const effective = resolveSettings(said)
      for (const locked of said.filter((one) => one.locked)) {
        if (JOIN_RULES[locked.name] !== 'one') expect(effective[locked.name]).toContainEqual(locked as never)
        if (locked.name === 'tagMutability') {
          const { value } = locked as SaidSetting<'tagMutability'>
          for (const tag of TAGS) if (isTagLocked(value, tag)) expect(isLocked(effective.tagMutability, tag)).toBe(true)
        }
        if (locked.name === 'deletionProtection' && locked.value === true) {
          expect(isOn(effective.deletionProtection)).toBe(true)
        }
      }
      const first = said.find((one) => one.locked && one.name === 'lifecyclePolicy')
      if (first !== undefined) expect(effective.lifecyclePolicy).toEqual([first as SaidSetting<'lifecyclePolicy'>])
    }),
  )
})

test('what nobody has locked is what the nearest scope says, and quotas are those of all', () => {
  fc.assert(
    fc.property(chain, (some) => {
      const said = some.map((one) => ({ ...one, locked: false }))
      const effective = resolveSettings(said)
      for (const name of SETTING_NAMES) {
        const named = said.filter((one) => one.name === name)
        const expected = JOIN_RULES[name] === 'each' ? named : named.slice(-1)
        expect<readonly SaidSetting[]>(effective[name]).toEqual(expected)
      }
    }),
  )
})

test('a setting is what it is whatever scopes say of others', () => {
  fc.assert(
    fc.property(chain, (said) => {
      const effective = resolveSettings(said)
      for (const name of SETTING_NAMES) {
        const alone = resolveSettings(said.filter((one) => one.name === name))
        expect<readonly SaidSetting[]>(alone[name]).toEqual(effective[name])
      }
    }),
  )
})

test('what is let through below a locked mutability locks every tag that it locks', () => {
  fc.assert(
    fc.property(mutability, mutability, (child, parent) => {
      if (!isAsStrict(child, parent)) return
      for (const tag of TAGS) if (isTagLocked(parent, tag)) expect(isTagLocked(child, tag)).toBe(true)
    }),
  )
})

test('a mutability is as strict as itself, and what stands for several is as strict as each', () => {
  fc.assert(
    fc.property(fc.array(mutability, { minLength: 1, maxLength: 4 }), (all) => {
      const joined = joinMutabilities(all)
      for (const one of all) {
        expect(isAsStrict(one, one)).toBe(true)
        for (const tag of TAGS) if (isTagLocked(one, tag)) expect(isTagLocked(joined, tag)).toBe(true)
      }
    }),
  )
})

const only = (mode: TagMutability['mode'], ...exclusionFilters: string[]): TagMutability => ({ mode, exclusionFilters })

test.each([
  [only('MUTABLE'), only('IMMUTABLE'), false],
  [only('IMMUTABLE_WITH_EXCLUSION', 'dev-*'), only('IMMUTABLE_WITH_EXCLUSION', 'dev-*', 'tmp'), true],
  [only('IMMUTABLE_WITH_EXCLUSION', 'dev-*', 'tmp'), only('IMMUTABLE_WITH_EXCLUSION', 'dev-*'), false],
  [only('IMMUTABLE_WITH_EXCLUSION', 'dev-1*'), only('IMMUTABLE_WITH_EXCLUSION', 'dev-*'), true],
  [only('MUTABLE_WITH_EXCLUSION', 'v*'), only('MUTABLE_WITH_EXCLUSION', 'v1.*'), true],
  [only('MUTABLE_WITH_EXCLUSION', 'v1.*'), only('MUTABLE_WITH_EXCLUSION', 'v*'), false],
  [only('IMMUTABLE_WITH_EXCLUSION', 'dev-*'), only('MUTABLE_WITH_EXCLUSION', 'v*'), true],
  [only('IMMUTABLE_WITH_EXCLUSION', '*-rc'), only('MUTABLE_WITH_EXCLUSION', 'v*'), false],
  [only('MUTABLE_WITH_EXCLUSION', '*'), only('IMMUTABLE'), true],
])('%j below a locked %j: %p', (child, parent, allowed) => {
  expect(isAsStrict(child, parent)).toBe(allowed)
  const above: SaidSetting[] = [{ scope: CHAIN[2] as Scope, name: 'tagMutability', value: parent, locked: true }]
  const put = () => refuseWeaker(above, { name: 'tagMutability', value: child })
  if (allowed) return put()
  expect(refusalOf(put).message).toContain("The setting tagMutability is locked by namespace 'a/'.")
})

test('below a locked policy no other can be set, and below one that is not locked it can', () => {
  const said = (locked: boolean): SaidSetting[] => [
    { scope: { kind: 'registry' }, name: 'lifecyclePolicy', value: 'p', locked },
  ]
  const other: Setting = { name: 'lifecyclePolicy', value: 'q' }
  expect(refusalOf(() => refuseWeaker(said(true), other)).reason).toBe('setting-locked')
  refuseWeaker(said(false), other)
  refuseWeaker(said(true), { name: 'restoreWindow', value: { days: 0 } })
})
