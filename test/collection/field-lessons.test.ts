import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import { collect } from '../../src/services/collect.ts'
import { defaultCollectOptions } from '../../src/services/collection/collect-options.ts'
import { putDeletedManifests } from '../crash/fill-with-deleted.ts'
import { bytesOf, imageManifest, indexOf, OCI_INDEX, pushBlob, pushImage, putManifest } from '../support/images.ts'
import { altered, type CollectionWorld, NEVER, openCollectionWorld, textDigest } from './world.ts'

/** Each named after the issue of those who suffered it (docs/field-lessons.md); leases are of 1000, windows of 500. */

let world: CollectionWorld
beforeEach(async () => {
  world = await openCollectionWorld()
})
afterEach(async () => await world[Symbol.asyncDispose]())

const AFTER_ALL = 2000

async function status(method: string, path: string): Promise<number> {
  return (await world.registry.send(method, `/v2/team/app/${path}`)).status
}

/** The status of the manifest and of each blob, as one who pulls sees them. */
async function pulls(reference: string, blobs: readonly string[]): Promise<number[]> {
  const found = [await status('GET', `manifests/${reference}`)]
  for (const blob of blobs) found.push(await status('GET', `blobs/${textDigest(blob)}`))
  return found
}

test('distribution#1609: pushes, pulls and deletions go on while the collector runs all the time, and what stays is whole', async () => {
  const images = Array.from({ length: 60 }, (_, n) => imageManifest(['base', `own ${n}`]))
  let [isPushing, taken] = [true, 0]
  const collecting = (async () => {
    while (isPushing) {
      taken += (await world.collect({ force: true })).taken.blobs
      await Bun.sleep(0)
    }
  })()
  for (const [n, image] of images.entries()) {
    await pushImage(world.registry, 'team/app', `v${n}`, image)
    const old = images[n - 3]
    if (old !== undefined) expect(await status('DELETE', `manifests/${old.digest}`)).toBe(202)
    world.wait(200)
    await Bun.sleep(1)
  }
  isPushing = false
  await collecting
  expect(taken).toBeGreaterThan(20)
  for (const n of [57, 58, 59]) {
    const blobs = images[n]?.blobs ?? []
    expect([n, ...(await pulls(`v${n}`, blobs))]).toEqual([n, 200, 200, 200, 200])
  }
})

test.each([1, 2, 3])(
  'harbor#23116: a layer that a client is told of after the collector has listed it, for the %dth time, is there for its manifest',
  async (time) => {
    const image = imageManifest(['old layer'])
    for (const blob of image.blobs) await pushBlob(world.registry, 'team/app', blob)
    world.wait(AFTER_ALL)
    const { services } = world.registry
    let [listed, told] = [0, false]
    const listDueCandidates: MetadataStore['listDueCandidates'] = async (...given) => {
      const page = await services.metadata.listDueCandidates(...given)
      listed += 1
      if (listed === time) {
        for (const blob of image.blobs) told = (await status('HEAD', `blobs/${textDigest(blob)}`)) === 200
      }
      return page
    }
    const metadata = altered(services.metadata, { listDueCandidates })
    const report = await collect({ ...services, metadata }, { ...defaultCollectOptions(), force: true }, NEVER)
    expect([told, report.taken.blobs]).toEqual([true, 0])
    expect((await putManifest(world.registry, 'team/app', 'v1', image.text)).status).toBe(201)
    expect(await pulls('v1', image.blobs)).toEqual([200, 200, 200])
  },
)

