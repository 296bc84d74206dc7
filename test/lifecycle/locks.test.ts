import { afterEach, beforeEach, expect, test } from 'bun:test'
import { imageManifest, pushImage, putManifest } from '../support/images.ts'
import { callManage } from '../support/manage-requests.ts'
import { FOUNDING_POLICY, type LifecycleWorld, NAME, openLifecycleWorld } from './world.ts'

let world: LifecycleWorld
beforeEach(async () => {
  world = await openLifecycleWorld()
})
afterEach(async () => await world[Symbol.asyncDispose]())

const REPOSITORY = `/repositories/${encodeURIComponent(NAME)}`
const manage = async (method: string, path: string, body?: object) =>
  await callManage(world.registry, method, path, { ...(body !== undefined && { body }) })
const lock = async (reference: string) =>
  await manage('PUT', `${REPOSITORY}/locks/${reference}`, { reason: 'it runs in production', owner: 'team blue' })
const push = (tag: string, image = imageManifest([`layer of ${tag}`])) => pushImage(world.registry, NAME, tag, image)
const send = (method: string, reference: string) => world.registry.send(method, `/v2/${NAME}/manifests/${reference}`)

const SENTENCE = 'is locked since 2023-11-14T22:13:20.000Z (owner: team blue; reason: it runs in production)'

test('a lock says who to ask and why, and is listed until it is taken off', async () => {
  const digest = await push('v1')
  const { json } = await lock('v1')
  const wanted = { kind: 'tag', name: 'v1', reason: 'it runs in production', owner: 'team blue' }
  expect(json).toEqual({ ...wanted, lockedBy: 'arn:aws:iam::000000000000:root', lockedAt: expect.any(String) })
  await lock(digest)
  const { locks } = (await manage('GET', `${REPOSITORY}/locks`)).json
  expect(locks.map(({ kind, name }: { kind: string; name: string }) => [kind, name])).toEqual([
    ['image', digest],
    ['tag', 'v1'],
  ])
  expect((await manage('GET', `${REPOSITORY}/locks?limit=1`)).json.next).toBe(digest)
  expect((await manage('GET', `${REPOSITORY}/locks?limit=1&after=${digest}`)).json.locks).toHaveLength(1)
  for (const reference of ['v1', digest]) {
    expect((await manage('DELETE', `${REPOSITORY}/locks/${reference}`)).status).toBe(204)
  }
  expect((await manage('DELETE', `${REPOSITORY}/locks/v1`)).status).toBe(404)
  expect((await send('DELETE', 'v1')).status).toBe(202)
})

test('what is not there cannot be locked', async () => {
  expect((await lock('v1')).status).toBe(404)
  expect((await lock(`sha256:${'0'.repeat(64)}`)).status).toBe(404)
})

test('aws roadmap#637: no deletion passes a lock, on either surface, and each says whom to ask', async () => {
  const digest = await push('prod')
  await lock('prod')
  for (const reference of ['prod', digest]) {
    const refused = await send('DELETE', reference)
    expect([reference, refused.status]).toEqual([reference, 403])
    const { errors } = (await refused.json()) as { errors: { code: string; message: string }[] }
    expect(errors[0]?.code).toBe('DENIED')
    expect(errors[0]?.message).toContain('owner: team blue; reason: it runs in production')
  }
  const batch = await world.ecr('BatchDeleteImage', { imageIds: [{ imageTag: 'prod' }, { imageDigest: digest }] })
  expect(batch.json.imageIds).toEqual([])
  expect(batch.json.failures).toHaveLength(2)
  expect(batch.json.failures[0].failureReason).toContain('team blue')
  const repository = await world.ecr('DeleteRepository', { force: true })
  expect(repository.json.message).toContain('cannot be deleted')
  expect((await send('GET', 'prod')).status).toBe(200)
})

test('a locked tag is not moved by a push, and the same push again is no move', async () => {
  const image = imageManifest(['one'])
  await push('prod', image)
  await lock('prod')
  expect((await putManifest(world.registry, NAME, 'prod', image.text)).status).toBe(201)
  const other = imageManifest(['two'])
  await push('other', other)
  const refused = await putManifest(world.registry, NAME, 'prod', other.text)
  expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('team blue')])
})

test('harbor#20989: a lifecycle policy leaves what is locked alone, and the plan says why', async () => {
  await world.ecr('PutLifecyclePolicy', { lifecyclePolicyText: FOUNDING_POLICY })
  for (let index = 0; index < 12; index++) {
    await push(`v${index}`)
    world.wait(0.001)
  }
  await lock('v0')
  expect(await world.run()).toMatchObject({ expired: 1, refused: 1 })
  expect(await world.tags()).toHaveLength(11)
  const items = await world.items(await world.latest())
  expect(items.filter(({ outcome }) => outcome === 'failed')).toMatchObject([
    { tags: ['v0'], failure: { code: 'ImageLocked', reason: expect.stringContaining('team blue') } },
  ])
})

test('what was locked after the plan was made stops the plan', async () => {
  for (let index = 0; index < 12; index++) {
    await push(`v${index}`)
    world.wait(0.001)
  }
  const { id } = (await manage('POST', `${REPOSITORY}/plans`, { policy: JSON.parse(FOUNDING_POLICY) })).json
  await world.registry.services.background.idle()
  await lock('v1')
  expect((await manage('POST', `${REPOSITORY}/plans/${id}/apply`)).json.error.code).toBe('PlanOutdated')
  expect(await world.tags()).toHaveLength(12)
})

test('an image that is locked is neither archived nor deleted, and may lose a tag', async () => {
  const digest = await push('v1')
  await lock(digest)
  const archived = await world.ecr('UpdateImageStorageClass', {
    imageId: { imageDigest: digest },
    targetStorageClass: 'ARCHIVE',
  })
  expect(archived.json.message).toContain(SENTENCE.slice(SENTENCE.indexOf('(')))
  expect((await send('DELETE', 'v1')).status).toBe(202)
  expect((await send('DELETE', digest)).status).toBe(403)
})
