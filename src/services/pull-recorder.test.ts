import { afterEach, beforeEach, expect, test } from 'bun:test'
import { altered } from '../../test/collection/world.ts'
import { imageManifest, pushImage } from '../../test/support/images.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../../test/support/test-registry.ts'
import type { Digest } from '../core/digest.ts'
import { PullRecorder } from './pull-recorder.ts'

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
})
afterEach(async () => await registry[Symbol.asyncDispose]())

test('PullRecorder writes what it could not write the last time, with the later of two times', async () => {
  const { id } = await createRepository(registry, 'team/app')
  const digests: Digest[] = []
  for (const n of [1, 2]) digests.push(await pushImage(registry, 'team/app', `v${n}`, imageManifest([`layer ${n}`])))
  const [first, second] = digests
  if (first === undefined || second === undefined) throw new Error('two were pushed')
  const { metadata } = registry.services
  let isDown = true
  const transact: typeof metadata.transact = async (work) => {
    if (isDown) throw new Error('the database is away')
    return await metadata.transact(work)
  }
  const pulls = new PullRecorder(altered(metadata, { transact }), registry.clock)
  const startMs = registry.clock.nowMs()
  pulls.note(id, first)
  pulls.note(id, second)
  await expect(pulls.flush()).rejects.toThrow('away')
  registry.clock.advance(60_000)
  pulls.note(id, second)
  isDown = false
  await pulls.flush()
  const pulled = async (digest: Digest) => (await metadata.findManifest(id, digest))?.lastPulledAtMs
  expect([await pulled(first), await pulled(second)]).toEqual([startMs, startMs + 60_000])
})
