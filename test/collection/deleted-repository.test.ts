import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { NO_AMOUNT } from '../../src/core/collection/judge-plan.ts'
import { Refusal } from '../../src/core/refusal.ts'
import type { MetadataStore, MetadataTransaction } from '../../src/ports/metadata-store.ts'
import { collect } from '../../src/services/collect.ts'
import { defaultCollectOptions } from '../../src/services/collection/collect-options.ts'
import { deleteRepository } from '../../src/services/repositories/delete-repository.ts'
import { imageManifest, pushBlob, pushImage } from '../support/images.ts'
import { createRepository } from '../support/test-registry.ts'
import { altered, type CollectionWorld, NEVER, openCollectionWorld, textDigest } from './world.ts'

let world: CollectionWorld
let metadata: MetadataStore
beforeEach(async () => {
  world = await openCollectionWorld()
  metadata = world.registry.services.metadata
})
afterEach(async () => await world[Symbol.asyncDispose]())

const AFTER_ALL = 1501
const NO_BRAKE = { share: 1, floor: NO_AMOUNT }

async function remove(repository = world.app) {
  return await deleteRepository(world.registry.services, world.registry.caller, repository, { force: true })
}

async function status(method: string, path: string): Promise<number> {
  return (await world.registry.send(method, path)).status
}

/** The store, calling `before` ahead of every transaction that purges, with how many there have been. */
function watchingPurges(before: (purges: number) => void): MetadataStore {
  let purges = 0
  const watched = (transaction: MetadataTransaction) =>
    altered(transaction, {
      purgeRepository: (...purge) => {
        before(purges++)
        return transaction.purgeRepository(...purge)
      },
    })
  return altered(metadata, { transact: (work) => metadata.transact((transaction) => work(watched(transaction))) })
}

describe('a deleted repository', () => {
  test('keeps everything through its restore window, then leaves nothing behind and takes nothing that others hold', async () => {
    const other = await createRepository(world.registry, 'team/other')
    await pushImage(world.registry, 'team/app', 'v1', imageManifest(['shared', 'mine']))
    await pushImage(world.registry, 'team/other', 'v1', imageManifest(['shared']))
    world.wait(AFTER_ALL)
    await remove()
    world.wait(499)
    expect((await world.collect()).taken).toEqual(NO_AMOUNT)
    expect(await world.hasRecord(textDigest('mine'))).toBe(true)
    expect(await metadata.findStoredRepository(world.app.id)).toMatchObject({ isPurging: false })
    world.wait(1)
    const report = await world.collect({ brake: NO_BRAKE })
    expect(report).toMatchObject({
      ended: 'done',
      candidates: { emptied: 1, failed: 0 },
      taken: { manifests: 1, blobs: 2 },
    })
    expect(report.examples[0]).toEqual({ digest: undefined, repositoryId: world.app.id, outcome: 'emptied' })
    expect(await metadata.findStoredRepository(world.app.id)).toBeUndefined()
    expect(await world.hasRecord(textDigest('mine'))).toBe(false)
    expect(await metadata.findRepositoryBlob(other.id, textDigest('shared'))).toBeDefined()
    expect(await world.candidates()).toEqual([])
  })

  test('is named by its events when it is gone, with who deleted it', async () => {
    await remove()
    world.wait(AFTER_ALL)
    await world.collect()
    const place = { registryId: world.app.registryId, repositoryId: world.app.id, repositoryName: 'team/app' }
    const principal = world.registry.caller.principal.arn
    expect(await metadata.listEvents({ limit: 10 })).toMatchObject([
      { kind: 'repository-deleted', ...place, principal, detail: { hasImages: false, requestId: 'test' } },
      { kind: 'repository-purged', ...place, principal: undefined },
    ])
  })

  test('lets a manifest go that was deleted before it, when that one is due', async () => {
    const digest = await pushImage(world.registry, 'team/app', 'v1')
    await world.registry.send('DELETE', `/v2/team/app/manifests/${digest}`)
    world.wait(400)
    await remove()
    world.wait(101)
    expect((await world.collect({ brake: NO_BRAKE })).candidates).toMatchObject({ purged: 1, emptied: 0 })
    const purged = (await metadata.listEvents({ limit: 10 })).filter(({ kind }) => kind === 'manifests-purged')
    expect(purged).toMatchObject([{ repositoryName: 'team/app', detail: { digests: [digest] } }])
    world.wait(AFTER_ALL)
    expect((await world.collect({ brake: NO_BRAKE })).candidates).toMatchObject({ emptied: 1 })
    expect(await world.candidates()).toEqual([])
  })

  test('zot#2964: is purged in small transactions, and others get their turn in between', async () => {
    for (const n of [1, 2, 3]) await pushImage(world.registry, 'team/app', `v${n}`, imageManifest([`layer ${n}`]))
    await remove()
    world.wait(1)
    await createRepository(world.registry, 'team/other')
    for (const n of [1, 2, 3, 4, 5, 6]) await pushBlob(world.registry, 'team/other', `loose ${n}`)
    world.wait(AFTER_ALL)
    const collectedBy: number[] = []
    const watching = watchingPurges(() => collectedBy.push(looseLeft))
    let looseLeft = 6
    const counting = altered(watching, {
      transact: (work) =>
        watching.transact((transaction) =>
          work(
            altered(transaction, {
              deleteBlob: (...blob) => {
                looseLeft -= 1
                return transaction.deleteBlob(...blob)
              },
            }),
          ),
        ),
    })
    const options = { ...defaultCollectOptions(), brake: NO_BRAKE, purgeRows: 2 }
    await collect({ ...world.registry.services, metadata: counting }, options, NEVER)
    expect(collectedBy.length).toBeGreaterThan(5)
    expect(collectedBy[0]).toBeGreaterThan(0)
    expect(collectedBy.at(-1)).toBe(0)
  })

  test('goes in a later run, wherever a crash or a stop has ended the one before', async () => {
    for (let stopAfter = 0; ; stopAfter++) {
      const app = await createRepository(world.registry, `stopped/${stopAfter}`)
      await pushImage(world.registry, app.name, 'v1', imageManifest([`layer ${stopAfter}`]))
      await remove(app)
      world.wait(AFTER_ALL)
      const stop = new AbortController()
      const failing = watchingPurges((purges) => {
        if (purges < stopAfter) return
        if (stopAfter % 2 === 0) throw new Refusal('storage-unavailable', 'the database is gone')
        stop.abort()
      })
      const options = { ...defaultCollectOptions(), brake: NO_BRAKE, purgeRows: 2 }
      const run = collect({ ...world.registry.services, metadata: failing }, options, stop.signal)
      const ended = await run.then(
        ({ ended }) => ended,
        () => 'crashed',
      )
      const left = await metadata.findStoredRepository(app.id)
      if (stopAfter > 0 && left !== undefined) expect(left.isPurging).toBe(true)
      // What the first run let go of is due a moment after it.
      world.wait(2)
      await world.collect({ brake: NO_BRAKE })
      expect(await metadata.findStoredRepository(app.id)).toBeUndefined()
      expect(await world.hasRecord(textDigest(`layer ${stopAfter}`))).toBe(false)
      expect(await world.candidates()).toEqual([])
      if (ended === 'done') break
    }
    expect(await metadata.usage()).toEqual({ manifests: 0, blobs: 0, blobBytes: 0 })
  })
})

