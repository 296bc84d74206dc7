import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { Digest } from '../../src/core/digest.ts'
import type { BlobLocation } from '../../src/ports/blob-store.ts'
import { collect } from '../../src/services/collect.ts'
import { defaultCollectOptions } from '../../src/services/collection/collect-options.ts'
import { imageManifest, indexOf, pushBlob, pushImage, putManifest } from '../support/images.ts'
import { createRepository } from '../support/test-registry.ts'
import { altered, type CollectionWorld, LIMITS, NEVER, openCollectionWorld, textDigest } from './world.ts'

let world: CollectionWorld
beforeEach(async () => {
  world = await openCollectionWorld()
})
afterEach(async () => await world[Symbol.asyncDispose]())

const LEASE = LIMITS.blobLeaseMs ?? 0
const AFTER_LEASE = LEASE * 1.5 + 1
const AFTER_WINDOW = (LIMITS.restoreWindowMs ?? 0) + 1
const AFTER_DELAY = (LIMITS.removalDelayMs ?? 0) + 1

async function locationOf(digest: Digest): Promise<BlobLocation> {
  const blob = await world.registry.services.metadata.findBlob(digest)
  if (blob === undefined) throw new Error('no such blob')
  return blob.location
}

async function bytesAt(location: BlobLocation): Promise<Blob | undefined> {
  return await world.registry.services.blobs.read(location)
}

async function status(method: string, path: string): Promise<number> {
  return (await world.registry.send(method, path)).status
}

describe('a blob that nothing refers to', () => {
  test('stays through its lease, then its row goes, then its bytes', async () => {
    const digest = await pushBlob(world.registry, 'team/app', 'lonely')
    const location = await locationOf(digest)
    expect((await world.collect()).candidates).toMatchObject({ collected: 0, postponed: 0 })
    world.wait(AFTER_LEASE)
    const report = await world.collect()
    expect(report).toMatchObject({ ended: 'done', taken: { blobs: 1, blobBytes: 6 }, unlinked: { blobs: 0 } })
    expect(report.examples).toEqual([{ digest, repositoryId: world.app.id, outcome: 'collected' }])
    expect(await status('HEAD', `/v2/team/app/blobs/${digest}`)).toBe(404)
    expect(await bytesAt(location)).toBeDefined()
    world.wait(AFTER_DELAY)
    expect(await world.collect()).toMatchObject({ unlinked: { blobs: 1, bytes: 6 } })
    expect(await bytesAt(location)).toBeUndefined()
    expect(await world.candidates()).toEqual([])
  })

  test('goes with more of its kind in one transaction while there are no requests', async () => {
    const { services } = world.registry
    const transactionsOf = async (isQuiet: boolean) => {
      for (let index = 0; index < 9; index++) await pushBlob(world.registry, 'team/app', `${isQuiet} ${index}`)
      world.wait(AFTER_LEASE)
      let count = 0
      const transact: typeof services.metadata.transact = (work) => {
        count += 1
        return services.metadata.transact(work)
      }
      const counting = { ...services, metadata: altered(services.metadata, { transact }) }
      const options = { ...defaultCollectOptions(), isQuiet: () => isQuiet }
      expect((await collect(counting, options, NEVER)).candidates.collected).toBe(9)
      return count
    }
    const [busy, quiet] = [await transactionsOf(false), await transactionsOf(true)]
    expect(busy).toBeGreaterThanOrEqual(3)
    expect(quiet).toBeLessThan(busy)
  })

  test('stays when a HEAD said that it is there, for as long as that promises', async () => {
    const digest = await pushBlob(world.registry, 'team/app', 'asked for')
    world.wait(LEASE)
    expect(await status('HEAD', `/v2/team/app/blobs/${digest}`)).toBe(200)
    world.wait(LEASE)
    expect((await world.collect()).candidates).toMatchObject({ postponed: 1, collected: 0 })
    expect(await status('HEAD', `/v2/team/app/blobs/${digest}`)).toBe(200)
    world.wait(AFTER_LEASE)
    expect((await world.collect()).candidates.collected).toBe(1)
  })

  test.each([0, 300, 499, 500, 501, 700, 999])(
    'harbor#23116: stays for a whole lease after a HEAD %d later, however much of the last lease is left',
    async (laterMs) => {
      const digest = await pushBlob(world.registry, 'team/app', 'asked for')
      world.wait(laterMs)
      expect(await status('HEAD', `/v2/team/app/blobs/${digest}`)).toBe(200)
      world.wait(LEASE - 1)
      await world.collect()
      expect(await world.hasRecord(digest)).toBe(true)
    },
  )

  test('is asked for all the time at the price of two writes per lease', async () => {
    const digest = await pushBlob(world.registry, 'team/app', 'popular')
    const leases = new Set<number>()
    for (let n = 0; n < 100; n += 1) {
      expect(await status('HEAD', `/v2/team/app/blobs/${digest}`)).toBe(200)
      leases.add((await world.registry.services.metadata.findBlob(digest))?.leaseUntilMs ?? 0)
      world.wait(LEASE / 10)
    }
    expect(leases.size).toBeLessThanOrEqual(20)
  })

  test('can be pushed again once it went, also before its old bytes are unlinked', async () => {
    const digest = await pushBlob(world.registry, 'team/app', 'phoenix')
    const before = await locationOf(digest)
    world.wait(AFTER_LEASE)
    await world.collect()
    await pushBlob(world.registry, 'team/app', 'phoenix')
    world.wait(AFTER_DELAY)
    await world.collect()
    expect(await bytesAt(before)).toBeUndefined()
    const response = await world.registry.send('GET', `/v2/team/app/blobs/${digest}`)
    expect([response.status, await response.text()]).toEqual([200, 'phoenix'])
  })
})

