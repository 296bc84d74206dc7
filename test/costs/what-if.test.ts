import { afterEach, beforeEach, expect, test } from 'bun:test'
import { parseLifecyclePolicy } from '../../src/core/lifecycle/parse-lifecycle-policy.ts'
import { parseTag } from '../../src/core/tag.ts'
import { costsOfRepository } from '../../src/services/costs/repository-costs.ts'
import { fillPlan } from '../../src/services/lifecycle/make-plan.ts'
import { deleteImages } from '../../src/services/plans/delete-images.ts'
import { newPlan } from '../../src/services/plans/new-plan.ts'
import { pushManifest } from '../../src/services/push-manifest.ts'
import { NEVER, textDigest } from '../collection/world.ts'
import { bytesOf, imageManifest, OCI_MANIFEST } from '../support/images.ts'
import { CostWorld, imageAt } from './world.ts'

const APP = 0
const OTHER_ACCOUNT = 3

let world: CostWorld
beforeEach(async () => {
  world = await CostWorld.open()
})
afterEach(async () => await world[Symbol.asyncDispose]())

test('what another account holds too is kept, and that account’s repository is not named', async () => {
  await world.push(APP, 2)
  await world.push(OTHER_ACCOUNT, 2)
  const bytes = imageAt(2).blobs.join('').length
  for (const what of [2, 'repository'] as const) {
    const freed = await world.weigh(APP, what)
    expect(freed).toMatchObject({ nowBytes: 0, laterBytes: 0, keptBytes: bytes })
    expect(freed.kept.map(({ by }) => by)).toEqual([{ kind: 'others' }, { kind: 'others' }])
  }
})

test('what a deleted repository holds is kept until its window ends', async () => {
  await world.push(APP, 2)
  await world.push(1, 2)
  await world.deleteRepository(1)
  const { kept } = await world.weigh(APP, 'repository')
  const untilMs = world.registry.clock.nowMs() + 500
  expect(kept[0]?.by).toEqual({ kind: 'repository', name: 'team/app/worker', untilMs })
})

test('a plan of a policy frees what it says, before it is applied', async () => {
  await world.push(APP, 0)
  await world.push(APP, 1)
  const policyText = JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 },
        action: { type: 'expire' },
      },
    ],
  })
  const repository = await world.ensure(APP)
  const request = { kind: 'preview', state: 'making', policyText, actor: undefined } as const
  const begun = newPlan(world.services, repository, request)
  await world.services.metadata.transact((transaction) => transaction.insertPlan(begun))
  await expect(world.weighPlan(APP, begun.id)).rejects.toMatchObject({ reason: 'plan-unfit' })
  const plan = await fillPlan(world.services, repository, begun, {
    policy: parseLifecyclePolicy(policyText),
    signal: NEVER,
  })
  const freed = await world.weighPlan(APP, plan.id)
  expect(freed.images).toBe(1)
  expect(freed.nowBytes + freed.laterBytes).toBe(plan.summary.freedBytes)
  expect(freed.kept.map(({ digest }) => digest)).toContain(textDigest('base'))
  await expect(world.weighPlan(1, plan.id)).rejects.toMatchObject({ reason: 'plan-unknown' })
})

test('a layer of many deleted images is only theirs, until a live one refers to it', async () => {
  const images = Array.from({ length: 40 }, (_, index) => imageManifest(['layer', `of image ${index}`]))
  const repository = await world.ensure(APP)
  const caller = world.callerAt(APP)
  const push = async ({ text, blobs }: (typeof images)[number], tag: string) => {
    for (const blob of blobs) await world.pushBlob(APP, blob)
    const pushed = { repository, content: bytesOf(text), mediaType: OCI_MANIFEST, tags: [parseTag(tag)] }
    await pushManifest(world.services, caller, pushed)
  }
  for (const [index, image] of images.entries()) await push(image, `v${index}`)
  const deletions = images.map(({ digest }) => ({ kind: 'image', digest }) as const)
  await deleteImages(world.services, caller, repository, deletions)
  const costs = async () => await costsOfRepository(world.services.metadata, repository, NEVER)
  const deleted = await costs()
  expect(deleted).toMatchObject({ images: 0, deletedImages: 40, logicalBytes: 0 })
  expect(deleted.deletedAloneBytes).toBe(deleted.heldBytes)
  const alive = imageManifest(['layer', 'alive'])
  await push(alive, 'alive')
  const logicalBytes = alive.blobs.join('').length
  expect(await costs()).toMatchObject({
    images: 1,
    logicalBytes,
    deletedAloneBytes: deleted.heldBytes - 'layer'.length,
  })
})
