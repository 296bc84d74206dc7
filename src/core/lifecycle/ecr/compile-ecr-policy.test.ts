import { describe, expect, test } from 'bun:test'
import {
  countMoreThan,
  ecrRule,
  FOUNDING_POLICY,
  LIST_FORMS,
  pushedBefore,
  TRANSITION,
  taggedBy,
} from '../../../../test/lifecycle/ecr-documents.ts'
import { daysAgo, type ImageSketch, NOW_MS, repositoryOf } from '../../../../test/lifecycle/lifecycle-images.ts'
import { planLifecycle } from '../plan-lifecycle.ts'
import { compileEcrPolicy } from './compile-ecr-policy.ts'
import type { EcrLifecycleRule } from './ecr-policy.ts'
import { parseEcrPolicy } from './parse-ecr-policy.ts'

type Sketches = Readonly<Record<string, ImageSketch>>

function planOf(rules: readonly EcrLifecycleRule[], sketches: Sketches) {
  const repository = repositoryOf(sketches)
  const policy = compileEcrPolicy(parseEcrPolicy(JSON.stringify({ rules })))
  const plan = planLifecycle(policy, repository.images, NOW_MS)
  return { actions: repository.actionsOf(plan).toSorted(), refused: repository.refusedOf(plan).toSorted() }
}

const AB: Sketches = {
  A: { tags: ['beta-1', 'prod-1'], age: 10 },
  B: { tags: ['beta-2', 'prod-2'], age: 9 },
  C: { tags: ['beta-3'], age: 8 },
}
const GREEK: Sketches = {
  A: { tags: ['alpha-1'], age: 12 },
  B: { tags: ['beta-1'], age: 11 },
  C: { tags: ['alpha-2', 'beta-2'], age: 10 },
  D: { tags: ['alpha-3'], age: 4 },
  E: { tags: ['beta-3'], age: 3 },
  F: { tags: ['alpha-4', 'beta-4'], age: 2 },
}
const GAMMA: Sketches = {
  A: { tags: ['alpha-1', 'beta-1', 'gamma-1'], age: 10 },
  B: { tags: ['alpha-2', 'beta-2'], age: 9 },
  C: { tags: ['alpha-3', 'beta-3', 'gamma-2'], age: 8 },
}
const MIXED: Sketches = {
  A: { tags: ['alpha-1'], age: 4 },
  B: { tags: ['beta-1'], age: 3 },
  C: { age: 2 },
  D: { tags: ['alpha-2'] },
}
/** AWS calls both D and E a day old, and has E the newer: a moment less. */
const NEWEST: Sketches = {
  A: { tags: ['alpha-1', 'beta-1'], age: 4 },
  B: { age: 3 },
  C: { tags: ['alpha-2'], age: 2 },
  D: { tags: ['8c4d9f2'], age: 1 },
  E: { age: 0.99 },
}

/** AWS's worked examples, ecr.md 2.5. */
describe.each(LIST_FORMS)("ECR's examples by %s", (form) => {
  const by = (...prefixes: string[]) => taggedBy(form, prefixes)
  test.each<[string, readonly EcrLifecycleRule[], Sketches, string[]]>([
    ['D1, multiple rules A', [ecrRule(1, by('prod')), ecrRule(2, by('beta'))], AB, ['expire A (1)']],
    ['D2, multiple rules B', [ecrRule(1, by('beta')), ecrRule(2, by('prod'))], AB, ['expire A (1)', 'expire B (1)']],
    ['D3, multiple tags A', [ecrRule(1, { ...by('alpha', 'beta'), ...pushedBefore(5) })], GREEK, ['expire C (1)']],
    ['D4, multiple tags B', [ecrRule(1, by('alpha', 'beta'))], GAMMA, ['expire A (1)', 'expire B (1)']],
    ['D5, all images A', [ecrRule(1, {})], MIXED, ['expire A (1)', 'expire B (1)', 'expire C (1)']],
    [
      'D6, all images B',
      [ecrRule(1, by('alpha')), ecrRule(2, { tagStatus: 'untagged', ...pushedBefore(1) }), ecrRule(3, {})],
      NEWEST,
      ['expire A (1)', 'expire B (2)', 'expire D (3)'],
    ],
    [
      'P1, image age',
      [ecrRule(1, { ...by('prod'), ...pushedBefore(14) })],
      { A: { tags: ['prod-1'], age: 14.01 }, B: { tags: ['prod-2'], age: 14 }, C: { tags: ['x-prod'], age: 20 } },
      ['expire A (1)'],
    ],
    ['P4, image count', [ecrRule(1, { tagStatus: 'untagged' })], { A: { age: 3 }, B: { age: 2 } }, ['expire A (1)']],
    [
      'P5, archive by age',
      [ecrRule(1, { ...by('prod'), ...pushedBefore(30) }, TRANSITION)],
      { A: { tags: ['prod-1'], age: 31 }, B: { tags: ['prod-2'], age: 31, storageClass: 'archive' } },
      ['archive A (1)'],
    ],
  ])('%s', (_, rules, sketches, expected) => {
    expect(planOf(rules, sketches)).toEqual({ actions: expected, refused: [] })
  })
})