describe('the brake', () => {
  const strict = { share: 0.5, floor: NO_AMOUNT }

  test('stops a repository that is too much by its manifests before any of it goes', async () => {
    await createRepository(world.registry, 'team/other')
    for (const n of [1, 2, 3])
      await pushImage(world.registry, 'team/app', `v${n}`, imageManifest(['same'], { n: `${n}` }))
    await pushImage(world.registry, 'team/other', 'v1', imageManifest(['same']))
    await remove()
    world.wait(AFTER_ALL)
    const report = await world.collect({ brake: strict })
    expect(report).toMatchObject({
      ended: 'refused',
      refusal: { measure: 'manifests', taken: 3, total: 4 },
      taken: NO_AMOUNT,
    })
    expect(await metadata.findStoredRepository(world.app.id)).toMatchObject({ isPurging: false })
    world.memory.confirm()
    expect(await world.collect({ brake: strict })).toMatchObject({ ended: 'done', taken: { manifests: 3 } })
  })

  test('stops one that is too much by the bytes that it alone holds, and counts no others', async () => {
    await createRepository(world.registry, 'team/other')
    const small = [1, 2, 3, 4].map((n) => imageManifest([`small ${n}`]))
    for (const image of small) await pushImage(world.registry, 'team/other', image.digest, image)
    await pushImage(world.registry, 'team/app', 'v1', imageManifest(['large '.repeat(1000)]))
    await createRepository(world.registry, 'team/copy')
    await pushImage(world.registry, 'team/copy', 'v1', imageManifest(['large '.repeat(1000)]))
    await remove()
    world.wait(AFTER_ALL)
    expect((await world.collect({ brake: strict })).ended).toBe('done')
    const copy = await metadata.findRepository(world.app.registryId, 'team/copy' as typeof world.app.name)
    if (copy === undefined) throw new Error('the copy is gone')
    await remove(copy)
    world.wait(AFTER_ALL)
    expect(await world.collect({ brake: strict })).toMatchObject({
      ended: 'refused',
      refusal: { measure: 'blobBytes' },
      taken: NO_AMOUNT,
    })
    expect(await metadata.findStoredRepository(copy.id)).toMatchObject({ isPurging: false })
  })
})

describe('a name that is used again', () => {
  test('is another repository, which is pushed to while the old one is purged', async () => {
    const images = [1, 2, 3, 4].map((n) => imageManifest(['base', `layer ${n}`]))
    for (const [n, image] of images.entries()) await pushImage(world.registry, 'team/app', `v${n}`, image)
    await remove()
    expect(await status('GET', '/v2/team/app/manifests/v1')).toBe(404)
    await createRepository(world.registry, 'team/app')
    expect(await status('GET', '/v2/team/app/manifests/v1')).toBe(404)
    expect(await status('HEAD', `/v2/team/app/blobs/${textDigest('base')}`)).toBe(404)
    world.wait(AFTER_ALL)
    const pushes: Promise<unknown>[] = []
    const pushing = watchingPurges((purges) => {
      const image = images[purges]
      if (image !== undefined) pushes.push(pushImage(world.registry, 'team/app', `new${purges}`, image))
    })
    const options = { ...defaultCollectOptions(), brake: NO_BRAKE, purgeRows: 1 }
    await collect({ ...world.registry.services, metadata: pushing }, options, NEVER)
    await Promise.all(pushes)
    world.wait(AFTER_ALL)
    await world.collect()
    for (const [n, image] of images.entries()) {
      expect(await status('GET', `/v2/team/app/manifests/new${n}`)).toBe(200)
      for (const blob of image.blobs) expect(await status('GET', `/v2/team/app/blobs/${textDigest(blob)}`)).toBe(200)
    }
  })
})
