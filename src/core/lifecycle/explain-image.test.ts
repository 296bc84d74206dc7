import { expect, test } from 'bun:test'
import { FOUNDING_POLICY } from '../../../test/lifecycle/ecr-documents.ts'
import {
  DAY_MS,
  daysAgo,
  digestOfName,
  type ImageSketch,
  NOW_MS,
  repositoryOf,
  rulesOf,
} from '../../../test/lifecycle/lifecycle-images.ts'
import { compileEcrPolicy } from './ecr/compile-ecr-policy.ts'
import { parseEcrPolicy } from './ecr/parse-ecr-policy.ts'
import { explainImage } from './explain-image.ts'
import { someTag } from './image-tags-matcher.ts'
import type { LifecyclePolicy } from './lifecycle-policy.ts'
import { judgeSnapshot } from './plan-lifecycle.ts'

const founding = compileEcrPolicy(parseEcrPolicy(FOUNDING_POLICY))

function explain(policy: LifecyclePolicy, sketches: Readonly<Record<string, ImageSketch>>, name: string) {
  const { images } = repositoryOf(sketches)
  return explainImage(policy, judgeSnapshot(policy, images, NOW_MS), digestOfName(name))
}

/** Digests are as long as they are: in sentences of these tests, names. */
function sentenceOf(policy: LifecyclePolicy, sketches: Readonly<Record<string, ImageSketch>>, name: string) {
  const { images, nameOf } = repositoryOf(sketches)
  const { sentence = '' } = explain(policy, sketches, name) ?? {}
  return images.reduce((text, { digest }) => text.replaceAll(digest, nameOf(digest)), sentence)
}

const releases = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`v${n}`, { tags: [`v${n}`], age: 20 + n }]))

test.each([
  ['old', { old: { age: 8 } }, 'Rule 1 expires it, because its time was over at 2026-11-26T12:00:00.000Z.'],
  ['young', { young: { age: 2 } }, 'Rule 1 keeps it until 2026-12-02T12:00:00.000Z, and then has it expired.'],
  ['v3', releases, 'Rule 2 keeps it, because it is number 4 of the 10 that stay by when they were pushed.'],
  ['v11', releases, 'Rule 2 expires it, because it is number 12 and 10 stay by when they were pushed.'],
  [
    'child',
    { index: { tags: ['v1'], children: ['child'] }, child: { age: 9 } },
    'Rule 1 would have it expired, but it stays, because index holds it.',
  ],
  [
    'locked',
    { locked: { age: 9, isLocked: true } },
    'Rule 1 would have it expired, but it stays, because locked, or a tag on it, is locked.',
  ],
  [
    'sbom',
    { app: { tags: ['v1'] }, sbom: { age: 9, subject: 'app' } },
    'It stays for as long as app does, which holds it.',
  ],
  ['sbom', { app: { age: 9 }, sbom: { subject: 'app' } }, 'Rule 1 expires app, and this goes with it.'],
  [
    'app',
    { app: { age: 9 }, sbom: { subject: 'app' } },
    'Rule 1 expires it, because its time was over at 2026-11-25T12:00:00.000Z; with it goes sbom.',
  ],
] as const)('explainImage() says of %s by the founding policy, in one sentence: %#', (name, sketches, expected) => {
  expect(sentenceOf(founding, sketches, name)).toBe(expected)
})

const olderThan = (days: number) => ({ type: 'older-than', ageMs: days * DAY_MS, since: 'pushed' }) as const
const own: LifecyclePolicy = {
  unit: 'image',
  rules: rulesOf(
    { name: 'keep-stable', action: 'keep', selection: { tags: someTag((tag) => tag === 'stable') } },
    { name: 'drop-pr', action: 'untag', selection: { tag: (tag) => tag.startsWith('pr-') }, condition: olderThan(3) },
    { name: 'old', selection: { isTagged: true }, condition: olderThan(90) },
    { name: 'older', selection: { isTagged: true }, condition: olderThan(30) },
  ),
}

