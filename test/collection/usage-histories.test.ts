import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { leftOf, type Usage } from '../../src/core/settings/quota.ts'
import { type ParentScope, parseNamespacePath, type Scope } from '../../src/core/settings/scope.ts'
import type { Quota } from '../../src/core/settings/settings.ts'
import type { Repository } from '../../src/ports/metadata/repositories.ts'
import type { QuotaKey } from '../../src/ports/metadata/settings.ts'
import { deleteRepository } from '../../src/services/repositories/delete-repository.ts'
import { chargeManifest, chargeRepository, refundRepository } from '../../src/services/settings/charge.ts'
import { deleteSetting } from '../../src/services/settings/delete-setting.ts'
import { putSettings } from '../../src/services/settings/put-settings.ts'
import { settingsInForce } from '../../src/services/settings/settings-in-force.ts'
import { bytesOf, descriptor, imageManifest, indexOf, OCI_MANIFEST, pushBlob, putManifest } from '../support/images.ts'
import { createRepository } from '../support/test-registry.ts'
import { countedUsage } from './counted-usage.ts'
import { type CollectionWorld, openCollectionWorld } from './world.ts'

const NAMES = ['team/app', 'team/web/other'] as const
/** A layer that may lie elsewhere: it may come before its image, after it, or never. */
const FOREIGN = 'a layer of elsewhere'
const PLAIN = [['base', 'one'], ['base', 'two', 'three'], ['four']].map((layers) => imageManifest(layers))
const ELSEWHERE = imageManifest(['base'], {
  layers: [
    descriptor(bytesOf('base'), 'application/vnd.oci.image.layer.v1.tar'),
    descriptor(bytesOf(FOREIGN), 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip'),
  ],
})
const INDEX = { ...indexOf(PLAIN.slice(0, 2)), blobs: [] }
const IMAGES = [...PLAIN, ELSEWHERE, INDEX]

const TEAM = { kind: 'namespace', path: parseNamespacePath('team/') } as const
const SCOPES: readonly ParentScope[] = [{ kind: 'installation' }, { kind: 'registry' }, TEAM]

const name = fc.constantFrom(...NAMES)
const image = fc.nat(IMAGES.length - 1)
const quota: fc.Arbitrary<Quota> = fc.oneof(
  fc.record({ bytes: fc.integer({ min: 0, max: 9000 }) }),
  fc.record({ images: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ bytes: fc.integer({ min: 0, max: 9000 }), images: fc.integer({ min: 0, max: 9 }) }),
)
const step = fc.oneof(
  { weight: 14, arbitrary: fc.record({ do: fc.constant('push' as const), name, image }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pushForeign' as const), name }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('delete' as const), name, image }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deleteLayers' as const), name, image }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('comeBack' as const), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(400, 1600) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('collect' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('setQuota' as const), scope: fc.nat(3), quota }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dropQuota' as const), scope: fc.nat(3) }) },
)
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

async function find({ registry }: CollectionWorld, named: string): Promise<Repository | undefined> {
  const all = await registry.services.metadata.listRepositories(registry.caller.registry.id, { limit: 10 })
  return all.find((one) => one.name === named)
}

async function apply(world: CollectionWorld, step: Step): Promise<unknown> {
  const { registry } = world
  const { services, caller } = registry
  if (step.do === 'wait') return world.wait(step.ms)
  if (step.do === 'collect') return await world.collect()
  if (step.do === 'setQuota' || step.do === 'dropQuota') return await changeQuota(world, step)
  const repository = await find(world, step.name)
  if (repository === undefined) return await createRepository(registry, step.name)
  switch (step.do) {
    case 'push':
      return await pushWhole(world, step.name, step.image)
    case 'pushForeign':
      return await registry.send('POST', `/v2/${step.name}/blobs/uploads/?digest=${foreignDigest()}`, { body: FOREIGN })
    case 'delete':
      return await registry.send('DELETE', `/v2/${step.name}/manifests/${IMAGES[step.image]?.digest}`)
    case 'deleteLayers':
      for (const blob of IMAGES[step.image]?.blobs ?? []) {
        const { digest } = descriptor(bytesOf(blob), '')
        await registry.send('DELETE', `/v2/${step.name}/blobs/${digest}`)
      }
      return
    case 'remove':
      return await deleteRepository(services, caller, repository, { force: true })
    case 'comeBack':
      return await bringBack(world, repository)
  }
}

const foreignDigest = () => descriptor(bytesOf(FOREIGN), '').digest

async function pushWhole({ registry }: CollectionWorld, named: string, at: number): Promise<void> {
  const pushed = IMAGES[at]
  if (pushed === undefined) throw new Error('no such image')
  // A quota may keep late blobs out.
  for (const blob of pushed.blobs.slice(0, at === 3 ? 2 : undefined)) {
    await pushBlob(registry, named, blob).catch((error: Error) => expect(error.message).toContain('The quota of'))
  }
  const { status } = await putManifest(registry, named, `v${at}`, pushed.text)
  expect([201, 400, 403]).toContain(status)
}

/** Undoing deletions is charged above quotas: the manifest is written as its undo would, and the repository twice over. */
async function bringBack({ registry }: CollectionWorld, repository: Repository): Promise<void> {
  const content = bytesOf(`{"mediaType":"${OCI_MANIFEST}","nothing":"in it"}`)
  const { digest, size: sizeBytes } = descriptor(content, OCI_MANIFEST)
  await registry.services.metadata.transact(async (transaction) => {
    const locked = await transaction.lockRepository(repository.id, 'exclusive')
    if (locked === undefined) throw new Error('it is live')
    const { quota: quotas } = await settingsInForce(transaction, locked)
    await refundRepository(transaction, locked, quotas)
    await chargeRepository(transaction, locked, quotas)
    const manifest = { digest, sizeBytes, mediaType: OCI_MANIFEST, content, children: [], blobs: [] }
    const unset = { artifactType: undefined, configMediaType: undefined, subject: undefined, annotations: undefined }
    const row = { ...manifest, ...unset, imageSizeBytes: 0, pushedAtMs: 1 }
    if ((await transaction.putManifest(locked.id, row)) === 'existing') return
    await chargeManifest(transaction, locked, manifest, { quotas, charging: 'above quotas' })
  })
}

async function changeQuota(world: CollectionWorld, step: Extract<Step, { scope: number }>): Promise<void> {
  const { services, caller } = world.registry
  const repository = await find(world, NAMES[0])
  const scope: Scope = SCOPES[step.scope] ?? { kind: 'repository', name: world.app.name }
  if (scope.kind === 'repository' && repository === undefined) return
  if (step.do === 'setQuota') {
    const settings = [{ name: 'quota' as const, value: step.quota, locked: false }]
    return await putSettings(services, caller, scope, { settings, force: false })
  }
  await deleteSetting(services, caller, scope, 'quota').catch((error) => expect(error.reason).toBe('entity-unknown'))
}

const plus = (a: Usage, b: Usage): Usage => ({ bytes: a.bytes + b.bytes, images: a.images + b.images })

/** All that is left, found out by asking for more than anybody has. */
async function leftNow({ registry }: CollectionWorld, key: QuotaKey): Promise<Usage | undefined> {
  return await registry.services.metadata.transact((transaction) =>
    transaction.takeQuota(key, { bytes: 1e15, images: 1e15 }),
  )
}

async function expectExact(world: CollectionWorld): Promise<void> {
  const { metadata } = world.registry.services
  const { id: registryId } = world.registry.caller.registry
  let total: Usage = { bytes: 0, images: 0 }
  const checkQuota = async (key: QuotaKey, value: Quota | undefined, used: Usage) => {
    if (value !== undefined) expect(await leftNow(world, key)).toEqual(leftOf(value, used))
  }
  for (const named of NAMES) {
    const repository = await find(world, named)
    if (repository === undefined) continue
    const counted = await countedUsage(metadata, repository)
    expect([named, await metadata.repositoryUsage(repository.id)]).toEqual([named, counted])
    total = plus(total, counted)
    const own = (await settingsInForce(metadata, repository)).quota.find(({ scope }) => scope.kind === 'repository')
    await checkQuota({ registryId, repositoryId: repository.id }, own?.value, counted)
  }
  const said = await metadata.listSettings(registryId, { namespaces: [TEAM.path] })
  for (const scope of SCOPES) {
    expect(await metadata.sumUsage(registryId, scope)).toEqual(total)
    const setting = said.find((one) => one.scope.kind === scope.kind)
    await checkQuota({ registryId, scope }, setting?.name === 'quota' ? setting.value : undefined, total)
  }
}

test('what repositories hold and what is left of quotas is what a naive count gives, over random histories', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), async (steps) => {
      await using world = await openCollectionWorld()
      for (const one of steps) {
        await apply(world, one)
        await expectExact(world)
      }
    }),
    { numRuns: 25 },
  )
}, 60_000)
