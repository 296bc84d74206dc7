import { afterEach, beforeEach, expect, test } from 'bun:test'
import { parseTag } from '../../src/core/tag.ts'
import { collect } from '../../src/services/collect.ts'
import { defaultCollectOptions } from '../../src/services/collection/collect-options.ts'
import { resumePlans } from '../../src/services/plans/resume-plans.ts'
import { imageManifest, indexOf, OCI_MANIFEST, pushImage, putManifest } from '../support/images.ts'
import { callManage } from '../support/manage-requests.ts'
import { createRepository } from '../support/test-registry.ts'
import { DAY_MS, FOUNDING_POLICY, type LifecycleWorld, NAME, NEVER, openLifecycleWorld } from './world.ts'

let world: LifecycleWorld
beforeEach(async () => {
  world = await openLifecycleWorld()
})
afterEach(async () => await world[Symbol.asyncDispose]())

const REPOSITORY = `/repositories/${encodeURIComponent(NAME)}`
const KEEP_ONE = {
  version: 'lading/lifecycle/v1',
  rules: [{ name: 'keep-one', select: {}, when: { beyond: { count: 1, by: 'pushed' } }, action: 'expire' }],
}

const manage = async (method: string, path: string, body?: object) =>
  await callManage(world.registry, method, path, { ...(body !== undefined && { body }) })
const push = (tag: string, image = imageManifest([`layer of ${tag}`])) => pushImage(world.registry, NAME, tag, image)
const idle = () => world.registry.services.background.idle()
const status = async (reference: string) =>
  (await world.registry.send('GET', `/v2/${NAME}/manifests/${reference}`)).status

async function pushThree(): Promise<void> {
  for (const tag of ['v1', 'v2', 'v3']) {
    await push(tag)
    world.wait(0.01)
  }
}

async function makePlan(policy: object = KEEP_ONE): Promise<string> {
  const { json } = await manage('POST', `${REPOSITORY}/plans`, { policy })
  await idle()
  return json.id
}

test('a plan is made, shown, applied by its id, and undone', async () => {
  await pushThree()
  const id = await makePlan()
  const made = (await manage('GET', `${REPOSITORY}/plans/${id}`)).json
  expect(made).toMatchObject({ state: 'ready', kind: 'preview', imageCount: 3, summary: { expire: 2, refused: 0 } })
  const { items } = (await manage('GET', `${REPOSITORY}/plans/${id}/items`)).json
  expect(items).toHaveLength(2)
  expect(items[0]).toMatchObject({
    action: 'expire',
    rule: 1,
    why: 'rule keep-one: it is not among the 1 most recently pushed.',
    outcome: 'planned',
    storageClass: 'standard',
  })
  expect(items[0].freedBytes + items[1].freedBytes).toBe(made.summary.freedBytes)
  expect(made.summary.freedBytes).toBeGreaterThan(0)
  expect(await world.tags()).toEqual(['v1', 'v2', 'v3'])
  expect((await manage('POST', `${REPOSITORY}/plans/${id}/apply`)).json).toMatchObject({ state: 'applying' })
  await idle()
  expect(await world.tags()).toEqual(['v3'])
  expect((await manage('GET', `${REPOSITORY}/plans/${id}`)).json).toMatchObject({
    state: 'applied',
    progress: { planned: 0, done: 2, failed: 0, undone: 0 },
    appliedBy: 'arn:aws:iam::000000000000:root',
  })
  expect((await manage('POST', `${REPOSITORY}/plans/${id}/apply`)).json.error.code).toBe('PlanUnfit')
  expect((await manage('POST', `${REPOSITORY}/plans/${id}/undo`)).json).toMatchObject({ state: 'undoing' })
  await idle()
  expect(await world.tags()).toEqual(['v1', 'v2', 'v3'])
  expect((await manage('GET', `/plans/${id}`)).json).toMatchObject({ state: 'undone' })
})

test('harbor#20996: the dry run deleted my images: a preview has deleted nothing, however long it is left lying', async () => {
  await pushThree()
  await makePlan()
  world.wait(30)
  await world.run()
  await resumePlans(world.registry.services, NEVER)
  await collect(world.registry.services, defaultCollectOptions(), NEVER)
  expect(await world.tags()).toEqual(['v1', 'v2', 'v3'])
  expect(await status('v1')).toBe(200)
})

