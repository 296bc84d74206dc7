import { afterAll, expect, test } from 'bun:test'
import { openPostgresMetadataStore } from '../../src/adapters/metadata/postgres/open-postgres-metadata-store.ts'
import { parseNamespacePath } from '../../src/core/settings/scope.ts'
import { deleteImage } from '../../src/services/plans/delete-images.ts'
import { putSettings } from '../../src/services/settings/put-settings.ts'
import { findPostgres, startPostgres } from '../contracts/postgres-server.ts'
import { imageManifest, OCI_MANIFEST, pushBlob } from '../support/images.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../support/test-registry.ts'
import { countedUsage } from './counted-usage.ts'

/** Where one transaction runs at a time there are no races: `usage-histories.test.ts` has what is left. */
const NOT_FOUND = 'skipped: PostgreSQL not found'
const TEAM = { kind: 'namespace', path: parseNamespacePath('team/') } as const
const CLIENTS = 50

const binaries = await findPostgres()
if (binaries === undefined) {
  console.log(NOT_FOUND)
  test.skip(NOT_FOUND, () => {})
} else {
  const server = await startPostgres(binaries)
  afterAll(() => server.stop())
  const open = async (): Promise<TestRegistry> => {
    await server.sql('drop schema public cascade; create schema public')
    return await openTestRegistry({}, await openPostgresMetadataStore({ url: server.url }))
  }

  test('of 50 pushes at once into a namespace with room for 20, 20 succeed, and bytes add up', async () => {
    await using registry = await open()
    const repositories = await Promise.all(
      ['team/a', 'team/b', 'team/c'].map((name) => createRepository(registry, name)),
    )
    for (const { name } of repositories) for (const blob of imageOf(0).blobs) await pushBlob(registry, name, blob)
    await setQuota(registry, { images: 20, bytes: 1_000_000 })
    const answers = await Promise.all(
      Array.from({ length: CLIENTS }, (_, at) => putImage(registry, repositories[at % 3]?.name ?? '', at)),
    )
    expect(answers.filter((status) => status === 201)).toHaveLength(20)
    expect(answers.filter((status) => status === 403)).toHaveLength(30)
    await expectExact(registry, { images: 20, bytes: 1_000_000 })
  }, 60_000)

  test('pushes, deletions and changes of quotas at once leave everything counted to the byte', async () => {
    await using registry = await open()
    const { services, caller } = registry
    const repositories = await Promise.all(['team/a', 'team/b'].map((name) => createRepository(registry, name)))
    for (const { name } of repositories) for (const blob of imageOf(0).blobs) await pushBlob(registry, name, blob)
    await setQuota(registry, { images: 15 })
    for (let round = 0; round < 3; round++) {
      const pushes = Array.from({ length: 24 }, (_, at) => putImage(registry, at % 2 ? 'team/a' : 'team/b', at))
      const changes = [
        setQuota(registry, { images: 10 + round, bytes: 50_000 }),
        setQuota(registry, { images: 14 + round }),
      ]
      await Promise.all([...pushes, ...changes])
      const held = await Promise.all(
        repositories.map(async (repository) => {
          const manifests = await services.metadata.listManifests(repository.id, 'ANY', { limit: 1000 })
          return manifests.map(({ digest }) => ({ repository, digest }))
        }),
      )
      const deletions = held.flat().filter((_, at) => at % 2 === 0)
      await Promise.all([
        ...deletions.map(({ repository, digest }) =>
          deleteImage(services, caller, repository, { kind: 'image', digest }),
        ),
        ...Array.from({ length: 10 }, (_, at) => putImage(registry, 'team/a', 30 + at)),
      ])
      await setQuota(registry, { images: 15, bytes: 100_000 })
      await expectExact(registry, { images: 15, bytes: 100_000 })
    }
  }, 60_000)
}

/** All share a layer and a config; each is another manifest. */
function imageOf(at: number) {
  return imageManifest(['base'], { annotations: { at: String(at) } })
}

async function putImage(registry: TestRegistry, name: string, at: number): Promise<number> {
  const headers = { 'content-type': OCI_MANIFEST }
  return (await registry.send('PUT', `/v2/${name}/manifests/t${at}`, { body: imageOf(at).text, headers })).status
}

async function setQuota({ services, caller }: TestRegistry, value: { images: number; bytes?: number }): Promise<void> {
  const settings = [{ name: 'quota' as const, value, locked: false }]
  await putSettings(services, caller, TEAM, { settings, force: false })
}

async function expectExact(registry: TestRegistry, quota: { images: number; bytes: number }): Promise<void> {
  const { metadata } = registry.services
  const { id: registryId } = registry.caller.registry
  const total = { bytes: 0, images: 0 }
  for (const repository of await metadata.listRepositories(registryId, { limit: 10 })) {
    const counted = await countedUsage(metadata, repository)
    expect(await metadata.repositoryUsage(repository.id)).toEqual(counted)
    total.bytes += counted.bytes
    total.images += counted.images
  }
  const asked = { bytes: 1e12, images: 1e12 }
  const left = await metadata.transact((transaction) => transaction.takeQuota({ registryId, scope: TEAM }, asked))
  expect(left).toEqual({ bytes: quota.bytes - total.bytes, images: quota.images - total.images })
}
