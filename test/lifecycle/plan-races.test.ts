import { afterEach, beforeEach, expect, test } from 'bun:test'
import { digestOf } from '../../src/core/content-digest.ts'
import { type Digest, parseDigest } from '../../src/core/digest.ts'
import { parseLifecyclePolicy } from '../../src/core/lifecycle/parse-lifecycle-policy.ts'
import { planLifecycle } from '../../src/core/lifecycle/plan-lifecycle.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import type { Services } from '../../src/services/context.ts'
import { applyPlan } from '../../src/services/lifecycle/apply-plan.ts'
import { matchAhead } from '../../src/services/lifecycle/match-ahead.ts'
import { startPreview } from '../../src/services/lifecycle/preview-policy.ts'
import { explainLifecycle } from '../../src/services/lifecycle/what-if.ts'
import { lockImage } from '../../src/services/locks/lock-image.ts'
import { nextTurn } from '../../src/services/next-turn.ts'
import { carryOutPlan } from '../../src/services/plans/carry-out-plan.ts'
import { changeStorageClass } from '../../src/services/plans/change-storage-class.ts'
import { getPlan } from '../../src/services/plans/get-plan.ts'
import { resumePlans } from '../../src/services/plans/resume-plans.ts'
import { undoPlan } from '../../src/services/plans/undo-plan.ts'
import { imageManifest, indexOf, OCI_MANIFEST, pushImage, putManifest } from '../support/images.ts'
import { DAY_MS, FOUNDING_POLICY, type LifecycleWorld, NAME, NEVER, openLifecycleWorld } from './world.ts'

let world: LifecycleWorld
beforeEach(async () => {
  world = await openLifecycleWorld()
})
afterEach(async () => await world[Symbol.asyncDispose]())

const ACTOR = { principal: 'arn:aws:iam::000000000000:root', requestId: 'r' }
const KEEP_ONE = {
  version: 'lading/lifecycle/v1',
  rules: [{ select: {}, when: { beyond: { count: 1, by: 'pushed' } }, action: 'expire' }],
}

const push = (tag: string, image = imageManifest([`layer of ${tag}`])) => pushImage(world.registry, NAME, tag, image)
const idle = () => world.registry.services.background.idle()
const status = async (reference: string) =>
  (await world.registry.send('GET', `/v2/${NAME}/manifests/${reference}`)).status

async function makePlan(policy: object = KEEP_ONE): Promise<string> {
  const { services, caller } = world.registry
  const { id } = await startPreview(services, caller, world.app, JSON.stringify(policy))
  await idle()
  return id
}

/** The same services, of which so many calls of `method` are done when something else happens before they go on. */
function interrupted(
  services: Services,
  method: keyof MetadataStore,
  { calls }: { readonly calls: number },
  happens: () => Promise<unknown>,
): Services {
  let done = 0
  const metadata = new Proxy(services.metadata, {
    get(target, name) {
      const real: unknown = Reflect.get(target, name)
      if (typeof real !== 'function') return real
      if (name !== method) return real.bind(target)
      return async (...given: unknown[]) => {
        const answer: unknown = await Reflect.apply(real, target, given)
        if (++done === calls) await happens()
        return answer
      }
    },
  })
  return { ...services, metadata }
}

test('of two who apply a plan at once, the one who comes late stops nothing: what was done can be undone', async () => {
  const children = Array.from({ length: 25 }, (_, index) => imageManifest([`child ${index}`]))
  for (const child of children) await pushImage(world.registry, NAME, child.digest, child)
  await putManifest(world.registry, NAME, 'old', indexOf(children).text)
  const { services } = world.registry
  const id = await makePlan({ version: 'lading/lifecycle/v1', rules: [{ select: { tags: 'old' }, action: 'expire' }] })
  const [isHalfDone, isRefused] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  // It has begun, and done its first twenty.
  const early = interrupted(services, 'transact', { calls: 2 }, async () => {
    isHalfDone.resolve()
    await isRefused.promise
  })
  const late = interrupted(services, 'findPlan', { calls: 1 }, async () => {
    await applyPlan(early, id, ACTOR)
    await isHalfDone.promise
  })
  await expect(applyPlan(late, id, ACTOR)).rejects.toMatchObject({ reason: 'plan-unfit' })
  isRefused.resolve()
  await idle()
  expect([await status('old'), (await world.latest('preview')).state]).toEqual([404, 'applied'])
  await undoPlan(services, id, ACTOR)
  await idle()
  expect(await status('old')).toBe(200)
})