test('apply stops when an image of the plan has changed in a way that matters, and says which', async () => {
  await pushThree()
  const id = await makePlan()
  const image = imageManifest(['layer of v1'])
  await putManifest(world.registry, NAME, 'kept', image.text)
  const { status: refused, json } = await manage('POST', `${REPOSITORY}/plans/${id}/apply`)
  expect([refused, json.error.code]).toEqual([409, 'PlanOutdated'])
  expect(json.error.message).toContain(image.digest)
  expect(await world.tags()).toEqual(['kept', 'v1', 'v2', 'v3'])
  expect((await manage('GET', `${REPOSITORY}/plans/${id}`)).json.state).toBe('stopped')
})

test('apply goes on when the repository has changed in a way that does not matter: what is newer is no part of it', async () => {
  await pushThree()
  const id = await makePlan()
  await push('v4')
  await manage('POST', `${REPOSITORY}/plans/${id}/apply`)
  await idle()
  expect(await world.tags()).toEqual(['v3', 'v4'])
})

test('a run that would take too much waits, raises an event once, and goes when somebody applies it', async () => {
  await world.ecr('PutLifecyclePolicy', { lifecyclePolicyText: FOUNDING_POLICY })
  for (let index = 0; index < 40; index++) {
    await push(`v${index}`)
    world.wait(0.001)
  }
  const brake = { share: 0.5, floor: 5 }
  expect(await world.run({ brake })).toMatchObject({ waiting: 1, expired: 0 })
  world.wait(0.01)
  expect(await world.run({ brake })).toMatchObject({ waiting: 1, expired: 0 })
  const events = await world.registry.services.metadata.listEvents({ limit: 1000 })
  expect(events.filter(({ kind }) => kind === 'plan-waiting')).toMatchObject([{ detail: { wouldTake: 30, outOf: 40 } }])
  expect(await world.tags()).toHaveLength(40)
  const plan = await world.latest()
  expect(plan).toMatchObject({ state: 'waiting', note: expect.stringContaining('30 of 40') })
  await manage('POST', `${REPOSITORY}/plans/${plan.id}/apply`)
  await idle()
  expect(await world.tags()).toHaveLength(10)
})

test('what a run did and somebody undid is not done again behind their back', async () => {
  await world.ecr('PutLifecyclePolicy', { lifecyclePolicyText: FOUNDING_POLICY })
  for (let index = 0; index < 12; index++) {
    await push(`v${index}`)
    world.wait(0.001)
  }
  expect(await world.run()).toMatchObject({ expired: 2 })
  const done = await world.latest()
  world.wait(1)
  await push('v12')
  expect(await world.run()).toMatchObject({ expired: 1 })
  await manage('POST', `${REPOSITORY}/plans/${done.id}/undo`)
  await idle()
  for (const day of [1, 2]) {
    world.wait(day)
    expect(await world.run()).toMatchObject({ waiting: 1, expired: 0 })
  }
  const waiting = await world.latest()
  expect(waiting).toMatchObject({ state: 'waiting', note: expect.stringContaining(`${done.id} was undone`) })
  const events = await world.registry.services.metadata.listEvents({ limit: 1000 })
  expect(events.findLast(({ kind }) => kind === 'plan-waiting')?.detail).toMatchObject({ undonePlanId: done.id })
  await manage('POST', `${REPOSITORY}/plans/${waiting.id}/apply`)
  await idle()
  expect(await world.tags()).toHaveLength(10)
  world.wait(1)
  await push('v13')
  expect(await world.run()).toMatchObject({ waiting: 0, expired: 1 })
})

test('a policy that was changed after its run was undone is carried out again', async () => {
  await world.ecr('PutLifecyclePolicy', { lifecyclePolicyText: FOUNDING_POLICY })
  for (let index = 0; index < 12; index++) {
    await push(`v${index}`)
    world.wait(0.001)
  }
  await world.run()
  await manage('POST', `${REPOSITORY}/plans/${(await world.latest()).id}/undo`)
  await idle()
  await world.ecr('PutLifecyclePolicy', { lifecyclePolicyText: FOUNDING_POLICY.replace('10', '11') })
  world.wait(1)
  expect(await world.run()).toMatchObject({ waiting: 0, expired: 1 })
})

test('harbor#22026: a tag that was deleted unexpectedly comes back with one call', async () => {
  await push('prod')
  const { headers } = await world.ecr('BatchDeleteImage', { imageIds: [{ imageTag: 'prod' }] })
  expect(await status('prod')).toBe(404)
  await manage('POST', `${REPOSITORY}/plans/${headers.get('x-lading-plan')}/undo`)
  await idle()
  expect(await status('prod')).toBe(200)
})