test.each([
  [{ image: { tags: ['stable'], age: 99 } }, 'Rule keep-stable keeps it, because it is selected.'],
  [
    { image: { tags: ['pr-1', 'v1'], age: 9 } },
    'It stays: rule older does not apply until 2026-12-18T12:00:00.000Z, and then has it expired; rule drop-pr takes the tag pr-1 off.',
  ],
  [{ image: { age: 99 } }, 'It stays, because no rule selects it.'],
])('explainImage() by rules of our own: %#', (sketches, expected) => {
  expect(sentenceOf(own, sketches, 'image')).toBe(expected)
})

const newest: LifecyclePolicy = {
  unit: 'image',
  rules: rulesOf(
    { name: 'in-use', action: 'keep', condition: { ...olderThan(30), type: 'newer-than', since: 'pulled' } },
    { name: 'newest', action: 'keep', condition: { type: 'within', count: 2, order: 'semver' } },
    { name: 'cold', action: 'archive', selection: { isTagged: false } },
    { name: 'rest', selection: { isTagged: true } },
  ),
}
const versions = { a: { tags: ['v1'], age: 40 }, b: { tags: ['2.0.0'], age: 40 }, c: { tags: ['1.0.0'], age: 40 } }

test.each([
  ['a', { a: { age: 9 } }, 'Rule in-use keeps it, because its time is not over until 2026-12-18T12:00:00.000Z.'],
  ['c', versions, 'Rule newest keeps it, because it is number 2 of the first 2 by version.'],
  ['a', versions, 'Rule rest expires it, because it is selected.'],
  [
    'a',
    { a: { age: 40, storageClass: 'archive' } },
    'It stays: rule in-use does not apply, because its time was over at 2026-11-17T12:00:00.000Z.',
  ],
] as const)('explainImage() says of %s by what is kept, in one sentence: %#', (name, sketches, expected) => {
  expect(sentenceOf(newest, sketches, name)).toBe(expected)
})

test('explainImage() says what is not kept by either, and what is done already', () => {
  const [inUse, first, cold] = newest.rules.map(
    (rule): LifecyclePolicy => ({ unit: 'image', rules: [{ ...rule, rest: 'keep' }] }),
  )
  const old = { v1: { tags: ['1.0.0'], age: 50 }, v2: { tags: ['2.0.0'] }, v3: { tags: ['3.0.0'] } }
  const archived = { image: { storageClass: 'archive' } } as const
  expect([
    inUse && sentenceOf(inUse, old, 'v1'),
    first && sentenceOf(first, old, 'v1'),
    cold && sentenceOf(cold, archived, 'image'),
  ]).toEqual([
    'Rule in-use keeps it, because its time was over at 2026-11-07T12:00:00.000Z.',
    'Rule newest keeps it, because it is number 3 and not one of the first 2 by version.',
    'Rule cold keeps it, because it is in the archive already.',
  ])
})

test('explainImage() gives the facts behind the sentence', () => {
  expect(explain(founding, releases, 'v3')).toMatchObject({
    outcome: 'stays',
    sight: { standing: 'rest', when: { type: 'beyond', position: 4, count: 10, order: 'pushed' } },
    refused: undefined,
  })
  expect(explain(founding, { young: { age: 2 } }, 'young')?.sight?.when).toEqual({ type: 'at', atMs: daysAgo(2 - 7) })
  const index = { index: { age: 9, children: ['a', 'b'] }, a: { tags: ['a'] }, b: {} }
  expect(explain({ ...founding, unit: 'image' }, index, 'index')).toMatchObject({
    outcome: 'expires',
    takesAlong: [digestOfName('b')],
  })
  expect(explain({ ...founding, unit: 'image' }, index, 'b')).toMatchObject({
    outcome: 'expires',
    takenBy: digestOfName('index'),
    sight: { rule: { priority: 1 } },
  })
  expect(explain(founding, {}, 'nothing')).toBeUndefined()
})
