import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Digest } from '../../src/core/digest.ts'
import { parseDigest } from '../../src/core/digest.ts'
import { parseTag } from '../../src/core/tag.ts'
import { applyPlan } from '../../src/services/lifecycle/apply-plan.ts'
import { startPreview } from '../../src/services/lifecycle/preview-policy.ts'
import { changeStorageClass } from '../../src/services/plans/change-storage-class.ts'
import { type Deletion, deleteImages } from '../../src/services/plans/delete-images.ts'
import { undoPlan } from '../../src/services/plans/undo-plan.ts'
import { deleteRepository } from '../../src/services/repositories/delete-repository.ts'
import { imageManifest, indexOf, OCI_MANIFEST, pushImage, putManifest } from '../support/images.ts'
import { type LifecycleWorld, NAME, openLifecycleWorld } from './world.ts'

const IMAGES = [['base', 'one'], ['base', 'two'], ['three'], ['base', 'four']].map((layers) => imageManifest(layers))
const [FIRST, SECOND] = IMAGES
if (FIRST === undefined || SECOND === undefined) throw new Error('there are four')
const INDEX = indexOf([FIRST, SECOND])
const NESTED = indexOf([FIRST], { annotations: { nested: 'yes' } })
const SUBJECT = { mediaType: OCI_MANIFEST, digest: FIRST.digest, size: FIRST.text.length }
const SIGNATURE = imageManifest(['signature'], { subject: SUBJECT })
const TAGS = ['a', 'b', 'prod', 'pr-1', `sha256-${FIRST.digest.slice(7)}.sig`]

/** Everything that a person would miss, as the database has it: what undo has to leave as it was. */
async function stateOf({ registry, app }: LifecycleWorld): Promise<unknown> {
  const { metadata } = registry.services
  const images = await metadata.listLifecycleImages(app.id, { limit: 100, withAnnotations: true })
  const blobs = await Promise.all(
    [...IMAGES, SIGNATURE].flatMap(({ blobs: texts }) =>
      texts.map(async (text) => {
        const digest = parseDigest(`sha256:${new Bun.CryptoHasher('sha256').update(text).digest('hex')}`)
        return [digest, (await metadata.findRepositoryBlob(app.id, digest)) !== undefined]
      }),
    ),
  )
  const tags = images.map(({ tags: given, ...image }) => ({ ...image, tags: [...given].sort(byTag) }))
  return { images: tags, blobs, live: await metadata.findRepository(app.registryId, app.name) }
}

const byTag = (a: { tag: string }, b: { tag: string }) => (a.tag < b.tag ? -1 : 1)

type Step =
  | { readonly do: 'push'; readonly image: number; readonly tag: number | undefined }
  | { readonly do: 'index'; readonly nested: boolean; readonly tag: number | undefined }
  | { readonly do: 'sign'; readonly tag: number | undefined }
  | { readonly do: 'untag'; readonly tag: number }
  | { readonly do: 'archive'; readonly image: number }
  | { readonly do: 'wait'; readonly days: number }

const tagIndex = fc.nat({ max: TAGS.length - 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('push' as const),
    image: fc.nat({ max: 3 }),
    tag: fc.option(tagIndex, { nil: undefined }),
  }),
  fc.record({ do: fc.constant('index' as const), nested: fc.boolean(), tag: fc.option(tagIndex, { nil: undefined }) }),
  fc.record({ do: fc.constant('sign' as const), tag: fc.option(tagIndex, { nil: undefined }) }),
  fc.record({ do: fc.constant('untag' as const), tag: tagIndex }),
  fc.record({ do: fc.constant('archive' as const), image: fc.nat({ max: 3 }) }),
  fc.record({ do: fc.constant('wait' as const), days: fc.constantFrom(0.1, 1, 5) }),
)

const RULES = {
  ecr: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 1 },
      action: { type: 'expire' },
    },
    {
      rulePriority: 2,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 2 },
      action: { type: 'expire' },
    },
  ],
  archive: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 1 },
      action: { type: 'transition', targetStorageClass: 'archive' },
    },
  ],
}
const POLICIES: readonly object[] = [
  { rules: RULES.ecr },
  { rules: RULES.archive },
  {
    version: 'lading/lifecycle/v1',
    rules: [
      { select: { tags: 'prod' }, action: 'keep' },
      { select: {}, when: { beyond: { count: 1, by: 'pushed' } }, action: 'expire' },
    ],
  },
  {
    version: 'lading/lifecycle/v1',
    rules: [
      { select: { tagged: true }, when: { olderThan: { hours: 2, since: 'tagged' } }, tag: 'pr-*', action: 'untag' },
    ],
  },
]

type Removal =
  | { readonly by: 'policy'; readonly policy: number }
  | {
      readonly by: 'batch'
      readonly images: readonly number[]
      readonly tags: readonly number[]
      readonly takes: boolean
    }
  | { readonly by: 'repository' }
  | { readonly by: 'archive'; readonly image: number }

