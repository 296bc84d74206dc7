import { expect, test } from 'bun:test'
import { SpaceGuard } from './space-guard.ts'

const GIB = 1024 ** 3
const MIB = 1024 ** 2

/** A disk of 100 GiB of which so much is free, as `statfs` tells it. */
function guardWith(disk: { freeBytes: number; looks: number }): SpaceGuard {
  return new SpaceGuard('/data', () => {
    disk.looks += 1
    return { blocks: (100 * GIB) / 4096, bavail: disk.freeBytes / 4096, bsize: 4096 }
  })
}

test('take() refuses when only the reserve is left, and again only until there is room', () => {
  const disk = { freeBytes: 64 * MIB, looks: 0 }
  const guard = guardWith(disk)
  expect(() => guard.take(1)).toThrow(expect.objectContaining({ reason: 'storage-full' }))
  expect(() => guard.take(1)).toThrow(expect.objectContaining({ reason: 'storage-full' }))
  disk.freeBytes = 65 * MIB
  guard.take(4096)
})

test('take() grants no more than the room above the reserve, however it is asked', () => {
  const disk = { freeBytes: 200 * MIB, looks: 0 }
  const guard = guardWith(disk)
  let written = 0
  const writeAll = () => {
    for (;;) {
      guard.take(MIB)
      written += MIB
      disk.freeBytes -= MIB
    }
  }
  expect(writeAll).toThrow(expect.objectContaining({ reason: 'storage-full' }))
  expect(written).toBe(136 * MIB)
})

test('take() looks at the disk once in 32 MiB while there is plenty', () => {
  const disk = { freeBytes: 50 * GIB, looks: 0 }
  const guard = guardWith(disk)
  for (let taken = 0; taken < 320 * MIB; taken += 64 * 1024) guard.take(64 * 1024)
  expect(disk.looks).toBeLessThanOrEqual(11)
})
