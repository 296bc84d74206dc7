import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { MemoryBlobStore } from '../../src/adapters/blobs/memory-blob-store.ts'
import type { Digest } from '../../src/core/digest.ts'
import type { BlobLocation } from '../../src/ports/blob-store.ts'
import { getBlobStat, readBlob } from '../../src/services/blobs.ts'
import { bytesOf, pushBlob } from '../support/images.ts'
import { altered, type CollectionWorld, openCollectionWorld } from './world.ts'

const SMALL = 'a config, asked for by every pull'
const LARGE = 'a layer '.repeat(10_000)

let world: CollectionWorld
beforeEach(async () => {
  world = await openCollectionWorld()
})
afterEach(async () => await world[Symbol.asyncDispose]())

async function locationOf(digest: Digest): Promise<BlobLocation> {
  const blob = await world.registry.services.metadata.findBlob(digest)
  if (blob === undefined) throw new Error('no such blob')
  return blob.location
}

async function damage(digest: Digest, text: string | undefined): Promise<void> {
  const { blobs } = world.registry.services
  const location = await locationOf(digest)
  if (!(blobs instanceof MemoryBlobStore)) throw new Error('nothing to damage')
  if (text === undefined) await blobs.remove(location)
  else blobs.overwrite(location, bytesOf(text))
}

async function get(digest: Digest, range?: string): Promise<[number, string]> {
  const headers: Record<string, string> = range === undefined ? {} : { range }
  const response = await world.registry.send('GET', `/v2/team/app/blobs/${digest}`, { headers })
  return [response.status, response.ok ? await response.text() : '']
}

const DAMAGE: readonly [string, string, string | undefined, 'missing' | 'damaged'][] = [
  ['a small one with a flipped bit', SMALL, SMALL.replace('c', 'b'), 'damaged'],
  ['a small one that was cut off', SMALL, SMALL.slice(0, 5), 'damaged'],
  ['a small one that is empty', SMALL, '', 'damaged'],
  ['a small one that has grown', SMALL, `${SMALL}!`, 'damaged'],
  ['a small one that is missing', SMALL, undefined, 'missing'],
  ['a large one that was cut off', LARGE, LARGE.slice(1), 'damaged'],
  ['a large one that has grown', LARGE, `${LARGE}!`, 'damaged'],
  ['a large one that is missing', LARGE, undefined, 'missing'],
]

describe.each(DAMAGE)('a damaged blob: %s', (_, content, damaged, finding) => {
  test('is not served, goes out of service with an event, and the next push repairs it', async () => {
    const digest = await pushBlob(world.registry, 'team/app', content)
    await damage(digest, damaged)
    expect((await get(digest))[0]).toBe(404)
    expect((await world.registry.send('HEAD', `/v2/team/app/blobs/${digest}`)).status).toBe(404)
    expect(await world.events('blob-damaged')).toEqual([{ digest, finding, sizeBytes: content.length }])
    await pushBlob(world.registry, 'team/app', content)
    expect(await get(digest)).toEqual([200, content])
    expect(await world.events('blob-repaired')).toEqual([{ digest }])
  })

  test('is not served in part either', async () => {
    const digest = await pushBlob(world.registry, 'team/app', content)
    await damage(digest, damaged)
    expect((await get(digest, 'bytes=0-3'))[0]).toBe(404)
    expect(await world.events('blob-damaged')).toMatchObject([{ digest, finding }])
  })
})

test('a repair shows at once, whatever was in memory before', async () => {
  const digest = await pushBlob(world.registry, 'team/app', SMALL)
  expect(await get(digest)).toEqual([200, SMALL])
  const before = await locationOf(digest)
  await damage(digest, 'broken')
  await pushBlob(world.registry, 'team/app', SMALL)
  expect(await locationOf(digest)).not.toBe(before)
  expect(await get(digest)).toEqual([200, SMALL])
})

test.each([SMALL, LARGE])('a copy that a push replaces while it is read is not out of order', async (content) => {
  const digest = await pushBlob(world.registry, 'team/app', content)
  await damage(digest, 'broken')
  const { services } = world.registry
  const read: typeof services.blobs.read = async (location) => {
    const bytes = await services.blobs.read(location)
    if (replaced) return bytes
    replaced = true
    await pushBlob(world.registry, 'team/app', content)
    return bytes
  }
  let replaced = false

  const racing = { ...services, blobs: altered(services.blobs, { read }) }
  const bytes = await readBlob(racing, world.app, await getBlobStat(racing, world.app, digest))
  expect(await new Response(bytes).text()).toBe(content)
  expect(await world.events('blob-damaged')).toEqual([])
})
