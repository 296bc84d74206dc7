import { expect, test } from 'bun:test'
import { digestOfName, type ImageSketch, NOW_MS, repositoryOf } from '../../../test/lifecycle/lifecycle-images.ts'
import { parseTag } from '../tag.ts'
import { planDeletion } from './plan-deletion.ts'

interface Case {
  readonly images: Readonly<Record<string, ImageSketch>>
  /** By name. */
  readonly delete: readonly string[]
  readonly untag?: readonly string[]
  readonly actions: readonly string[]
  readonly refused?: readonly string[]
}

const SIGNATURE_OF_A = `${digestOfName('A').replace(':', '-')}.sig`

test.each<[string, Case]>([
  ['an image goes, and nothing else', { images: { A: {}, B: {} }, delete: ['A'], actions: ['expire A (1)'] }],
  [
    'an index goes before its child, which is asked for as well',
    { images: { A: {}, I: { children: ['A'] } }, delete: ['A', 'I'], actions: ['expire I (1)', 'expire A (1)'] },
  ],
  [
    'what an index holds stays while that does',
    { images: { A: {}, I: { children: ['A'] } }, delete: ['A'], actions: [], refused: ['A (1) held by I'] },
  ],
  [
    'referrers go with their subject',
    { images: { A: {}, S: { subject: 'A' } }, delete: ['A'], actions: ['expire A (1)', 'expire S (1) referrer of A'] },
  ],
  [
    'one that has a name of its own does not',
    { images: { A: {}, S: { subject: 'A', tags: ['mine'] } }, delete: ['A'], actions: ['expire A (1)'] },
  ],
  [
    'a referrer that is asked for goes, although its subject cannot',
    {
      images: { A: {}, I: { children: ['A'] }, S: { subject: 'A' } },
      delete: ['A', 'S'],
      actions: ['expire S (1)'],
      refused: ['A (1) held by I'],
    },
  ],
  [
    'so does a signature by its tag',
    {
      images: { A: {}, I: { children: ['A'] }, S: { tags: [SIGNATURE_OF_A] } },
      delete: ['A', 'S'],
      actions: ['expire S (1)'],
      refused: ['A (1) held by I'],
    },
  ],
  [
    'a signature’s tag is taken off it, although its subject cannot go',
    {
      images: { A: {}, I: { children: ['A'] }, S: { tags: [SIGNATURE_OF_A] } },
      delete: ['A'],
      untag: [SIGNATURE_OF_A],
      actions: [`untag S:${SIGNATURE_OF_A} (2)`],
      refused: ['A (1) held by I'],
    },
  ],
  [
    'a signature by subject whose tag is taken off too goes',
    {
      images: { A: {}, S: { tags: [SIGNATURE_OF_A], subject: 'A' } },
      delete: ['A'],
      untag: [SIGNATURE_OF_A],
      actions: ['expire A (1)', 'expire S (1) referrer of A'],
    },
  ],
  [
    'an image with a locked tag stays',
    {
      images: { A: { tags: ['v1'], lockedTags: ['v1'] } },
      delete: ['A'],
      actions: [],
      refused: ['A (1) locked by A'],
    },
  ],
  [
    'a tag is taken off an image that stays',
    { images: { A: { tags: ['v1', 'v2'] } }, delete: [], untag: ['v1'], actions: ['untag A:v1 (2)'] },
  ],
])('%s', (_, { images: sketches, delete: names, untag = [], actions, refused = [] }) => {
  const { images, actionsOf, refusedOf } = repositoryOf(sketches)
  const wanted = { images: new Set(names.map(digestOfName)), tags: new Set(untag.map(parseTag)) }
  for (const given of [images, images.toReversed()]) {
    const plan = planDeletion(wanted, given, NOW_MS)
    expect(actionsOf(plan).toSorted()).toEqual(actions.toSorted())
    expect(refusedOf(plan)).toEqual([...refused])
    // An index is there before what it holds.
    if (actions[0] === 'expire I (1)') expect(actionsOf(plan)).toEqual([...actions])
  }
})