const removal: fc.Arbitrary<Removal> = fc.oneof(
  fc.record({ by: fc.constant('policy' as const), policy: fc.nat({ max: POLICIES.length - 1 }) }),
  fc.record({
    by: fc.constant('batch' as const),
    images: fc.uniqueArray(fc.nat({ max: 6 }), { maxLength: 4 }),
    tags: fc.uniqueArray(tagIndex, { maxLength: 3 }),
    takes: fc.boolean(),
  }),
  fc.record({ by: fc.constant('repository' as const) }),
  fc.record({ by: fc.constant('archive' as const), image: fc.nat({ max: 3 }) }),
)

const digestAt = (index: number): Digest =>
  [...IMAGES.map(({ digest }) => digest), INDEX.digest, NESTED.digest, SIGNATURE.digest][index] ?? INDEX.digest

async function take(world: LifecycleWorld, one: Step): Promise<void> {
  const { registry, app } = world
  const { services, caller } = registry
  const named = (tag: number | undefined, digest: Digest) => (tag === undefined ? digest : (TAGS[tag] ?? 'a'))
  switch (one.do) {
    case 'push': {
      const image = IMAGES[one.image] ?? FIRST
      await pushImage(registry, NAME, named(one.tag, image?.digest ?? INDEX.digest), image)
      return
    }
    case 'index': {
      const index = one.nested ? NESTED : INDEX
      await putManifest(registry, NAME, named(one.tag, index.digest), index.text)
      return
    }
    case 'sign':
      await pushImage(registry, NAME, named(one.tag, SIGNATURE.digest), SIGNATURE)
      return
    case 'untag': {
      const tag = parseTag(TAGS[one.tag] ?? 'a')
      await deleteImages(services, caller, app, [{ kind: 'tag', tag, expected: undefined, takesLastImage: false }])
      return
    }
    case 'archive':
      await archive(world, one.image)
      return
    case 'wait':
      world.wait(one.days)
  }
}

async function archive({ registry, app }: LifecycleWorld, image: number): Promise<string | undefined> {
  const change = { digest: digestAt(image), storageClass: 'archive' } as const
  try {
    return await changeStorageClass(registry.services, registry.caller, app, change)
  } catch {
    // It is not there, is archived already, or an index holds it.
    return undefined
  }
}

/** @returns the plan, if anything was done */
async function remove(world: LifecycleWorld, given: Removal): Promise<string | undefined> {
  const { registry, app } = world
  const { services, caller } = registry
  switch (given.by) {
    case 'archive':
      return await archive(world, given.image)
    case 'repository':
      return (await deleteRepository(services, caller, app, { force: true })).planId
    case 'batch': {
      const deletions: Deletion[] = [
        ...given.images.map((image) => ({ kind: 'image', digest: digestAt(image) }) as const),
        ...given.tags.map((tag) => {
          const name = parseTag(TAGS[tag] ?? 'a')
          return { kind: 'tag', tag: name, expected: undefined, takesLastImage: given.takes } as const
        }),
      ]
      return (await deleteImages(services, caller, app, deletions)).planId
    }
    case 'policy': {
      const plan = await startPreview(services, caller, app, JSON.stringify(POLICIES[given.policy]))
      await services.background.idle()
      await applyPlan(services, plan.id, { principal: 'arn:aws:iam::000000000000:root', requestId: 'r' })
      await services.background.idle()
      return plan.id
    }
  }
}

test('undo(apply(plan)) changes nothing, over random histories', async () => {
  let undone = 0
  let changed = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 3, maxLength: 14 }),
      fc.array(removal, { minLength: 1, maxLength: 3 }),
      async (steps, removals) => {
        await using world = await openLifecycleWorld()
        for (const one of steps) await take(world, one)
        const before = [await stateOf(world)]
        const plans: string[] = []
        for (const one of removals) {
          if (plans.length > 0) world.wait(0.2)
          const plan = await remove(world, one)
          if (plan === undefined) continue
          plans.push(plan)
          before.push(await stateOf(world))
          if (one.by === 'repository') break
        }
        // The last one first, as anybody would go back.
        for (const plan of plans.toReversed()) {
          if (JSON.stringify(before.at(-1)) !== JSON.stringify(before.at(-2))) changed += 1
          before.pop()
          world.wait(0.1)
          await undoPlan(world.registry.services, plan, { principal: 'arn:aws:iam::000000000000:root', requestId: 'r' })
          await world.registry.services.background.idle()
          undone += 1
          expect(await stateOf(world)).toEqual(before.at(-1))
        }
      },
    ),
    { numRuns: 60 },
  )
  expect(undone).toBeGreaterThan(40)
  // Most of them did something.
  expect(changed).toBeGreaterThan(undone / 2)
}, 120_000)
