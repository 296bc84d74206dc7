import { afterEach, beforeEach, expect, test } from 'bun:test'
import { NO_AMOUNT } from '../../src/core/collection/judge-plan.ts'
import { imageManifest, pushBlob, pushImage } from '../support/images.ts'
import { type CollectionWorld, openCollectionWorld } from './world.ts'

const BRAKE = { share: 0.5, floor: NO_AMOUNT }

let world: CollectionWorld
beforeEach(async () => {
  world = await openCollectionWorld()
})
afterEach(async () => await world[Symbol.asyncDispose]())

async function pushBlobs(count: number, name: string): Promise<void> {
  for (let n = 0; n < count; n += 1) await pushBlob(world.registry, 'team/app', `${name} ${n}`)
}

test('distribution#4461: a run that would take more than the share takes nothing and says so once', async () => {
  await pushImage(world.registry, 'team/app', 'v1')
  await pushBlobs(25, 'loose')
  world.wait(1501)
  for (const _ of [1, 2, 3]) {
    const report = await world.collect({ brake: BRAKE })
    expect(report).toMatchObject({ ended: 'refused', taken: NO_AMOUNT, refusal: { measure: 'blobBytes' } })
  }
  expect(await world.events('collection-refused')).toHaveLength(1)
  expect((await world.registry.services.metadata.usage()).blobs).toBe(27)
})

test('what somebody confirmed is carried out, once', async () => {
  await pushBlobs(25, 'loose')
  world.wait(1501)
  expect(world.memory.confirm()).toBe(false)
  await world.collect({ brake: BRAKE })
  expect(world.memory.refused).toMatchObject({ plausible: false, taken: expect.any(Number) })
  expect(world.memory.confirm()).toBe(true)
  expect(await world.collect({ brake: BRAKE })).toMatchObject({ ended: 'done', isForced: true, taken: { blobs: 25 } })
  await pushBlobs(25, 'again')
  world.wait(1501)
  expect((await world.collect({ brake: BRAKE })).ended).toBe('refused')
})

test('force carries it out without asking', async () => {
  await pushBlobs(5, 'loose')
  world.wait(1501)
  expect(await world.collect({ brake: BRAKE, force: true })).toMatchObject({ ended: 'done', taken: { blobs: 5 } })
})

test('too many deleted manifests are kept as well, before any of them is purged', async () => {
  const digests: string[] = []
  for (const n of [1, 2, 3, 4]) {
    digests.push(await pushImage(world.registry, 'team/app', `v${n}`, imageManifest([`layer ${n}`])))
  }
  for (const digest of digests.slice(0, 3)) await world.registry.send('DELETE', `/v2/team/app/manifests/${digest}`)
  world.wait(1501)
  const floor = { ...NO_AMOUNT, blobs: 1000, blobBytes: 1e9 }
  const report = await world.collect({ brake: { share: 0.5, floor } })
  expect(report).toMatchObject({ ended: 'refused', refusal: { measure: 'manifests', taken: 3, total: 4 } })
  expect((await world.candidates()).filter(({ kind }) => kind === 'manifest')).toHaveLength(3)
})

test('held and leased blobs do not count, however many candidates there are', async () => {
  await pushImage(world.registry, 'team/app', 'v1', imageManifest(['a', 'b', 'c', 'd', 'e', 'f']))
  world.wait(1501)
  await pushBlobs(1, 'loose')
  world.wait(1501)
  expect(await world.collect({ brake: BRAKE })).toMatchObject({ ended: 'done', taken: { blobs: 1 } })
})

test('a plausible run after a refusal ends the waiting for a confirmation', async () => {
  await pushBlobs(5, 'loose')
  world.wait(1501)
  await world.collect({ brake: BRAKE })
  expect(world.memory.refused).toBeDefined()
  expect((await world.collect({ brake: { ...BRAKE, share: 1 } })).ended).toBe('done')
  expect(world.memory.refused).toBeUndefined()
})
