import { afterEach, beforeEach, expect, test } from 'bun:test'
import { undoPlan } from '../../src/services/plans/undo-plan.ts'
import { auditRecords } from '../support/audit-records.ts'
import { imageManifest, indexOf, pushImage, putManifest } from '../support/images.ts'
import { mustPut } from '../support/put-settings.ts'
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

test('a run leaves CloudTrail’s PolicyExecutionEvent, with its failures, and one event for each image', async () => {
  const child = imageManifest(['amd64'])
  await pushImage(world.registry, NAME, child.digest, child)
  const index = indexOf([child])
  await putManifest(world.registry, NAME, 'multi', index.text)
  const old = await push('moves', 'first')
  await push('moves', 'second')
  await world.ecr('PutLifecyclePolicy', { lifecyclePolicyText: FOUNDING_POLICY })
  world.wait(8)
  await world.run()
  const { services } = world.registry
  const executions = (await auditRecords(services)).filter(({ eventName }) => eventName === 'PolicyExecutionEvent')
  const plan = await world.latest()
  expect(executions).toMatchObject([
    {
      eventType: 'AwsServiceEvent',
      eventSource: 'ecr.amazonaws.com',
      userIdentity: { type: 'AWSService' },
      serviceEventDetails: {
        repositoryName: NAME,
        lifecycleEventPolicy: {
          lifecycleEventRules: [
            {
              rulePriority: 1,
              lifecycleEventSelection: { tagStatus: 'Untagged', tagPrefixList: [], countType: 'Since image pushed' },
              action: 'expire',
            },
          ],
          policyId: plan.id,
          policyVersion: 1,
        },
        lifecycleEventImageActions: [
          { lifecycleEventImage: { digest: old, tagStatus: 'Untagged', tagList: [] }, rulePriority: 1 },
        ],
        lifecycleEventFailureDetails: [
          { lifecycleEventImage: { digest: child.digest }, failureCode: 'ImageReferencedByManifestList' },
        ],
      },
    },
  ])
  const events = await services.metadata.listEvents({ limit: 1000 })
  expect(events.filter(({ kind }) => kind === 'manifest-deleted')).toMatchObject([{ detail: { digest: old } }])
  expect(events.filter(({ kind }) => kind === 'lifecycle-evaluated')).toMatchObject([
    { detail: { expired: 1, failed: 1, planId: plan.id } },
  ])
})

test('an archived image cannot be pulled, is listed only when it is asked for, and a push restores it', async () => {
  const image = imageManifest(['layer'])
  await push('v1', 'layer')
  const digest = image.digest
  const pull = async (reference: string, method = 'GET') =>
    (await world.registry.send(method, `/v2/${NAME}/manifests/${reference}`)).status
  const { json } = await world.ecr('UpdateImageStorageClass', {
    imageId: { imageTag: 'v1' },
    targetStorageClass: 'ARCHIVE',
  })
  expect(json).toMatchObject({ imageStatus: 'ARCHIVED', imageId: { imageDigest: digest, imageTag: 'v1' } })
  expect([await pull('v1'), await pull(digest), await pull('v1', 'HEAD')]).toEqual([404, 404, 404])
  const refused = await world.registry.send('GET', `/v2/${NAME}/manifests/v1`)
  expect(await refused.text()).toContain('is archived: restore it first')
  expect((await world.ecr('BatchGetImage', { imageIds: [{ imageTag: 'v1' }] })).json.failures).toHaveLength(1)
  expect((await world.ecr('ListImages')).json.imageIds).toEqual([])
  expect((await world.ecr('ListImages', { filter: { imageStatus: 'ANY' } })).json.imageIds).toHaveLength(1)
  await putManifest(world.registry, NAME, 'v1', image.text)
  expect(await pull('v1')).toBe(200)
  const [detail] = (await world.ecr('DescribeImages')).json.imageDetails
  expect(detail).toMatchObject({ imageStatus: 'ACTIVE', lastActivatedAt: expect.any(Number) })
})

