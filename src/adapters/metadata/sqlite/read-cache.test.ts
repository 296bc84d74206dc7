import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { digestOf } from '../../../core/content-digest.ts'
import { parseRepositoryName } from '../../../core/repository-name.ts'
import { parseTag } from '../../../core/tag.ts'
import type { NewManifest } from '../../../ports/metadata/manifests.ts'
import type { Repository } from '../../../ports/metadata/repositories.ts'
import type { MetadataStore } from '../../../ports/metadata-store.ts'
import { openSqliteMetadataStore } from './open-sqlite-metadata-store.ts'

const TAGS = ['a', 'b'].map(parseTag)
const MANIFESTS = ['one', 'two'].map(manifestOf)

function manifestOf(text: string): NewManifest {
  const content = new TextEncoder().encode(text)
  return {
    digest: digestOf(content),
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: undefined,
    configMediaType: undefined,
    subject: undefined,
    sizeBytes: content.byteLength,
    imageSizeBytes: 0,
    annotations: undefined,
    pushedAtMs: 1,
    content,
    children: [],
    blobs: [],
  }
}

async function makeRepository(store: MetadataStore): Promise<Repository> {
  return await store.transact(async (transaction) => {
    const registry = await transaction.ensureRegistry('000000000000', 'us-east-1', 0)
    const repository = await transaction.insertRepository({
      registryId: registry.id,
      name: parseRepositoryName('team/app'),
      createdAtMs: 0,
      tagMutability: { mode: 'MUTABLE', exclusionFilters: [] },
      scanOnPush: false,
      encryption: { type: 'AES256' },
    })
    if (repository === undefined) throw new Error('the repository exists')
    return repository
  })
}

type Step = { readonly do: 'put' | 'untag' | 'delete'; readonly tag: 0 | 1; readonly manifest: 0 | 1 }

async function apply(store: MetadataStore, { id }: Repository, step: Step): Promise<void> {
  const [tag, manifest] = [TAGS[step.tag], MANIFESTS[step.manifest]]
  if (tag === undefined || manifest === undefined) throw new Error('no such tag or manifest')
  await store.transact(async (transaction) => {
    if (step.do === 'untag') await transaction.deleteTag(id, tag, { atMs: 1 })
    if (step.do === 'delete') await transaction.deleteManifest(id, manifest.digest, { atMs: 1, purgeDueAtMs: 2 })
    if (step.do !== 'put') return
    await transaction.putManifest(id, manifest)
    await transaction.putTag(id, tag, manifest.digest, { atMs: 1 })
  })
}

/** What a pull reads, which may come from the cache, against what a transaction reads, which never does. */
async function readBoth(store: MetadataStore, { id }: Repository): Promise<[unknown[], unknown[]]> {
  const cached: unknown[] = []
  for (const tag of TAGS) cached.push(await store.readManifestByTag(id, tag))
  for (const { digest } of MANIFESTS) cached.push(await store.readManifest(id, digest))
  const fresh = await store.transact(async (transaction) => {
    const found: unknown[] = []
    for (const tag of TAGS) found.push(await transaction.readManifestByTag(id, tag))
    for (const { digest } of MANIFESTS) found.push(await transaction.readManifest(id, digest))
    return found
  })
  return [cached, fresh]
}

test('a cached read is what the database says, over random histories with readers all the while', async () => {
  const step = fc.record({
    do: fc.constantFrom('put', 'untag', 'delete'),
    tag: fc.constantFrom(0, 1),
    manifest: fc.constantFrom(0, 1),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const store = await openSqliteMetadataStore({ path: ':memory:' })
      const repository = await makeRepository(store)
      for (const each of steps) {
        // The reader runs across the commit, which is where an old answer could be kept.
        await Promise.all([apply(store, repository, each as Step), readBoth(store, repository)])
        const [cached, fresh] = await readBoth(store, repository)
        expect(cached).toEqual(fresh)
      }
      await store.close()
    }),
    { numRuns: 40 },
  )
})

test('a repository made again under its name is the new one at once', async () => {
  const store = await openSqliteMetadataStore({ path: ':memory:' })
  const old = await makeRepository(store)
  expect((await store.findRepository(old.registryId, old.name))?.id).toBe(old.id)
  await store.transact((transaction) => transaction.deleteRepository(old.id, 0, 1))
  expect(await store.findRepository(old.registryId, old.name)).toBeUndefined()
  const made = await makeRepository(store)
  expect((await store.findRepository(old.registryId, old.name))?.id).toBe(made.id)
  await store.close()
})

test('a store that is closed answers nothing, from memory either', async () => {
  const store = await openSqliteMetadataStore({ path: ':memory:' })
  const { registryId, name } = await makeRepository(store)
  expect(await store.findRepository(registryId, name)).toBeDefined()
  await store.close()
  const answer = await store.findRepository(registryId, name).catch((error: unknown) => error)
  expect(answer).toMatchObject({ reason: 'storage-unavailable' })
})