describe('a blob that a manifest refers to', () => {
  test('is no candidate any more once it was looked at', async () => {
    await pushImage(world.registry, 'team/app', 'v1')
    expect(await world.candidates()).toHaveLength(2)
    world.wait(AFTER_LEASE)
    expect((await world.collect()).candidates).toMatchObject({ held: 2, collected: 0 })
    expect(await world.candidates()).toEqual([])
  })

  test('stays with a deleted manifest through its restore window, and goes with it in one run', async () => {
    const digest = await pushImage(world.registry, 'team/app', 'v1', imageManifest(['a', 'b']))
    world.wait(AFTER_LEASE)
    await world.registry.send('DELETE', `/v2/team/app/manifests/${digest}`)
    world.wait(AFTER_WINDOW - 2)
    expect((await world.collect()).taken).toEqual({ manifests: 0, blobs: 0, blobBytes: 0 })
    expect(await world.hasRecord(textDigest('a'))).toBe(true)
    world.wait(2)
    const report = await world.collect()
    expect(report.taken).toMatchObject({ manifests: 1, blobs: 3 })
    expect(await world.hasRecord(textDigest('a'))).toBe(false)
    expect(await world.candidates()).toEqual([])
  })

  test('stays when another manifest shares it', async () => {
    const first = await pushImage(world.registry, 'team/app', 'v1', imageManifest(['base', 'one']))
    await pushImage(world.registry, 'team/app', 'v2', imageManifest(['base', 'two']))
    world.wait(AFTER_LEASE)
    await world.registry.send('DELETE', `/v2/team/app/manifests/${first}`)
    world.wait(AFTER_WINDOW)
    expect((await world.collect()).taken).toMatchObject({ manifests: 1, blobs: 2 })
    expect(await status('GET', `/v2/team/app/blobs/${textDigest('base')}`)).toBe(200)
    expect(await status('GET', `/v2/team/app/blobs/${textDigest('one')}`)).toBe(404)
  })

  test('leaves one repository while another keeps it', async () => {
    await createRepository(world.registry, 'team/other')
    const digest = await pushImage(world.registry, 'team/app', 'v1', imageManifest(['base']))
    await pushImage(world.registry, 'team/other', 'v1', imageManifest(['base']))
    world.wait(AFTER_LEASE)
    await world.registry.send('DELETE', `/v2/team/app/manifests/${digest}`)
    world.wait(AFTER_WINDOW)
    expect((await world.collect()).candidates).toMatchObject({ purged: 1, released: 2, collected: 0 })
    expect(await status('HEAD', `/v2/team/app/blobs/${textDigest('base')}`)).toBe(404)
    expect(await status('HEAD', `/v2/team/other/blobs/${textDigest('base')}`)).toBe(200)
  })

  test('stays when the manifest was pushed again in its window, and the next deletion has a window of its own', async () => {
    const image = imageManifest(['layer'])
    const path = `/v2/team/app/manifests/${await pushImage(world.registry, 'team/app', 'v1', image)}`
    world.wait(AFTER_LEASE)
    await world.registry.send('DELETE', path)
    world.wait(AFTER_WINDOW - 2)
    expect((await putManifest(world.registry, 'team/app', 'v1', image.text)).status).toBe(201)
    await world.registry.send('DELETE', path)
    world.wait(AFTER_WINDOW - 2)
    expect((await world.collect()).candidates.purged).toBe(0)
    world.wait(2)
    expect((await world.collect()).candidates.purged).toBe(1)
  })

  test('cannot be deleted while the manifest is there', async () => {
    await pushImage(world.registry, 'team/app', 'v1', imageManifest(['layer']))
    expect(await status('DELETE', `/v2/team/app/blobs/${textDigest('layer')}`)).toBe(405)
  })

  describe('when it is deleted after the manifest', () => {
    const image = imageManifest(['layer'])
    const layerPath = `/v2/team/app/blobs/${textDigest('layer')}`
    beforeEach(async () => {
      await pushImage(world.registry, 'team/app', 'v1', image)
      world.wait(AFTER_LEASE)
      expect(await status('DELETE', `/v2/team/app/manifests/${image.digest}`)).toBe(202)
      expect(await status('DELETE', layerPath)).toBe(202)
    })

    test('is unknown at once, and its bytes stay until the restore window of the manifest ends', async () => {
      for (const method of ['GET', 'HEAD', 'DELETE']) expect(await status(method, layerPath)).toBe(404)
      world.wait(AFTER_WINDOW - 2)
      await world.collect()
      expect(await world.hasRecord(textDigest('layer'))).toBe(true)
      world.wait(2)
      expect((await world.collect()).candidates).toMatchObject({ purged: 1, collected: 2 })
      expect(await world.hasRecord(textDigest('layer'))).toBe(false)
      expect(await world.candidates()).toEqual([])
    })

    test('comes back with the manifest, and then cannot be deleted', async () => {
      world.wait(AFTER_WINDOW - 2)
      await world.collect()
      expect((await putManifest(world.registry, 'team/app', 'v1', image.text)).status).toBe(201)
      world.wait(AFTER_WINDOW + AFTER_LEASE)
      await world.collect()
      const response = await world.registry.send('GET', layerPath)
      expect([response.status, await response.text()]).toEqual([200, 'layer'])
      expect(await status('DELETE', layerPath)).toBe(405)
    })

    test('comes back for no other manifest, by no mount, and after the window not at all', async () => {
      await createRepository(world.registry, 'team/other')
      const another = imageManifest(['layer'], { annotations: { another: 'one' } })
      expect((await putManifest(world.registry, 'team/app', 'v2', another.text)).status).toBe(400)
      for (const from of ['&from=team/app', '']) {
        const mount = `/v2/team/other/blobs/uploads/?mount=${textDigest('layer')}${from}`
        expect(await status('POST', mount)).toBe(202)
      }
      world.wait(AFTER_WINDOW)
      await world.collect()
      expect((await putManifest(world.registry, 'team/app', 'v1', image.text)).status).toBe(400)
    })

    test('comes back when it is pushed', async () => {
      await pushBlob(world.registry, 'team/app', 'layer')
      expect(await status('GET', layerPath)).toBe(200)
    })
  })

  test('what lies elsewhere is not seen because a manifest that names it was deleted and pushed again', async () => {
    await createRepository(world.registry, 'team/other')
    await pushBlob(world.registry, 'team/other', 'secret')
    const image = imageManifest(['mine'])
    const foreign = { mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar', urls: ['https://x.test/l'] }
    const manifest = JSON.parse(image.text)
    manifest.layers.push({ ...foreign, digest: textDigest('secret'), size: 6 })
    for (const blob of image.blobs) await pushBlob(world.registry, 'team/app', blob)
    for (const _ of [1, 2]) {
      const put = await putManifest(world.registry, 'team/app', 'v1', JSON.stringify(manifest))
      expect(put.status).toBe(201)
      expect(await status('GET', `/v2/team/app/blobs/${textDigest('secret')}`)).toBe(404)
      expect(await status('DELETE', `/v2/team/app/manifests/${put.headers.get('docker-content-digest')}`)).toBe(202)
      expect(await status('DELETE', `/v2/team/app/blobs/${textDigest('mine')}`)).toBe(202)
    }
  })

  test('an index keeps its children', async () => {
    const child = imageManifest(['layer'])
    await pushImage(world.registry, 'team/app', child.digest, child)
    const index = indexOf([child])
    await putManifest(world.registry, 'team/app', 'multi', index.text)
    world.wait(AFTER_LEASE)
    expect(await status('DELETE', `/v2/team/app/manifests/${child.digest}`)).toBeGreaterThanOrEqual(400)
    await world.collect()
    expect(await status('GET', `/v2/team/app/manifests/${child.digest}`)).toBe(200)
    expect(await status('GET', `/v2/team/app/blobs/${textDigest('layer')}`)).toBe(200)
  })
})

test('a copy that a new push replaced is unlinked after the delay, and the new one is not', async () => {
  const digest = await pushBlob(world.registry, 'team/app', 'twice')
  const before = await locationOf(digest)
  await pushBlob(world.registry, 'team/app', 'twice')
  expect(await locationOf(digest)).not.toBe(before)
  await world.collect()
  expect(await bytesAt(before)).toBeDefined()
  world.wait(AFTER_DELAY)
  expect((await world.collect()).unlinked.blobs).toBe(1)
  expect(await bytesAt(before)).toBeUndefined()
  expect(await bytesAt(await locationOf(digest))).toBeDefined()
})

describe('trouble', () => {
  test('zot#4271: one candidate that fails is put off, longer each time, and does not stop the others', async () => {
    const poisoned = await pushBlob(world.registry, 'team/app', 'poisoned')
    const digests = [poisoned, await pushBlob(world.registry, 'team/app', 'fine')]
    world.wait(AFTER_LEASE)
    const { services } = world.registry
    const failing = { ...services, metadata: failingOn(poisoned) }
    const failures: string[] = []
    const observer = { collected() {}, failed: ({ name }: { name: string }) => void failures.push(name) }
    const options = { ...defaultCollectOptions(), memory: world.memory, observer }
    const report = await collect(failing, options, NEVER)
    expect(report.candidates).toMatchObject({ failed: 1, collected: 1 })
    expect(failures).toEqual([poisoned])
    expect(await Promise.all(digests.map(world.hasRecord))).toEqual([true, false])
    const now = world.registry.clock.nowMs()
    expect((await world.candidates()).map(({ dueAtMs }) => dueAtMs - now)).toEqual([60_000])
    world.wait(60_000)
    await collect(failing, options, NEVER)
    expect((await world.candidates()).map(({ dueAtMs }) => dueAtMs - now)).toEqual([180_000])
    world.wait(120_000)
    expect((await world.collect()).candidates).toMatchObject({ collected: 1, failed: 0 })
  })

  test('a removal that fails stays for the next run', async () => {
    const digest = await pushBlob(world.registry, 'team/app', 'stuck')
    const location = await locationOf(digest)
    await pushBlob(world.registry, 'team/app', 'stuck')
    world.wait(AFTER_DELAY)
    const { services } = world.registry
    const blobs = altered(services.blobs, { remove: () => Promise.reject(new Error('EIO')) })
    expect((await collect({ ...services, blobs }, defaultCollectOptions(), NEVER)).unlinked).toMatchObject({
      failed: 1,
    })
    expect(await bytesAt(location)).toBeDefined()
    expect((await world.collect()).unlinked).toMatchObject({ blobs: 1, failed: 0 })
  })

  test('a run that is told to stop stops, and the next one ends the work', async () => {
    for (let n = 0; n < 30; n += 1) await pushBlob(world.registry, 'team/app', `blob ${n}`)
    world.wait(AFTER_LEASE)
    const stop = new AbortController()
    stop.abort()
    const report = await collect(world.registry.services, defaultCollectOptions(), stop.signal)
    expect(report).toMatchObject({ ended: 'interrupted', taken: { blobs: 0 } })
    expect((await world.collect()).taken.blobs).toBe(30)
  })

  function failingOn(poisoned: Digest) {
    const { metadata } = world.registry.services
    type Store = typeof metadata
    const transact: Store['transact'] = (work) =>
      metadata.transact((transaction) =>
        work(
          altered(transaction, {
            deleteBlob: (digest, dueAtMs) => {
              if (digest === poisoned) throw new Error('poisoned')
              return transaction.deleteBlob(digest, dueAtMs)
            },
          }),
        ),
      )
    return altered(metadata, { transact })
  }
})

test('events are forgotten when their time is over', async () => {
  await pushBlob(world.registry, 'team/app', 'remembered')
  world.wait(AFTER_LEASE)
  await world.collect()
  expect(await world.events('blobs-collected')).toHaveLength(1)
  world.wait(1000)
  expect((await world.collect({ eventRetentionMs: 1001 })).eventsForgotten).toBe(0)
  expect((await world.collect({ eventRetentionMs: 999 })).eventsForgotten).toBe(1)
  expect(await world.events('blobs-collected')).toEqual([])
})