test('D12, the CloudTrail sample: a child that its list holds fails, as ImageReferencedByManifestList', () => {
  const plan = planOf([ecrRule(1, countMoreThan(2))], {
    list: { tags: ['multi'], age: 1, children: ['amd64', 'arm64'] },
    amd64: { age: 2 },
    arm64: { age: 3 },
    alpine: { tags: ['alpine'], age: 4 },
    centos: { tags: ['centos'], age: 5 },
  })
  expect(plan).toEqual({ actions: ['expire alpine (1)', 'expire centos (1)'], refused: ['arm64 (1) held by list'] })
})

test('P2: what was not pulled for 90 days is archived; a pull before the last restore does not count', () => {
  const rule = ecrRule(1, { countType: 'sinceImagePulled', countUnit: 'days', countNumber: 90 }, TRANSITION)
  const plan = planOf([rule], {
    never: { age: 91 },
    young: { age: 89 },
    pulled: { age: 200, lastPulledAtMs: daysAgo(10) },
    forgotten: { age: 200, lastPulledAtMs: daysAgo(91) },
    restored: { age: 200, lastPulledAtMs: daysAgo(150), restoredAtMs: daysAgo(20) },
    'restored long ago': { age: 200, lastPulledAtMs: daysAgo(150), restoredAtMs: daysAgo(100) },
  })
  expect(plan.actions).toEqual(['archive forgotten (1)', 'archive never (1)', 'archive restored long ago (1)'])
})

test('P3 and P6: the archive has rules of its own, and a restored image is as young as its restore', () => {
  const rules = [
    ecrRule(1, pushedBefore(30), TRANSITION),
    ecrRule(2, { storageClass: 'archive', countType: 'sinceImageTransitioned', countUnit: 'days', countNumber: 365 }),
  ]
  const plan = planOf(rules, {
    old: { age: 31 },
    restored: { age: 400, archivedAtMs: daysAgo(370), restoredAtMs: daysAgo(29) },
    archived: { age: 400, storageClass: 'archive', archivedAtMs: daysAgo(364) },
    forgotten: { age: 400, storageClass: 'archive', archivedAtMs: daysAgo(366) },
  })
  expect(plan.actions).toEqual(['archive old (1)', 'expire forgotten (2)'])
})

test('the founding policy: untagged images go after 7 days, 10 of any others stay, and the first rule keeps its own', () => {
  const { images, actionsOf } = repositoryOf({
    ...Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`tagged-${n}`, { tags: [`v${n}`], age: 20 + n }])),
    'untagged, 8 days': { age: 8 },
    'untagged, 7 days': { age: 7 },
    'untagged, 6 days': { age: 6 },
  })
  const plan = planLifecycle(compileEcrPolicy(parseEcrPolicy(FOUNDING_POLICY)), images, NOW_MS)
  // The untagged ones are the youngest three of the second rule's ten; that it would keep the oldest of them saves it not.
  expect(actionsOf(plan).toSorted()).toEqual([
    'expire tagged-10 (2)',
    'expire tagged-11 (2)',
    'expire tagged-7 (2)',
    'expire tagged-8 (2)',
    'expire tagged-9 (2)',
    'expire untagged, 8 days (1)',
  ])
})

test('rules are applied by rulePriority, whatever their order in the document', () => {
  const rules = [ecrRule(20, {}), ecrRule(3, { tagStatus: 'untagged', ...pushedBefore(90) })]
  const { rules: compiled } = compileEcrPolicy({ rules })
  expect(compiled.map(({ priority, name, rest }) => [priority, name, rest])).toEqual([
    [3, 'rule 3', 'keep'],
    [20, 'rule 20', 'keep'],
  ])
})

test('a keep rule as people write it: an earlier rule that counts beyond reach protects what it selects', () => {
  const rules = [ecrRule(1, { ...taggedBy('tagPrefixList', ['prod']), ...countMoreThan(9999) }), ecrRule(2, {})]
  const plan = planOf(rules, {
    A: { tags: ['prod-1'], age: 9 },
    B: { tags: ['dev'], age: 8 },
    C: { tags: ['x'], age: 7 },
  })
  expect(plan.actions).toEqual(['expire B (2)'])
})

test.each([
  [['prod'], ['prod*'], true],
  [['production-team1'], ['prod*'], true],
  [['repo-production'], ['prod*'], false],
  [['repo-production'], ['*prod*'], true],
  [['alpha-1'], ['alpha*', '*1'], true],
  [['alpha-1', 'beta-2'], ['alpha*', 'beta*'], true],
  [['alpha-1'], ['alpha*', 'beta*'], false],
])('tags %j fit the list %j: %p', (tags, tagPatternList, fits) => {
  const plan = planOf([ecrRule(1, { tagStatus: 'tagged', tagPatternList, ...pushedBefore(1) })], {
    A: { tags, age: 2 },
  })
  expect(plan.actions).toEqual(fits ? ['expire A (1)'] : [])
})
