import { expect, test } from 'bun:test'
import type { BlobLocation } from '../ports/blob-store.ts'
import { BlobCache } from './blob-cache.ts'

function at(index: number): BlobLocation {
  // Opaque to the cache.
  return String(index) as BlobLocation
}

test('BlobCache gives up what was not asked for the longest', () => {
  const cache = new BlobCache(3 * 1000)
  for (const index of [1, 2]) cache.put(at(index), new Uint8Array(1000))
  cache.get(at(1))
  cache.put(at(3), new Uint8Array(1000))
  expect([1, 2, 3].map((index) => cache.get(at(index))?.byteLength)).toEqual([1000, undefined, 1000])
})

test('BlobCache is bounded for empty blobs too', () => {
  const cache = new BlobCache(10_000)
  for (let index = 0; index < 1000; index += 1) cache.put(at(index), new Uint8Array())
  const kept = Array.from({ length: 1000 }, (_, index) => cache.get(at(index))).filter((bytes) => bytes !== undefined)
  expect(kept.length).toBeLessThan(100)
})

test('BlobCache does not take what is larger than all of it', () => {
  const cache = new BlobCache(1000)
  cache.put(at(1), new Uint8Array(10))
  cache.put(at(2), new Uint8Array(1001))
  expect([cache.get(at(1))?.byteLength, cache.get(at(2))]).toEqual([10, undefined])
})
