import { expect, test } from 'bun:test'
import { altered } from '../../../test/collection/world.ts'
import { createRepository, openTestRegistry } from '../../../test/support/test-registry.ts'
import { CostMemory } from './cost-memory.ts'

/** A memory whose passes wait for the test, and how many have begun. */
async function world() {
  const registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
  const { metadata, blobs, clock } = registry.services
  const seen = { passes: 0, pages: 0 }
  const gate = Promise.withResolvers<void>()
  const watched = altered(metadata, {
    listRepositoryPlaces: async (...page) => {
      seen.passes += 1
      await gate.promise
      return await metadata.listRepositoryPlaces(...page)
    },
    listBlobHoldings: async (...page) => {
      seen.pages += 1
      return await metadata.listBlobHoldings(...page)
    },
  })
  const open = () => gate.resolve()
  const memory = new CostMemory({ metadata: watched, blobs, clock })
  return { memory, seen, open, [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose]() }
}

const ENDED = { reason: 'storage-unavailable' }

test('all who ask at once wait for one pass', async () => {
  await using one = await world()
  const signal = new AbortController().signal
  const asked = Promise.all([one.memory.read(signal), one.memory.read(signal)])
  one.open()
  const [first, second] = await asked
  expect(second).toBe(first)
  expect(await one.memory.read(signal)).toBe(first)
  expect(one.seen.passes).toBe(1)
})

test('who goes away is told at once, and the pass goes on for the others', async () => {
  await using one = await world()
  const leaving = new AbortController()
  const [left, stayed] = [one.memory.read(leaving.signal), one.memory.read(new AbortController().signal)]
  leaving.abort()
  await expect(left).rejects.toMatchObject(ENDED)
  one.open()
  expect((await stayed).scopes.installation.figures.repositories).toBe(1)
  expect(one.seen.passes).toBe(1)
})

test('a pass that nobody waits for stops, and whoever asks then has another one', async () => {
  await using one = await world()
  const leaving = new AbortController()
  const left = one.memory.read(leaving.signal)
  leaving.abort()
  await expect(left).rejects.toMatchObject(ENDED)
  await expect(one.memory.read(leaving.signal)).rejects.toMatchObject(ENDED)
  const next = one.memory.read(new AbortController().signal)
  one.open()
  expect((await next).scopes.installation.figures.repositories).toBe(1)
  expect(one.seen).toEqual({ passes: 2, pages: 1 })
})
