import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { NO_AMOUNT } from '../../src/core/collection/judge-plan.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import { collect } from '../../src/services/collect.ts'
import { defaultCollectOptions } from '../../src/services/collection/collect-options.ts'
import { deleteRepository } from '../../src/services/repositories/delete-repository.ts'
import { imageManifest, pushImage } from '../support/images.ts'
import { createRepository } from '../support/test-registry.ts'
import { altered, type CollectionWorld, openCollectionWorld, textDigest } from './world.ts'

const NAMES = ['team/app', 'team/other'] as const
const IMAGES = [['base', 'one'], ['base', 'two'], ['three']].map((layers) => imageManifest(layers))

type Step =
  | { readonly do: 'push'; readonly name: 0 | 1; readonly image: 0 | 1 | 2 }
  | { readonly do: 'untag'; readonly name: 0 | 1; readonly image: 0 | 1 | 2 }
  | { readonly do: 'remove'; readonly name: 0 | 1 }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'collect'; readonly purgeRows: number; readonly stopAfter: number }

const index = fc.constantFrom(0, 1)
const image = fc.constantFrom(0, 1, 2)
const step = fc.oneof(
  fc.record({ do: fc.constant('push'), name: index, image }),
  fc.record({ do: fc.constant('untag'), name: index, image }),
  fc.record({ do: fc.constant('remove'), name: index }),
  fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(1, 400, 501, 1001) }),
  fc.record({ do: fc.constant('collect'), purgeRows: fc.integer({ min: 1, max: 6 }), stopAfter: fc.nat({ max: 12 }) }),
)

/** What each live repository is known to hold. */
type Model = Map<string, Set<number>>

/** A run that is stopped after so many transactions. */
async function collectSome(world: CollectionWorld, run: { purgeRows: number; stopAfter: number }): Promise<void> {
  const { services } = world.registry
  const stop = new AbortController()
  let left = run.stopAfter
  const transact: MetadataStore['transact'] = (work) => {
    if (left-- <= 0) stop.abort()
    return services.metadata.transact(work)
  }
  const options = { ...defaultCollectOptions(), brake: { share: 1, floor: NO_AMOUNT }, purgeRows: run.purgeRows }
  await collect({ ...services, metadata: altered(services.metadata, { transact }) }, options, stop.signal)
}

async function removeRepository(world: CollectionWorld, name: string): Promise<void> {
  const { services, caller } = world.registry
  const repositories = await services.metadata.listRepositories(caller.registry.id, { limit: 10 })
  const found = repositories.find((repository) => repository.name === name)
  if (found !== undefined) await deleteRepository(services, caller, found, { force: true })
}

async function apply(world: CollectionWorld, model: Model, step: Step): Promise<void> {
  if (step.do === 'wait') return world.wait(step.ms)
  if (step.do === 'collect') return await collectSome(world, step)
  const name = NAMES[step.name]
  const held = model.get(name)
  if (step.do === 'remove') {
    model.delete(name)
    return await removeRepository(world, name)
  }
  if (step.do === 'untag') {
    const digest = IMAGES[step.image]?.digest
    if (held?.delete(step.image)) await world.registry.send('DELETE', `/v2/${name}/manifests/${digest}`)
    return
  }
  if (held === undefined) {
    model.set(name, new Set())
    await createRepository(world.registry, name)
  }
  await pushImage(world.registry, name, `v${step.image}`, IMAGES[step.image])
  model.get(name)?.add(step.image)
}

/** Every image of a live repository is whole; no repository has another's. */
async function expectWhole(world: CollectionWorld, model: Model): Promise<void> {
  const status = async (path: string) => (await world.registry.send('GET', path)).status
  for (const name of NAMES) {
    for (const [n, each] of IMAGES.entries()) {
      const isHeld = model.get(name)?.has(n) === true
      expect(await status(`/v2/${name}/manifests/v${n}`)).toBe(isHeld ? 200 : 404)
      if (!isHeld) continue
      for (const blob of each.blobs) expect(await status(`/v2/${name}/blobs/${textDigest(blob)}`)).toBe(200)
    }
  }
}

test('whatever is deleted, made again and purged in pieces, images stay whole, and in the end nothing is left', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      await using world = await openCollectionWorld()
      const model: Model = new Map([['team/app', new Set()]])
      // fast-check loses that a constant is a literal.
      for (const each of steps as Step[]) {
        await apply(world, model, each)
        await expectWhole(world, model)
      }
      for (const name of NAMES) await removeRepository(world, name)
      for (let round = 0; round < 4; round++) {
        world.wait(1001)
        await collectSome(world, { purgeRows: 3, stopAfter: Number.POSITIVE_INFINITY })
      }
      expect(await world.candidates()).toEqual([])
      expect(await world.registry.services.metadata.usage()).toEqual({ manifests: 0, blobs: 0, blobBytes: 0 })
      expect(await world.registry.services.metadata.holdersOfBlob(textDigest('base'), 10)).toEqual([])
    }),
    { numRuns: 20 },
  )
}, 30_000)
