import { afterEach, beforeEach, expect, test } from 'bun:test'
import { MemoryBlobStore } from '../../src/adapters/blobs/memory-blob-store.ts'
import type { Digest } from '../../src/core/digest.ts'
import { type ScrubOptions, scrub } from '../../src/services/scrub.ts'
import { bytesOf, pushBlob } from '../support/images.ts'
import { altered, type CollectionWorld, NEVER, openCollectionWorld } from './world.ts'

const OPTIONS: ScrubOptions = { periodMs: 1000, bytesPerSecond: 1e9, batch: 3, observer: { checked() {} } }

let world: CollectionWorld
beforeEach(async () => {
  world = await openCollectionWorld({ blobLeaseMs: 1e9 })
})
afterEach(async () => await world[Symbol.asyncDispose]())

async function damage(digest: Digest, text: string): Promise<void> {
  const { blobs, metadata } = world.registry.services
  const location = (await metadata.findBlob(digest))?.location
  if (!(blobs instanceof MemoryBlobStore) || location === undefined) throw new Error('nothing to damage')
  blobs.overwrite(location, bytesOf(text))
}

async function run(options: Partial<ScrubOptions> = {}) {
  return await scrub(world.registry.services, { ...OPTIONS, ...options }, NEVER)
}

test('every blob is checked once per period, longest unchecked first', async () => {
  for (let n = 0; n < 10; n += 1) await pushBlob(world.registry, 'team/app', `blob ${n}`)
  expect((await run()).results.intact).toBe(0)
  world.wait(1000)
  expect(await run()).toMatchObject({ results: { intact: 10, damaged: 0, missing: 0, failed: 0 }, bytes: 60 })
  world.wait(999)
  expect((await run()).results.intact).toBe(0)
  world.wait(1)
  expect((await run()).results.intact).toBe(10)
})

test('a flipped bit takes the blob out of service with an event, and the next push repairs it with another', async () => {
  const digest = await pushBlob(world.registry, 'team/app', 'healthy')
  const get = () => world.registry.send('GET', `/v2/team/app/blobs/${digest}`)
  expect(await (await get()).text()).toBe('healthy')
  await damage(digest, 'heblthy')
  world.wait(1000)
  expect((await run()).results).toMatchObject({ damaged: 1, intact: 0 })
  expect((await get()).status).toBe(404)
  expect((await world.registry.send('HEAD', `/v2/team/app/blobs/${digest}`)).status).toBe(404)
  expect(await world.events('blob-damaged')).toEqual([{ digest, finding: 'damaged', sizeBytes: 7 }])
  world.wait(1000)
  expect((await run()).results).toMatchObject({ damaged: 0 })
  await pushBlob(world.registry, 'team/app', 'healthy')
  expect(await (await get()).text()).toBe('healthy')
  expect(await world.events('blob-repaired')).toEqual([{ digest }])
})

test('missing bytes are found too', async () => {
  const digest = await pushBlob(world.registry, 'team/app', 'here')
  const { blobs, metadata } = world.registry.services
  const location = (await metadata.findBlob(digest))?.location
  if (location !== undefined) await blobs.remove(location)
  world.wait(1000)
  expect((await run()).results).toMatchObject({ missing: 1 })
  expect(await world.events('blob-damaged')).toMatchObject([{ digest, finding: 'missing' }])
})

test('a copy that a push replaces while it is read is none of the scrub’s business', async () => {
  const digest = await pushBlob(world.registry, 'team/app', 'mended')
  await damage(digest, 'broken')
  world.wait(1000)
  const { services } = world.registry
  const verify: typeof services.blobs.verify = async (...given) => {
    const result = await services.blobs.verify(...given)
    await pushBlob(world.registry, 'team/app', 'mended')
    return result
  }
  const blobs = altered(services.blobs, { verify })
  expect((await scrub({ ...services, blobs }, OPTIONS, NEVER)).results).toMatchObject({ damaged: 1 })
  expect((await world.registry.send('HEAD', `/v2/team/app/blobs/${digest}`)).status).toBe(200)
  expect(await world.events('blob-damaged')).toEqual([])
})

test('a blob that cannot be read just now is left as it is, and the others are checked', async () => {
  const digest = await pushBlob(world.registry, 'team/app', 'unreadable')
  for (let n = 0; n < 5; n += 1) await pushBlob(world.registry, 'team/app', `blob ${n}`)
  world.wait(1000)
  const { services } = world.registry
  const verify: typeof services.blobs.verify = (location, of) =>
    of === digest ? Promise.reject(new Error('EMFILE')) : services.blobs.verify(location, of)
  const blobs = altered(services.blobs, { verify })
  expect((await scrub({ ...services, blobs }, OPTIONS, NEVER)).results).toEqual({
    intact: 5,
    damaged: 0,
    missing: 0,
    failed: 1,
  })
  expect((await world.registry.send('HEAD', `/v2/team/app/blobs/${digest}`)).status).toBe(200)
})

test('a run that is told to stop leaves the blob that it is at, and says nothing of it', async () => {
  const digest = await pushBlob(world.registry, 'team/app', 'long')
  world.wait(1000)
  const { services } = world.registry
  const stop = new AbortController()
  const verify: typeof services.blobs.verify = async (location, of, options) => {
    stop.abort()
    return await services.blobs.verify(location, of, options)
  }
  const checked: string[] = []
  const options = {
    ...OPTIONS,
    observer: { checked: (finding: { digest: string }) => void checked.push(finding.digest) },
  }
  const report = await scrub({ ...services, blobs: altered(services.blobs, { verify }) }, options, stop.signal)
  const results = { intact: 0, damaged: 0, missing: 0, failed: 0 }
  expect(report).toEqual({ results, bytes: 0, recovered: 0, ended: 'interrupted' })
  expect(checked).toEqual([])
  expect((await run()).results.intact).toBe(1)
  expect((await world.registry.send('HEAD', `/v2/team/app/blobs/${digest}`)).status).toBe(200)
})

test('a blob whose bytes come back goes back into service, with an event', async () => {
  const digest = await pushBlob(world.registry, 'team/app', 'healthy')
  const get = () => world.registry.send('GET', `/v2/team/app/blobs/${digest}`)
  await damage(digest, 'heblthy')
  expect((await get()).status).toBe(404)
  expect(await run()).toMatchObject({ recovered: 0 })
  await damage(digest, 'healthy')
  expect(await run()).toMatchObject({ recovered: 1 })
  expect(await (await get()).text()).toBe('healthy')
  expect(await world.events('blob-recovered')).toEqual([{ digest, sizeBytes: 7 }])
  expect(await world.registry.services.metadata.countDamagedBlobs()).toBe(0)
})

test('a disk that has lost nearly everything is not believed: the run stops, and tells', async () => {
  for (let n = 0; n < 60; n += 1) await damage(await pushBlob(world.registry, 'team/app', `blob ${n}`), 'gone')
  world.wait(1000)
  expect(await run()).toMatchObject({ ended: 'implausible', results: { damaged: 21 } })
  expect(await world.registry.services.metadata.countDamagedBlobs()).toBe(20)
  expect(await world.events('scrub-stopped')).toEqual([
    { why: 'too many blobs are wrong at once', checked: 21, wrong: 21 },
  ])
})
