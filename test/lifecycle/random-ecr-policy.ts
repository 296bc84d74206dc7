import fc from 'fast-check'
import type { EcrLifecyclePolicy, EcrLifecycleRule, EcrSelection } from '../../src/core/lifecycle/ecr/ecr-policy.ts'
import { EXPIRE, TRANSITION } from './ecr-documents.ts'
import { anyGlob } from './random-lading-policy.ts'

type Tags = Pick<EcrSelection, 'tagStatus' | 'tagPatternList' | 'tagPrefixList'>
type Unnumbered = Omit<EcrLifecycleRule, 'rulePriority'>

const anyPattern = anyGlob.filter((glob) => glob !== '' && glob.split('*').length <= 5)
const anyList = fc.uniqueArray(anyPattern, { minLength: 1, maxLength: 3 })
const anyTagged: fc.Arbitrary<Tags> = fc.oneof(
  anyList.map((tagPatternList) => ({ tagStatus: 'tagged', tagPatternList }) as const),
  anyList.map((tagPrefixList) => ({ tagStatus: 'tagged', tagPrefixList }) as const),
)

/** Those of one storage class may come in this order: the lists differ, one is about untagged images, `any` comes last. */
const anyTags: fc.Arbitrary<readonly Tags[]> = fc
  .record({
    tagged: fc.uniqueArray(anyTagged, {
      maxLength: 3,
      selector: ({ tagPatternList, tagPrefixList }) =>
        JSON.stringify([tagPatternList !== undefined, (tagPatternList ?? tagPrefixList ?? []).toSorted()]),
    }),
    untaggedAt: fc.integer({ min: -3, max: 3 }),
    hasAny: fc.boolean(),
  })
  .map(({ tagged, untaggedAt, hasAny }) => [
    ...(untaggedAt >= 0 ? tagged.toSpliced(untaggedAt, 0, { tagStatus: 'untagged' }) : tagged),
    ...(hasAny ? [{ tagStatus: 'any' } as const] : []),
  ])

const anyNumber = fc.integer({ min: 1, max: 4 })
const standard = fc.constantFrom({}, { storageClass: 'standard' } as const)
const anyStandard: fc.Arbitrary<(tags: Tags) => Unnumbered> = fc
  .tuple(
    anyNumber,
    standard,
    fc.constantFrom(
      { countType: 'imageCountMoreThan' } as const,
      { countType: 'sinceImagePushed', countUnit: 'days' } as const,
      { countType: 'sinceImagePulled', countUnit: 'days' } as const,
    ),
    fc.constantFrom(EXPIRE, TRANSITION),
  )
  .map(([countNumber, storageClass, count, action]) => (tags) => ({
    selection: { ...tags, ...storageClass, ...count, countNumber },
    action: count.countType === 'sinceImagePulled' ? TRANSITION : action,
  }))
const anyArchived: fc.Arbitrary<(tags: Tags) => Unnumbered> = anyNumber.map((number) => (tags) => ({
  selection: {
    ...tags,
    storageClass: 'archive',
    countType: 'sinceImageTransitioned',
    countUnit: 'days',
    countNumber: 89 + number,
  },
  action: EXPIRE,
}))

function anyOfClass(anyOne: fc.Arbitrary<(tags: Tags) => Unnumbered>): fc.Arbitrary<readonly Unnumbered[]> {
  return anyTags.chain((tags) =>
    fc
      .array(anyOne, { minLength: tags.length, maxLength: tags.length })
      .map((makers) => makers.flatMap((make, index) => (tags[index] === undefined ? [] : [make(tags[index])]))),
  )
}

/** Every policy that ECR takes, of few rules, in any order of its list. */
export const anyEcrPolicy: fc.Arbitrary<EcrLifecyclePolicy> = fc
  .tuple(anyOfClass(anyStandard), anyOfClass(anyArchived), fc.boolean())
  .filter(([first, second]) => first.length + second.length > 0)
  .map(([first, second, isSwapped]) => (isSwapped ? [...second, ...first] : [...first, ...second]))
  .chain((rules) =>
    fc
      .tuple(
        fc.array(anyNumber, { minLength: rules.length, maxLength: rules.length }),
        fc.array(fc.option(fc.string({ maxLength: 3 }), { nil: undefined }), {
          minLength: rules.length,
          maxLength: rules.length,
        }),
      )
      .map(([gaps, descriptions]) => {
        let rulePriority = 0
        return rules.map((rule, index): EcrLifecycleRule => {
          rulePriority += gaps[index] ?? 1
          const description = descriptions[index]?.replaceAll('\0', ' ')
          return { rulePriority, ...(description !== undefined && { description }), ...rule }
        })
      }),
  )
  .chain((rules) => fc.shuffledSubarray(rules, { minLength: rules.length }))
  .map((rules) => ({ rules }))