test('a plan that waits and is applied while another one replaces it can be undone', async () => {
  await world.ecr('PutLifecyclePolicy', { lifecyclePolicyText: FOUNDING_POLICY })
  for (let index = 0; index < 12; index++) {
    await push(`v${index}`)
    world.wait(0.001)
  }
  const { registry } = world
  const brake = { share: 0, floor: 0 }
  await world.run({ brake })
  const { id } = await world.latest()
  world.wait(2)
  const services = interrupted(registry.services, 'findLatestPlan', { calls: 1 }, async () => {
    await applyPlan(registry.services, id, ACTOR)
    await idle()
  })
  await world.run({ brake }, services)
  expect(await world.tags()).toHaveLength(10)
  expect((await registry.services.metadata.findPlan(id))?.state).toBe('applied')
  await undoPlan(registry.services, id, ACTOR)
  await idle()
  expect(await world.tags()).toHaveLength(12)
})

test('an image that is tagged while its plan is applied stays, and so do its signatures, by subject and by tag', async () => {
  const image = imageManifest(['layer'])
  await push('old', image)
  const subject = { mediaType: OCI_MANIFEST, digest: image.digest, size: image.text.length }
  const signature = imageManifest(['signature'], { subject })
  const ofSignature = { mediaType: OCI_MANIFEST, digest: signature.digest, size: signature.text.length }
  const countersigned = imageManifest(['of it'], { subject: ofSignature })
  const cosign = imageManifest(['cosign'])
  for (const each of [signature, countersigned]) await push(each.digest, each)
  await push(`sha256-${image.digest.slice(7)}.sig`, cosign)
  const id = await makePlan({ version: 'lading/lifecycle/v1', rules: [{ select: { tags: 'old' }, action: 'expire' }] })
  const { services } = world.registry
  expect((await services.metadata.findPlan(id))?.summary.expire).toBe(4)
  const begun = interrupted(services, 'transact', { calls: 1 }, () =>
    putManifest(world.registry, NAME, 'prod', image.text),
  )
  await applyPlan(begun, id, ACTOR)
  await idle()
  expect((await world.latest('preview')).summary).toMatchObject({ expire: 0, refused: 4 })
  for (const { digest } of [image, signature, countersigned, cosign]) expect(await status(digest)).toBe(200)
})

const deleted = async (...imageIds: object[]) =>
  (await world.ecr('BatchDeleteImage', { imageIds })).headers.get('x-lading-plan') ?? ''
const undo = async (planId: string) => {
  await undoPlan(world.registry.services, planId, ACTOR)
  await idle()
}

test('an index comes back only with all that it held: what was deleted after it is to be brought back first', async () => {
  const [amd64, arm64] = [imageManifest(['amd64']), imageManifest(['arm64'])]
  for (const child of [amd64, arm64]) await push(child.digest, child)
  await putManifest(world.registry, NAME, 'v1', indexOf([amd64, arm64]).text)
  const ofIndex = await deleted({ imageTag: 'v1' })
  const ofChild = await deleted({ imageDigest: amd64.digest })
  await undo(ofIndex)
  expect(await status('v1')).toBe(404)
  const [item] = await world.registry.services.metadata.listPlanItems(ofIndex, {}, { limit: 1 })
  expect(item).toMatchObject({ outcome: 'done', failure: { reason: expect.stringContaining(amd64.digest) } })
  await undo(ofChild)
  await undo(ofIndex)
  expect([await status('v1'), await status(amd64.digest)]).toEqual([200, 200])
})

test('undoing archives nothing that was locked meanwhile, nor what an index holds that is not archived', async () => {
  const [child, locked] = [imageManifest(['child']), imageManifest(['locked'])]
  for (const image of [child, locked]) await push(image.digest, image)
  const { services, caller } = world.registry
  const index = indexOf([child])
  await putManifest(world.registry, NAME, 'v1', index.text)
  const change = async (digest: Digest, storageClass: 'standard' | 'archive') =>
    await changeStorageClass(services, caller, world.app, { digest, storageClass })
  for (const { digest } of [index, child, locked]) await change(digest, 'archive')
  const plans = [await change(child.digest, 'standard'), await change(locked.digest, 'standard')]
  await change(index.digest, 'standard')
  const target = { kind: 'image', name: locked.digest } as const
  await lockImage(services, caller, world.app, { target, reason: 'it runs', owner: 'team blue' })
  for (const plan of plans) await undo(plan)
  expect([await status('v1'), await status(child.digest), await status(locked.digest)]).toEqual([200, 200, 200])
})

test('what undoing does to the storage class of an image is told', async () => {
  const { services, caller } = world.registry
  const digest = await push('v1')
  const plan = await changeStorageClass(services, caller, world.app, { digest, storageClass: 'archive' })
  await undo(plan)
  const events = await services.metadata.listEvents({ limit: 100 })
  expect(events.map(({ kind }) => kind).filter((kind) => kind.startsWith('image-'))).toEqual([
    'image-pushed',
    'image-archived',
    'image-restored',
  ])
})