test('harbor#19991, #21919, #22117, #20029, #20431, #21443, #22739: a large clean-up that is stopped again and again goes on where it stood, in one step for many', async () => {
  // With their blobs, edges and candidates, 25,000 rows.
  const [manifests, blobs] = [3000, 4200]
  const { services } = world.registry
  await putDeletedManifests(services.metadata, manifests)
  const work = watchedWork(services.metadata)
  const options = { ...defaultCollectOptions(), force: true, isQuiet: () => true }
  const taken: number[] = []
  for (let ended = ''; ended !== 'done'; world.wait(2)) {
    const report = await collect({ ...services, metadata: work.metadata }, options, work.stopAfter(1500))
    ended = report.ended
    taken.push(report.taken.manifests + report.taken.blobs)
  }
  expect(await services.metadata.usage()).toEqual({ manifests: 0, blobs: 0, blobBytes: 0 })
  expect(taken.length).toBe(5)
  expect(taken.reduce((sum, count) => sum + count, 0)).toBe(manifests + blobs)
  expect(work.steps).toBeLessThan((manifests + blobs) / 2)
  expect(work.longestPage).toBeLessThanOrEqual(50)
}, 120_000)

/** A store that counts transactions, knows the longest page of candidates, and stops the run after so much was taken. */
function watchedWork(real: MetadataStore) {
  let [left, stop] = [0, new AbortController()]
  const took = <Result>(result: Result): Result => {
    left -= 1
    if (left === 0) stop.abort()
    return result
  }
  const watched = {
    steps: 0,
    longestPage: 0,
    metadata: altered(real, {
      transact: (work) => {
        watched.steps += 1
        return real.transact((transaction) =>
          work(
            altered(transaction, {
              purgeManifest: async (...given) => took(await transaction.purgeManifest(...given)),
              deleteBlob: async (...given) => took(await transaction.deleteBlob(...given)),
            }),
          ),
        )
      },
      listDueCandidates: async (...given) => {
        const page = await real.listDueCandidates(...given)
        watched.longestPage = Math.max(watched.longestPage, page.length)
        return page
      },
    }),
    stopAfter: (count: number): AbortSignal => {
      ;[left, stop] = [count, new AbortController()]
      return stop.signal
    },
  }
  return watched
}

test('zot#1762: a manifest that nobody can parse, of a type that nobody knows, is no garbage', async () => {
  const content = bytesOf('{"schemaVersion": 9, half a manifest')
  const digest = textDigest('{"schemaVersion": 9, half a manifest')
  const layer = await pushBlob(world.registry, 'team/app', 'what it holds')
  const { metadata } = world.registry.services
  await metadata.transact((transaction) =>
    transaction.putManifest(world.app.id, {
      digest,
      mediaType: 'application/vnd.example.future.manifest.v9+json',
      artifactType: undefined,
      configMediaType: undefined,
      subject: undefined,
      sizeBytes: content.byteLength,
      imageSizeBytes: 0,
      annotations: undefined,
      pushedAtMs: 1,
      content,
      children: [],
      blobs: [layer],
    }),
  )
  world.wait(AFTER_ALL)
  expect((await world.collect({ force: true })).taken).toEqual({ manifests: 0, blobs: 0, blobBytes: 0 })
  expect(await pulls(digest, ['what it holds'])).toEqual([200, 200])
})

test('zot#2624: a nested index that loses its tag stays, with all below it, while another index holds it', async () => {
  const image = imageManifest(['layer'])
  await pushImage(world.registry, 'team/app', image.digest, image)
  const nested = indexOf([image])
  await putManifest(world.registry, 'team/app', 'nested', nested.text)
  const manifests = [{ mediaType: OCI_INDEX, digest: nested.digest, size: bytesOf(nested.text).byteLength }]
  const outer = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests })
  expect((await putManifest(world.registry, 'team/app', 'outer', outer)).status).toBe(201)
  expect(await status('DELETE', 'manifests/nested')).toBe(202)
  world.wait(AFTER_ALL)
  await world.collect({ force: true })
  expect(await status('GET', 'manifests/nested')).toBe(404)
  expect(await status('GET', `manifests/${nested.digest}`)).toBe(200)
  expect(await pulls(image.digest, image.blobs)).toEqual([200, 200, 200])
})
