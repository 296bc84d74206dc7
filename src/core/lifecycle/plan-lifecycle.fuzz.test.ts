import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { naivePlan } from '../../../test/lifecycle/naive-planner.ts'
import { NOW_MS, policyOf, policySketch, randomRepository } from '../../../test/lifecycle/random-repository.ts'
import { accessorySubject } from '../tags/accessory-tag.ts'
import type { LifecycleImage } from './lifecycle-image.ts'
import type { LifecyclePlan } from './lifecycle-plan.ts'
import { planLifecycle } from './plan-lifecycle.ts'

/** Without the order, which is asked about by itself. */
function asSets({ actions, refused }: LifecyclePlan) {
  const texts = (rows: readonly object[]) => rows.map((row) => JSON.stringify(sortedMembers(row))).sort()
  return { actions: texts(actions), refused: texts(refused) }
}

function sortedMembers(row: object): object {
  return Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const honest = randomRepository(true)
const hostile = randomRepository(false)
const both = [
  ['honest repositories', honest],
  ['repositories whose edges run in circles', hostile],
] as const

test.each(both)(
  'planLifecycle() agrees with a planner written from the rules alone: %s',
  (_, repository) => {
    const seen = new Map<string, number>()
    fc.assert(
      fc.property(policySketch, repository, (sketch, images) => {
        const policy = policyOf(sketch)
        const plan = planLifecycle(policy, images, NOW_MS)
        expect(asSets(plan)).toEqual(asSets(naivePlan(policy, images, NOW_MS)))
        for (const what of kindsIn(plan))
          seen.set(`${policy.unit} ${what}`, (seen.get(`${policy.unit} ${what}`) ?? 0) + 1)
      }),
      // A seed, so that the counts below are the same in every run.
      { numRuns: 5000, seed: 20_261_127 },
    )
    // Agreement on cases that do not come up says nothing about them.
    const kinds = ['expire', 'archive', 'untag', 'expire referrer', 'archive referrer', 'held', 'locked', 'locked tag']
    const expected = ['manifest', 'image'].flatMap((unit) => kinds.map((kind) => `${unit} ${kind}`))
    expect(
      [...expected, 'image expire child', 'image archive child'].filter((what) => (seen.get(what) ?? 0) < 5),
    ).toEqual([])
  },
  120_000,
)

function kindsIn({ actions, refused }: LifecyclePlan): Set<string> {
  return new Set([
    ...actions.map(({ action, because }) => (because === undefined ? action : `${action} ${because.as}`)),
    ...refused.map(({ why, tag }) => (tag === undefined ? why.code : `${why.code} tag`)),
  ])
}

test.each(both)(
  'the plan, its order too, does not depend on the order of the snapshot: %s',
  (_, repository) => {
    const shuffled = repository.chain((images) =>
      fc.tuple(fc.constant(images), fc.shuffledSubarray(images, { minLength: images.length }), fc.boolean()),
    )
    fc.assert(
      fc.property(policySketch, shuffled, (sketch, [images, others, turned]) => {
        const inside = ({ tags, children, ...image }: LifecycleImage): LifecycleImage => ({
          ...image,
          tags: turned ? tags.toReversed() : tags,
          children: turned ? children.toReversed() : children,
        })
        const policy = policyOf(sketch)
        expect(planLifecycle(policy, new Set(others.map(inside)), NOW_MS)).toEqual(
          planLifecycle(policy, images, NOW_MS),
        )
      }),
      { numRuns: 2000 },
    )
  },
  120_000,
)

/** Whether `from` leads to `digest` by subjects: digests alone never run in circles, and with tags beside them they do. */
function isAbout(images: readonly LifecycleImage[], from: string, digest: string, seen = new Set<string>()): boolean {
  const image = images.find((each) => each.digest === from)
  if (image === undefined || seen.has(from)) return false
  seen.add(from)
  const subjects = [image.subject, ...image.tags.map(({ tag }) => accessorySubject(tag))]
  return subjects.some((each) => each !== undefined && (each === digest || isAbout(images, each, digest, seen)))
}

test('an index comes before what it holds, a subject before its referrers; each goes once; what expires keeps its tags', () => {
  fc.assert(
    fc.property(policySketch, honest, (sketch, images) => {
      const { actions } = planLifecycle(policyOf(sketch), images, NOW_MS)
      const going = actions.filter(({ action }) => action !== 'untag').map(({ digest }) => digest)
      expect(new Set(going).size).toBe(going.length)
      const expired = actions.filter(({ action }) => action === 'expire').map(({ digest }) => digest)
      expect(actions.filter(({ action, digest }) => action === 'untag' && expired.includes(digest))).toEqual([])
      for (const { digest, children, subject } of images) {
        const place = going.indexOf(digest)
        const after = children.filter((child) => going.includes(child))
        if (place >= 0) for (const child of after) expect(going.indexOf(child)).toBeGreaterThan(place)
        const areIndexes = images.some((image) => image.children.length > 0)
        const isCircle = subject !== undefined && isAbout(images, subject, digest)
        if (!areIndexes && !isCircle && place >= 0 && subject !== undefined && going.includes(subject)) {
          expect(place).toBeGreaterThan(going.indexOf(subject))
        }
      }
    }),
    { numRuns: 2000 },
  )
}, 60_000)

test('nothing that is locked is touched', () => {
  fc.assert(
    fc.property(policySketch, fc.oneof(honest, hostile), (sketch, images) => {
      const { actions } = planLifecycle(policyOf(sketch), images, NOW_MS)
      for (const action of actions) {
        const image = images.find(({ digest }) => digest === action.digest)
        expect(image?.isLocked).toBe(false)
        const tags = image?.tags.filter(({ isLocked }) => isLocked === true).map(({ tag }) => tag) ?? []
        if (action.action === 'untag') expect(tags).not.toContain(action.tag)
        else expect(tags).toEqual([])
      }
    }),
    { numRuns: 2000 },
  )
}, 60_000)

test('nothing expires that an index holds which stays; nor, in units of images, a referrer of what stays', () => {
  fc.assert(
    fc.property(policySketch, honest, (sketch, images) => {
      const { actions } = planLifecycle(policyOf(sketch), images, NOW_MS)
      const expired = new Set(actions.filter(({ action }) => action === 'expire').map(({ digest }) => digest))
      for (const image of images) {
        if (expired.has(image.digest)) continue
        expect(image.children.filter((child) => expired.has(child))).toEqual([])
        const referrers = images.filter(({ subject }) => subject === image.digest)
        if (sketch.unit === 'image') expect(referrers.filter(({ digest }) => expired.has(digest))).toEqual([])
      }
    }),
    { numRuns: 2000 },
  )
}, 60_000)