test('an image comes back with the blobs that were deleted after it', async () => {
  const image = imageManifest(['layer'])
  await push('v1', image)
  const plan = await deleted({ imageTag: 'v1' })
  const blobs = image.blobs.map(
    (blob) => `/v2/${NAME}/blobs/sha256:${new Bun.CryptoHasher('sha256').update(blob).digest('hex')}`,
  )
  for (const blob of blobs) expect((await world.registry.send('DELETE', blob)).status).toBe(202)
  await undo(plan)
  for (const blob of blobs) expect((await world.registry.send('GET', blob)).status).toBe(200)
})

test('a plan whose process was killed halfway is said to be undoable for as long as its first images are', async () => {
  for (let index = 0; index < 30; index++) await push(`v${index}`)
  const { services, clock } = world.registry
  const id = await makePlan()
  await services.metadata.transact((transaction) => transaction.updatePlan(id, { state: 'applying' }))
  const plan = await getPlan(services.metadata, id)
  const killed = new AbortController()
  const half = interrupted(services, 'transact', { calls: 1 }, async () => killed.abort())
  await carryOutPlan(half, plan, killed.signal)
  const firstUntilMs = clock.nowMs() + 7 * DAY_MS
  world.wait(3)
  expect(await resumePlans(services, NEVER)).toBe(1)
  expect(await getPlan(services.metadata, id)).toMatchObject({ state: 'applied', undoUntilMs: firstUntilMs })
})

test('of several previews that are begun at once, one is made', async () => {
  const { services, caller } = world.registry
  const begun = Array.from({ length: 5 }, () => startPreview(services, caller, world.app, FOUNDING_POLICY))
  const settled = await Promise.allSettled(begun)
  await idle()
  expect(settled.filter(({ status: outcome }) => outcome === 'fulfilled')).toHaveLength(1)
  expect(await services.metadata.listPlans(world.app.id, { limit: 10 })).toHaveLength(1)
})

test('two requests at once have a whole repository in memory; others wait for their turn', async () => {
  const digest = await push('v1')
  const { services } = world.registry
  const gate = Promise.withResolvers<void>()
  const policy = parseLifecyclePolicy(FOUNDING_POLICY)
  let reading = 0
  const explained = Array.from({ length: 5 }, async () => {
    const held = interrupted(services, 'listLifecycleImages', { calls: 1 }, async () => {
      reading += 1
      await gate.promise
    })
    return await explainLifecycle(held, world.app, { policy, digest })
  })
  await Bun.sleep(50)
  expect(reading).toBe(2)
  gate.resolve()
  expect((await Promise.all(explained)).map((each) => each?.digest)).toEqual(Array(5).fill(digest))
})

test('everybody else has their turn while the patterns of a policy are compared with the tags', async () => {
  for (let index = 0; index < 5; index++) await push(`v${index}`)
  const { services, clock } = world.registry
  const policy = parseLifecyclePolicy(
    JSON.stringify({ version: 'lading/lifecycle/v1', rules: [{ select: { tags: 'v*' }, action: 'expire' }] }),
  )
  const images = await services.metadata.listLifecycleImages(world.app.id, { limit: 100, withAnnotations: false })
  let [turns, isOver] = [0, false]
  const others = async () => {
    while (!isOver) {
      turns += 1
      await nextTurn()
    }
  }
  // Every look at it takes as long as anybody may have to wait.
  const slow = {
    nowMs: () => {
      clock.advance(20)
      return clock.nowMs()
    },
  }
  void others()
  const known = await matchAhead({ clock: slow }, policy, images)
  isOver = true
  expect(turns).toBeGreaterThanOrEqual(5)
  expect(planLifecycle(known.compiled, images, clock.nowMs()).actions).toHaveLength(5)
})

test('of referrers of referrers that came since a plan was made, so many go along with an image and no more', async () => {
  const image = imageManifest(['layer'])
  await push('old', image)
  const id = await makePlan({ version: 'lading/lifecycle/v1', rules: [{ select: { tags: 'old' }, action: 'expire' }] })
  const { services } = world.registry
  const chain = [parseDigest(image.digest)]
  await services.metadata.transact(async (transaction) => {
    for (let index = 0; index < 300; index++) {
      const subject = chain.at(-1)
      const digest = digestOf(Buffer.from(`referrer ${index}`), 'sha256')
      await transaction.putManifest(world.app.id, { ...REFERRER, digest, subject })
      chain.push(digest)
    }
  })
  await applyPlan(services, id, ACTOR)
  await idle()
  const left = await services.metadata.existingManifests(world.app.id, chain)
  expect(left.size).toBe(100)
})

const REFERRER = {
  mediaType: OCI_MANIFEST,
  ...{ artifactType: undefined, configMediaType: undefined, annotations: undefined },
  ...{ sizeBytes: 1, imageSizeBytes: 1, pushedAtMs: 0 },
  content: new Uint8Array([1]),
  ...{ children: [], blobs: [] },
}
