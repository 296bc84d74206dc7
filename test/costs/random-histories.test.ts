import { afterAll, expect, test } from 'bun:test'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { openFilesystemBlobStore } from '../../src/adapters/blobs/filesystem-blob-store.ts'
import { MemoryBlobStore } from '../../src/adapters/blobs/memory-blob-store.ts'
import { Refusal } from '../../src/core/refusal.ts'
import { costsOfRepository } from '../../src/services/costs/repository-costs.ts'
import { weighInstallation } from '../../src/services/costs/weigh-installation.ts'
import { NEVER } from '../collection/world.ts'
import { CostWorld, imageAt, PLACES } from './world.ts'

const place = fc.nat({ max: PLACES.length - 1 })
const image = fc.nat({ max: 3 })
const number = fc.nat({ max: 3 })

type Step = (world: CostWorld) => Promise<void> | void

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(place, image).map(
      ([at, one]): Step =>
        (world) =>
          world.push(at, one),
    ),
  },
  fc.tuple(place, image).map(
    ([at, one]): Step =>
      (world) =>
        world.push(at, one, false),
  ),
  fc.tuple(place, image).map(
    ([at, one]): Step =>
      (world) =>
        world.deleteImage(at, one),
  ),
  place.map(
    (at): Step =>
      (world) =>
        world.deleteRepository(at),
  ),
  fc.tuple(place, image).map(
    ([at, one]): Step =>
      (world) =>
        world.mount(at, imageAt(one).blobs[1] ?? ''),
  ),
  fc.tuple(place, image).map(
    ([at, one]): Step =>
      (world) =>
        world.deleteBlob(at, imageAt(one).blobs[1] ?? ''),
  ),
  place.map(
    (at): Step =>
      (world) =>
        world.pushBlob(at, 'loose'),
  ),
  fc.tuple(place, number).map(
    ([at, n]): Step =>
      (world) =>
        world.beginUpload(at, 'staged'.repeat(n)),
  ),
  number.map(
    (n): Step =>
      (world) =>
        world.finishUpload('staged'.repeat(n)),
  ),
  number.map(
    (n): Step =>
      (world) =>
        world.undo(n),
  ),
  fc.constantFrom(1, 9, 400, 501, 1501).map(
    (ms): Step =>
      (world) =>
        world.registry.clock.advance(ms),
  ),
  fc.constantFrom(1, 3, 100).map(
    (rows): Step =>
      (world) =>
        world.collect(rows),
  ),
)

/** What is refused has changed nothing, or what the next assertions see. */
async function take(world: CostWorld, each: Step): Promise<void> {
  try {
    await each(world)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}

async function expectExact(world: CostWorld, storedBytes: number): Promise<void> {
  const { scopes, unattributed } = await weighInstallation(world.services, NEVER)
  const { figures } = scopes.installation
  const parts = [figures.attributedBytes, ...Object.values(unattributed)]
  expect(parts.reduce((total, part) => total + part, 0)).toBe(storedBytes)
  expect([figures.heldBytes, figures.aloneBytes]).toEqual([figures.attributedBytes, figures.attributedBytes])
  const accounts = world.callers.map(({ registry }) => scopes.registry(registry.id)?.figures.attributedBytes ?? 0)
  expect(accounts.reduce((total, part) => total + part, 0)).toBe(figures.attributedBytes)
  const placed = world.callers.flatMap(({ registry }) => scopes.inRegistry(registry.id))
  for (const { id } of placed) {
    const stored = await world.services.metadata.findStoredRepository(id)
    if (stored === undefined) throw new Error(`no repository ${id}`)
    const alone = await costsOfRepository(world.services.metadata, stored, NEVER)
    const inAll = scopes.repository(id)?.figures
    expect(inAll).toEqual(alone)
  }
}

const histories = fc.array(step, { minLength: 1, maxLength: 40, size: 'max' })

test('the parts are what lies in the blob store, to the byte, whatever happened', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (steps) => {
      const blobs = new MemoryBlobStore()
      await using world = await CostWorld.open(blobs)
      for (const each of steps) {
        await take(world, each)
        await expectExact(world, blobs.storedBytes())
      }
    }),
    { numRuns: 25 },
  )
}, 60_000)

/** Everything that is to end by itself has ended. */
async function settle(world: CostWorld): Promise<void> {
  for (let round = 0; round < 4; round++) {
    world.registry.clock.advance(2000)
    await world.collect()
  }
}

test('what a deletion is said to free is what comes free, to the byte', async () => {
  await fc.assert(
    fc.asyncProperty(histories, place, fc.option(image), async (steps, at, one) => {
      const blobs = new MemoryBlobStore()
      await using world = await CostWorld.open(blobs)
      for (const each of steps) await take(world, each)
      if (one !== null) await world.push(at, one)
      await settle(world)
      const before = blobs.storedBytes()
      const said = await world.weigh(at, one ?? 'repository')
      expect(blobs.storedBytes()).toBe(before)
      if (one === null) await world.deleteRepository(at)
      else await world.deleteImage(at, one)
      const planned = await world.weighPlan(at, world.plans.at(-1) ?? '')
      expect([planned.nowBytes, planned.laterBytes, planned.keptBytes]).toEqual([
        said.nowBytes,
        said.laterBytes,
        said.keptBytes,
      ])
      await settle(world)
      expect(before - blobs.storedBytes()).toBe(said.nowBytes + said.laterBytes)
    }),
    { numRuns: 25 },
  )
}, 60_000)

const roots: string[] = []
afterAll(async () => {
  for (const root of roots) await rm(root, { recursive: true })
})

test('and so it is on a disk', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (steps) => {
      const root = await mkdtemp(join(tmpdir(), 'lading-costs-'))
      roots.push(root)
      await using world = await CostWorld.open(await openFilesystemBlobStore({ root }))
      for (const each of steps) await take(world, each)
      await expectExact(world, (await bytesIn(join(root, 'blobs'))) + (await bytesIn(join(root, 'uploads'))))
    }),
    { numRuns: 5 },
  )
}, 60_000)

async function bytesIn(folder: string): Promise<number> {
  let sizeBytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) sizeBytes += (await stat(join(entry.parentPath, entry.name))).size
  }
  return sizeBytes
}
