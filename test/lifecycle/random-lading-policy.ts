import fc from 'fast-check'
import type {
  ImageTagExpression,
  LadingAge,
  LadingCondition,
  LadingPolicy,
  LadingRule,
  LadingSelection,
  LadingWindow,
  TagAtom,
  TagExpression,
} from '../../src/core/lifecycle/lading/lading-policy.ts'
import { TAG_KINDS, type TagKind } from '../../src/core/tags/tag-kind.ts'

/** Few letters, so that globs and tags meet. */
export const anyGlob: fc.Arbitrary<string> = fc.stringMatching(/^[ab1*]{0,5}$/)

const anyAtom: fc.Arbitrary<TagAtom> = fc.oneof(
  { weight: 4, arbitrary: anyGlob },
  anyGlob.map((glob) => ({ glob })),
  anyGlob.map((prefix) => ({ prefix })),
  fc.constantFrom('a+', '[ab]*1', '(a|b|1)*').map((regex) => ({ regex })),
  fc.constantFrom<true | string>(true, '>=1.0.0', '<2.0.0', '>=1.0.0 <2.0.0', '1.1.0').map((semver) => ({ semver })),
  fc.constantFrom(...(Object.keys(TAG_KINDS) as TagKind[])).map((kind) => ({ kind })),
)

const fewLevels = { maxDepth: 2, depthSize: 'small' } as const

export const anyTagExpression: fc.Arbitrary<TagExpression> = fc.letrec<{ expression: TagExpression }>((tie) => ({
  expression: fc.oneof(
    fewLevels,
    anyAtom,
    fc.array(tie('expression'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
    fc.array(tie('expression'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
    tie('expression').map((not) => ({ not })),
  ),
})).expression

export const anyImageTagExpression: fc.Arbitrary<ImageTagExpression> = fc.letrec<{ expression: ImageTagExpression }>(
  (tie) => ({
    expression: fc.oneof(
      fewLevels,
      anyAtom,
      fc.array(tie('expression'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
      fc.array(tie('expression'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
      tie('expression').map((not) => ({ not })),
      anyTagExpression.map((every) => ({ every })),
      anyTagExpression.map((some) => ({ some })),
    ),
  }),
).expression

const anyTypes = fc.array(fc.constantFrom('*', 'text/*', 'text/plain', 'image/*'), { minLength: 1, maxLength: 2 })

export const anySelection: fc.Arbitrary<LadingSelection> = fc.record(
  {
    tags: anyImageTagExpression,
    tagged: fc.boolean(),
    storageClass: fc.constantFrom('standard', 'archive'),
    mediaTypes: anyTypes,
    artifactTypes: anyTypes,
    annotations: fc.dictionary(fc.constantFrom('org.x', 'y'), fc.constantFrom('*', 'a*', 'a'), { minKeys: 1 }),
  },
  { requiredKeys: [] },
)

const anyCount = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 1, arbitrary: fc.constant(Number.MAX_SAFE_INTEGER) },
)
const anySince = fc.constantFrom('pushed', 'pulled', 'tagged', 'untagged', 'archived')
const anyBy = fc.constantFrom('pushed', 'pulled', 'tagged', 'untagged', 'semver')

const anyAge: fc.Arbitrary<LadingAge> = fc.oneof(
  fc.record({ days: anyCount, since: anySince }),
  fc.record({ hours: anyCount, since: anySince }),
)
const anyWindow: fc.Arbitrary<LadingWindow> = fc.record({ count: anyCount, by: anyBy })

export const anyCondition: fc.Arbitrary<LadingCondition> = fc.oneof(
  anyAge.map((olderThan) => ({ olderThan })),
  anyAge.map((newerThan) => ({ newerThan })),
  anyWindow.map((beyond) => ({ beyond })),
  anyWindow.map((within) => ({ within })),
)

export const anyRule: fc.Arbitrary<LadingRule> = fc
  .record(
    {
      description: fc.string({ maxLength: 5 }).map((text) => text.replaceAll('\0', ' ')),
      select: anySelection,
      when: anyCondition,
      action: fc.constantFrom('expire', 'archive', 'untag', 'keep'),
      tag: anyTagExpression,
      rest: fc.constantFrom('next', 'keep'),
    },
    { requiredKeys: ['select', 'action'] },
  )
  .map(({ tag, ...rule }) => (tag !== undefined && rule.action === 'untag' ? { ...rule, tag } : rule))

export const anyPolicy: fc.Arbitrary<LadingPolicy> = fc
  .record(
    {
      unit: fc.constantFrom('image', 'manifest'),
      description: fc.constant('of some kind'),
      rules: fc.array(anyRule, { minLength: 1, maxLength: 5 }),
    },
    { requiredKeys: ['rules'] },
  )
  .map((policy) => ({ version: 'lading/lifecycle/v1', ...policy }))

/** Of one or two members, so that selections are often within each other. */
const anySmallSelection = fc
  .tuple(anySelection, fc.array(fc.constantFrom('tags', 'tagged', 'storageClass'), { maxLength: 2 }))
  .map(([selection, names]): LadingSelection => {
    const { tags, tagged, storageClass } = selection
    return {
      ...(tags !== undefined && names.includes('tags') && { tags }),
      ...(tagged !== undefined && names.includes('tagged') && { tagged }),
      ...(storageClass !== undefined && names.includes('storageClass') && { storageClass }),
    }
  })

/** The rule again, with some of it changed; often it selects less, or hits less. */
function anyVariantOf(rule: LadingRule): fc.Arbitrary<LadingRule> {
  return fc
    .record({
      other: anyRule,
      select: anySmallSelection,
      tags: anyImageTagExpression,
      more: fc.nat(2),
      kind: fc.nat(5),
    })
    .map(({ other, select, tags, more, kind }) => {
      const { tag: _, ...rest } = kind === 0 ? other : { ...rule, action: other.action }
      const tagged = rule.select.tags === undefined ? tags : { all: [tags, rule.select.tags] }
      const narrower =
        kind === 1 ? { ...rule.select, ...select } : kind === 2 ? { ...rule.select, tags: tagged } : rest.select
      const when = rule.when && (kind === 3 ? increased(rule.when, more) : rule.when)
      const isOfTags = rest.action === 'untag' && rule.tag !== undefined
      return { ...rest, select: narrower, ...(when && { when }), ...(isOfTags && { tag: rule.tag }) }
    })
}

function increased(when: LadingCondition, by: number): LadingCondition {
  if ('beyond' in when) return { beyond: { ...when.beyond, count: when.beyond.count + by } }
  if ('within' in when) return { within: { ...when.within, count: when.within.count + by } }
  return 'olderThan' in when
    ? { olderThan: increasedAge(when.olderThan, by) }
    : { newerThan: increasedAge(when.newerThan, by) }
}

function increasedAge(age: LadingAge, by: number): LadingAge {
  return 'days' in age ? { ...age, days: age.days + by } : { ...age, hours: age.hours + by }
}

/** Policies whose rules have much to do with each other. */
export const anyRelatedPolicy: fc.Arbitrary<LadingPolicy> = fc
  .tuple(anyRule, anySmallSelection, fc.nat(3))
  .map(([rule, select, kind]) => (kind > 0 ? { ...rule, select } : rule))
  .chain((rule) => fc.tuple(fc.constant(rule), anyVariantOf(rule), anyVariantOf(rule), anyVariantOf(rule)))
  .chain((rules) => fc.shuffledSubarray(rules, { minLength: 2 }))
  .map((rules) => ({ version: 'lading/lifecycle/v1', rules }))