test('harbor#8717, #2663: deleting one tag takes no other tag of its image', async () => {
  const image = imageManifest(['layer'])
  await push('a', image)
  await putManifest(world.registry, NAME, 'b', image.text)
  await world.registry.send('DELETE', `/v2/${NAME}/manifests/a`)
  expect(await world.tags()).toEqual(['b'])
  expect(await status('b')).toBe(200)
})

test('aws roadmap#215: a deleted repository comes back with all that it held, while its name is free', async () => {
  await push('v1')
  const deleted = await world.ecr('DeleteRepository', { force: true })
  const planId = deleted.headers.get('x-lading-plan')
  expect(await status('v1')).toBe(404)
  await createRepository(world.registry, NAME)
  const taken = await manage('POST', `${REPOSITORY}/plans/${planId}/undo`)
  expect([taken.status, taken.json.error.code]).toEqual([409, 'PlanUnfit'])
  await world.ecr('DeleteRepository', {})
  expect((await manage('POST', `${REPOSITORY}/plans/${planId}/undo`)).json).toMatchObject({ state: 'undone' })
  expect(await status('v1')).toBe(200)
})

test('undoing what was undone changes nothing, and what is no id of a plan is told what one is', async () => {
  await push('v1')
  const { headers } = await world.ecr('BatchDeleteImage', { imageIds: [{ imageTag: 'v1' }] })
  const path = `${REPOSITORY}/plans/${headers.get('x-lading-plan')}`
  await manage('POST', `${path}/undo`)
  await idle()
  const undone = await manage('GET', path)
  world.wait(1)
  await manage('POST', `${path}/undo`)
  await idle()
  expect((await manage('GET', path)).json).toEqual(undone.json)
  const none = await manage('GET', '/plans/nonsense')
  expect(none.json.error.message).toStartWith('planId: must be the id of a plan, such as ')
})

test('undoing the deletion of a repository a second time does not undo another one', async () => {
  await push('v1')
  const first = (await world.ecr('DeleteRepository', { force: true })).headers.get('x-lading-plan')
  await manage('POST', `${REPOSITORY}/plans/${first}/undo`)
  await world.ecr('DeleteRepository', { force: true })
  expect((await manage('POST', `${REPOSITORY}/plans/${first}/undo`)).json).toMatchObject({ state: 'undone' })
  expect(await status('v1')).toBe(404)
})

test('what was deleted can be brought back until its window ends, and not a moment longer', async () => {
  await push('v1')
  const { headers } = await world.ecr('BatchDeleteImage', { imageIds: [{ imageTag: 'v1' }] })
  world.wait(7)
  const late = await manage('POST', `${REPOSITORY}/plans/${headers.get('x-lading-plan')}/undo`)
  expect(late.json.error).toMatchObject({
    code: 'PlanUnfit',
    message: expect.stringContaining('could be undone until'),
  })
})

test('a window of zero: what is deleted is gone with the next run of the collector', async () => {
  await using none = await openLifecycleWorld({ restoreWindowMs: 0 })
  const digest = await pushImage(none.registry, NAME, 'v1')
  await none.ecr('BatchDeleteImage', { imageIds: [{ imageTag: 'v1' }] })
  none.wait(0.001)
  await collect(none.registry.services, { ...defaultCollectOptions(), force: true }, NEVER)
  const { metadata } = none.registry.services
  const plan = await none.latest('deletion')
  expect(plan.undoUntilMs).toBe(plan.createdAtMs)
  const restored = metadata.transact((transaction) => transaction.restoreManifest(none.app.id, digest, plan.id))
  expect(await restored).toBe('gone')
})

test('a tag that meanwhile points elsewhere stays there, and the undone plan says so', async () => {
  const first = await push('v1')
  const { headers } = await world.ecr('BatchDeleteImage', { imageIds: [{ imageTag: 'v1' }] })
  const second = await push('v1', imageManifest(['another']))
  await manage('POST', `${REPOSITORY}/plans/${headers.get('x-lading-plan')}/undo`)
  await idle()
  const { metadata } = world.registry.services
  expect((await metadata.findTag(world.app.id, parseTag('v1')))?.digest).toBe(second)
  expect(await metadata.findManifest(world.app.id, first)).toBeDefined()
  const [item] = await world.items(await world.latest('deletion'))
  expect(item).toMatchObject({ outcome: 'undone', failure: { code: 'TagMoved' } })
})

