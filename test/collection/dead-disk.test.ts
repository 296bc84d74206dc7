import { afterEach, beforeEach, expect, test } from 'bun:test'
import { Refusal } from '../../src/core/refusal.ts'
import type { BlobStore } from '../../src/ports/blob-store.ts'
import { collect } from '../../src/services/collect.ts'
import { defaultCollectOptions } from '../../src/services/collection/collect-options.ts'
import { MOST_FAILURES } from '../../src/services/collection/pace.ts'
import type { Services } from '../../src/services/context.ts'
import { expireUploads } from '../../src/services/expire-uploads.ts'
import { scrub } from '../../src/services/scrub.ts'
import { pushBlob } from '../support/images.ts'
import { altered, type CollectionWorld, NEVER, openCollectionWorld } from './world.ts'

const MANY = 1.5 * MOST_FAILURES

let world: CollectionWorld
let rowsListed: number
beforeEach(async () => {
  world = await openCollectionWorld({ uploadExpiryMs: 1000 })
  rowsListed = 0
})
afterEach(async () => await world[Symbol.asyncDispose]())

/** The registry with a blob store that fails at everything, counting the rows that are listed. */
function withDeadDisk(): Services {
  const { services } = world.registry
  const { metadata } = services
  const fail = () => Promise.reject(new Refusal('storage-unavailable', 'the disk is gone'))
  const dead: Partial<BlobStore> = { verify: fail, remove: fail, discardUpload: fail }
  const count = async <Row>(listing: Promise<Row[]>): Promise<Row[]> => {
    const rows = await listing
    rowsListed += rows.length
    return rows
  }
  return {
    ...services,
    blobs: altered(services.blobs, dead),
    metadata: altered(metadata, {
      listBlobsToVerify: (limit) => count(metadata.listBlobsToVerify(limit)),
      listDueRemovals: (nowMs, limit) => count(metadata.listDueRemovals(nowMs, limit)),
      listExpiredUploads: (nowMs, limit) => count(metadata.listExpiredUploads(nowMs, limit)),
    }),
  }
}

test('a scrub of a disk that cannot be read ends soon', async () => {
  for (let n = 0; n < MANY; n += 1) await pushBlob(world.registry, 'team/app', `blob ${n}`)
  world.wait(1000)
  const options = { periodMs: 1000, bytesPerSecond: 1e9, batch: 100, observer: { checked() {} } }
  const { results } = await scrub(withDeadDisk(), options, NEVER)
  expect(results.failed).toBe(MOST_FAILURES)
  expect(rowsListed).toBeLessThan(5 * MOST_FAILURES)
})

test('removals from a disk that cannot be written are left for later', async () => {
  for (let n = 0; n < MANY; n += 1) await pushBlob(world.registry, 'team/app', 'the same again and again')
  world.wait(11)
  const { unlinked } = await collect(withDeadDisk(), { ...defaultCollectOptions(), busyShare: 1 }, NEVER)
  expect(unlinked.failed).toBeLessThan(2 * MOST_FAILURES)
  expect(rowsListed).toBeLessThan(30 * MOST_FAILURES)
  world.wait(11)
  expect((await world.collect({ busyShare: 1 })).unlinked).toMatchObject({ blobs: MANY - 1, failed: 0 })
})

test('uploads on a disk that cannot be written are left for later', async () => {
  for (let n = 0; n < MANY; n += 1) await world.registry.send('POST', '/v2/team/app/blobs/uploads/')
  world.wait(1501)
  expect((await expireUploads(withDeadDisk(), NEVER)).failed).toBeLessThan(2 * MOST_FAILURES)
  expect(rowsListed).toBeLessThan(30 * MOST_FAILURES)
  expect(await expireUploads(world.registry.services, NEVER)).toMatchObject({ discarded: MANY, failed: 0 })
})