test('a policy archives by the last pull, and expires what has lain in the archive', async () => {
  const policy = {
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: 'any', countType: 'sinceImagePulled', countUnit: 'days', countNumber: 90 },
        action: { type: 'transition', targetStorageClass: 'archive' },
      },
      {
        rulePriority: 2,
        selection: {
          tagStatus: 'any',
          storageClass: 'archive',
          countType: 'sinceImageTransitioned',
          countUnit: 'days',
          countNumber: 365,
        },
        action: { type: 'expire' },
      },
    ],
  }
  await world.ecr('PutLifecyclePolicy', { lifecyclePolicyText: JSON.stringify(policy) })
  await push('pulled')
  const forgotten = await push('forgotten')
  world.wait(60)
  await world.registry.send('GET', `/v2/${NAME}/manifests/pulled`)
  await world.registry.services.pulls.flush()
  world.wait(31)
  expect(await world.run()).toMatchObject({ archived: 1, expired: 0 })
  const { metadata } = world.registry.services
  expect(await metadata.findManifest(world.app.id, forgotten)).toMatchObject({ storageClass: 'archive' })
  world.wait(366)
  await world.run()
  expect(await metadata.findManifest(world.app.id, forgotten)).toBeUndefined()
  expect(await world.tags()).toEqual(['pulled'])
})

test('the children of an archived index are restored when an index that holds them is pushed', async () => {
  const child = imageManifest(['amd64'])
  await pushImage(world.registry, NAME, child.digest, child)
  await world.ecr('UpdateImageStorageClass', { imageId: { imageDigest: child.digest }, targetStorageClass: 'ARCHIVE' })
  await putManifest(world.registry, NAME, 'multi', indexOf([child]).text)
  const status = (await world.registry.send('GET', `/v2/${NAME}/manifests/${child.digest}`)).status
  expect(status).toBe(200)
  const held = await world.ecr('UpdateImageStorageClass', {
    imageId: { imageDigest: child.digest },
    targetStorageClass: 'ARCHIVE',
  })
  expect(held.json.__type).toBe('ImageStorageClassUpdateNotSupportedException')
})

test('an index comes out of the archive with its children, and undoing that puts all of them back', async () => {
  const child = imageManifest(['amd64'])
  const index = indexOf([child])
  await pushImage(world.registry, NAME, child.digest, child)
  await putManifest(world.registry, NAME, 'multi', index.text)
  const move = async (digest: string, targetStorageClass: string) =>
    (await world.ecr('UpdateImageStorageClass', { imageId: { imageDigest: digest }, targetStorageClass })).headers
  await move(index.digest, 'ARCHIVE')
  await move(child.digest, 'ARCHIVE')
  const plan = (await move(index.digest, 'STANDARD')).get('x-lading-plan')
  const pull = async (digest: string) => (await world.registry.send('GET', `/v2/${NAME}/manifests/${digest}`)).status
  expect([await pull(index.digest), await pull(child.digest)]).toEqual([200, 200])
  await undoPlan(world.registry.services, plan ?? '', { principal: 'arn:aws:iam::000000000000:root', requestId: 'r' })
  await world.registry.services.background.idle()
  expect([await pull(index.digest), await pull(child.digest)]).toEqual([404, 404])
})

test('what a namespace says is in force where a repository says nothing, and a locked one whatever it says', async () => {
  const { registry } = world
  const keepOne = FOUNDING_POLICY.replace('"countNumber":10', '"countNumber":1')
  await mustPut(registry, '?namespace=team/', { lifecyclePolicy: { value: keepOne } })
  for (const tag of ['v1', 'v2', 'v3']) {
    await push(tag)
    world.wait(0.001)
  }
  await world.ecr('PutLifecyclePolicy', { lifecyclePolicyText: FOUNDING_POLICY })
  expect(await world.run()).toMatchObject({ evaluated: 1, expired: 0 })
  await world.ecr('DeleteLifecyclePolicy')
  world.wait(0.001)
  expect(await world.run()).toMatchObject({ expired: 2 })
  await mustPut(registry, '?namespace=team/', { lifecyclePolicy: { value: keepOne, locked: true } })
  const refused = await world.ecr('PutLifecyclePolicy', { lifecyclePolicyText: FOUNDING_POLICY })
  expect(refused.json.message).toContain("locked by namespace 'team/'")
  expect(await world.tags()).toEqual(['v3'])
})