test('aws roadmap#2613: a signature that arrives while its subject expires goes with it, and comes back with it', async () => {
  await pushThree()
  const subject = imageManifest(['layer of v1'])
  const id = await makePlan()
  const signature = imageManifest(['signature'], {
    subject: { mediaType: OCI_MANIFEST, digest: subject.digest, size: subject.text.length },
  })
  for (const blob of signature.blobs) {
    await world.registry.send('POST', `/v2/${NAME}/blobs/uploads/?digest=sha256:${sha256(blob)}`, { body: blob })
  }
  await putManifest(world.registry, NAME, signature.digest, signature.text)
  await manage('POST', `${REPOSITORY}/plans/${id}/apply`)
  await idle()
  expect(await status(signature.digest)).toBe(404)
  await manage('POST', `${REPOSITORY}/plans/${id}/undo`)
  await idle()
  expect(await status(signature.digest)).toBe(200)
})

const sha256 = (text: string) => new Bun.CryptoHasher('sha256').update(text).digest('hex')

test('acr-cli#131: an index goes with its children in one plan, and no child of one that stays', async () => {
  const [amd64, arm64] = [imageManifest(['amd64']), imageManifest(['arm64'])]
  for (const child of [amd64, arm64]) await pushImage(world.registry, NAME, child.digest, child)
  await putManifest(world.registry, NAME, 'old', indexOf([amd64, arm64]).text)
  world.wait(1)
  await putManifest(world.registry, NAME, 'new', indexOf([arm64], { annotations: { a: 'b' } }).text)
  const id = await makePlan()
  await manage('POST', `${REPOSITORY}/plans/${id}/apply`)
  await idle()
  expect(await status('new')).toBe(200)
  expect([await status(arm64.digest), await status(amd64.digest), await status('old')]).toEqual([200, 404, 404])
})

test('zot#3230: one repository whose policy cannot be carried out stops no other', async () => {
  const other = await createRepository(world.registry, 'team/other')
  const { metadata } = world.registry.services
  await metadata.transact((transaction) => transaction.putLifecyclePolicy(world.app.id, 'no policy'))
  await metadata.transact((transaction) => transaction.putLifecyclePolicy(other.id, FOUNDING_POLICY))
  const failed: string[] = []
  const report = await world.run({ failed: ({ name }) => failed.push(name) })
  expect([report.evaluated, report.failed, failed]).toEqual([1, 1, [NAME]])
})

test('a run that was cut off is gone on with, and finishes what it began', async () => {
  await pushThree()
  await world.ecr('PutLifecyclePolicy', { lifecyclePolicyText: FOUNDING_POLICY })
  const id = await makePlan()
  const { metadata } = world.registry.services
  await metadata.transact((transaction) => transaction.updatePlan(id, { state: 'applying' }))
  world.wait(1)
  expect(await resumePlans(world.registry.services, NEVER)).toBe(1)
  expect(await world.tags()).toEqual(['v3'])
  expect((await world.latest('preview')).state).toBe('applied')
})

test('a policy runs when it is due, not before; of two processes one carries it out', async () => {
  await world.ecr('PutLifecyclePolicy', { lifecyclePolicyText: FOUNDING_POLICY })
  const options = { intervalMs: DAY_MS, jitter: 0 }
  expect((await world.run(options)).evaluated).toBe(1)
  world.wait(0.9)
  expect((await world.run(options)).evaluated).toBe(0)
  world.wait(0.1)
  const both = await Promise.all([world.run(options), world.run(options)])
  expect(both[0].evaluated + both[1].evaluated).toBe(1)
})

test('jitter: repositories are due at different times, never later than the interval', async () => {
  await world.ecr('PutLifecyclePolicy', { lifecyclePolicyText: FOUNDING_POLICY })
  const { metadata } = world.registry.services
  for (let index = 0; index < 9; index++) {
    const { id } = await createRepository(world.registry, `team/r${index}`)
    await metadata.transact((transaction) => transaction.putLifecyclePolicy(id, FOUNDING_POLICY))
  }
  const options = { intervalMs: DAY_MS, jitter: 0.5 }
  expect((await world.run(options)).evaluated).toBe(10)
  world.wait(0.75)
  const early = (await world.run(options)).evaluated
  expect(early).toBeGreaterThan(0)
  expect(early).toBeLessThan(10)
  world.wait(0.25)
  expect((await world.run(options)).evaluated).toBe(10 - early)
})

test('a plan is a secret of its repository: under another name there is none', async () => {
  await pushThree()
  await createRepository(world.registry, 'team/other')
  const id = await makePlan()
  for (const path of [`/plans/${id}`, `/plans/${id}/items`]) {
    expect((await manage('GET', `/repositories/team%2Fother${path}`)).status).toBe(404)
  }
  for (const verb of ['apply', 'undo']) {
    expect((await manage('POST', `/repositories/team%2Fother/plans/${id}/${verb}`)).status).toBe(404)
  }
})
