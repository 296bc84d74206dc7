import { afterEach, beforeEach, expect, test } from 'bun:test'
import { imageManifest, indexOf, pushImage, putManifest } from '../support/images.ts'
import { FOUNDING_POLICY, type LifecycleWorld, NAME, openLifecycleWorld } from './world.ts'

let world: LifecycleWorld
beforeEach(async () => {
  world = await openLifecycleWorld()
})
afterEach(async () => await world[Symbol.asyncDispose]())

const push = (tag: string, ...layers: string[]) =>
  pushImage(world.registry, NAME, tag, imageManifest(layers.length === 0 ? [`layer of ${tag}`] : layers))

test('the founding policy: untagged after 7 days, of any others the 10 most recent are kept', async () => {
  await world.ecr('PutLifecyclePolicy', { lifecyclePolicyText: FOUNDING_POLICY })
  const untagged = await push('moves', 'first')
  await push('moves', 'second')
  for (let index = 1; index <= 12; index++) {
    world.wait(0.01)
    await push(`v${index}`)
  }
  expect(await world.run()).toMatchObject({ evaluated: 1, expired: 3 })
  // 14 images, of which the untagged one is the oldest: rule 1 selects it, so rule 2 leaves it alone, though it counts.
  expect(await world.tags()).toEqual(Array.from({ length: 10 }, (_, index) => `v${index + 3}`).sort())
  expect(await world.registry.services.metadata.findManifest(world.app.id, untagged)).toBeDefined()
  world.wait(7)
  expect(await world.run()).toMatchObject({ expired: 1 })
  expect(await world.registry.services.metadata.findManifest(world.app.id, untagged)).toBeUndefined()
  expect(await world.tags()).toHaveLength(10)
})

test('PutLifecyclePolicy answers the text without white space, GetLifecyclePolicy when it was last carried out', async () => {
  const spread = JSON.stringify(JSON.parse(FOUNDING_POLICY), null, 2)
  const put = await world.ecr('PutLifecyclePolicy', { lifecyclePolicyText: spread })
  expect(put.json).toEqual({ registryId: '000000000000', repositoryName: NAME, lifecyclePolicyText: FOUNDING_POLICY })
  expect((await world.ecr('GetLifecyclePolicy')).json).toMatchObject({ lastEvaluatedAt: 0 })
  world.wait(1)
  await world.run()
  const { lastEvaluatedAt } = (await world.ecr('GetLifecyclePolicy')).json
  expect(lastEvaluatedAt).toBe(world.registry.services.clock.nowMs() / 1000)
  expect((await world.ecr('DeleteLifecyclePolicy')).json).toMatchObject({
    lifecyclePolicyText: FOUNDING_POLICY,
    lastEvaluatedAt,
  })
  expect((await world.ecr('GetLifecyclePolicy')).json).toMatchObject({ __type: 'LifecyclePolicyNotFoundException' })
})

test('a preview is COMPLETE with what a run would do, and changes nothing', async () => {
  for (let index = 1; index <= 12; index++) {
    world.wait(0.01)
    await push(`v${index}`)
  }
  const started = await world.ecr('StartLifecyclePolicyPreview', { lifecyclePolicyText: FOUNDING_POLICY })
  expect(started.json).toMatchObject({ status: 'IN_PROGRESS', lifecyclePolicyText: FOUNDING_POLICY })
  await world.registry.services.background.idle()
  const { json } = await world.ecr('GetLifecyclePolicyPreview')
  expect(json).toMatchObject({ status: 'COMPLETE', summary: { expiringImageTotalCount: 2 } })
  expect(json.previewResults.map((each: { imageTags: string[] }) => each.imageTags[0]).sort()).toEqual(['v1', 'v2'])
  expect(json.previewResults[0]).toMatchObject({
    action: { type: 'EXPIRE' },
    appliedRulePriority: 2,
    storageClass: 'STANDARD',
  })
  expect(await world.tags()).toHaveLength(12)
  const named = await world.ecr('GetLifecyclePolicyPreview', { imageIds: [{ imageTag: 'v1' }, { imageTag: 'v9' }] })
  expect(named.json.previewResults).toHaveLength(1)
  const paged = await world.ecr('GetLifecyclePolicyPreview', { maxResults: 1 })
  expect(paged.json.previewResults).toHaveLength(1)
  const next = await world.ecr('GetLifecyclePolicyPreview', { maxResults: 1, nextToken: paged.json.nextToken })
  expect(next.json.previewResults[0].imageDigest).not.toBe(paged.json.previewResults[0].imageDigest)
})

test('an index goes, and with the next run its children; a child of one that stays is a failure on record', async () => {
  const first = imageManifest(['amd64'])
  const child = await pushImage(world.registry, NAME, 'x', first)
  await world.ecr('BatchDeleteImage', { imageIds: [{ imageTag: 'x' }] })
  await putManifest(world.registry, NAME, child, first.text)
  const index = indexOf([first])
  await putManifest(world.registry, NAME, 'multi', index.text)
  await world.ecr('PutLifecyclePolicy', { lifecyclePolicyText: FOUNDING_POLICY })
  world.wait(8)
  expect(await world.run()).toMatchObject({ expired: 0, refused: 1 })
  const [item] = await world.items(await world.latest())
  expect(item?.failure).toEqual({
    code: 'ImageReferencedByManifestList',
    reason: `Requested image referenced by manifest list: [${index.digest}]`,
    digests: [index.digest],
  })
})
