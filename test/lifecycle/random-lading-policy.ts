import fc from 'fast-check'
import type {
  ImageTagExpression,
  LadingCondition,
  LadingPolicy,
  LadingRule,
  LadingSelection,
  TagAtom,
  TagExpression,
} from '../../src/core/lifecycle/lading/lading-policy.ts'
import { TAG_KINDS } from '../../src/core/lifecycle/lading/read-tag-expression.ts'

/** Few letters, so that globs and tags meet. */
export const anyGlob: fc.Arbitrary<string> = fc.stringMatching(/^[ab1*]{0,5}$/)

const anyAtom: fc.Arbitrary<TagAtom> = fc.oneof(
  { weight: 4, arbitrary: anyGlob },
  anyGlob.map((glob) => ({ glob })),
  anyGlob.map((prefix) => ({ prefix })),
  fc.constantFrom('a+', '[ab]*1', '(a|b|1)*').map((regex) => ({ regex })),
  fc.constantFrom<true | string>(true, '>=1.0.0', '<2.0.0', '>=1.0.0 <2.0.0', '1.1.0').map((semver) => ({ semver })),
  fc.constantFrom(...TAG_KINDS).map((kind) => ({ kind })),
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

const anyCount = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(Number.MAX_SAFE_INTEGER))
const anySince = fc.constantFrom('pushed', 'pulled', 'tagged', 'untagged', 'archived')
const anyBy = fc.constantFrom('pushed', 'pulled', 'tagged', 'untagged', 'semver')

export const anyCondition: fc.Arbitrary<LadingCondition> = fc.oneof(
  fc.record({ days: anyCount, since: anySince }).map((olderThan) => ({ olderThan })),
  fc.record({ hours: anyCount, since: anySince }).map((olderThan) => ({ olderThan })),
  fc.record({ count: anyCount, by: anyBy }).map((beyond) => ({ beyond })),
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
