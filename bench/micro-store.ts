import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteMetadataStore } from '../src/adapters/metadata/sqlite/open-sqlite-metadata-store.ts'
import { parseDigest } from '../src/core/digest.ts'
import { parseRepositoryName } from '../src/core/repository-name.ts'
import { parseTag } from '../src/core/tag.ts'
import type { MicroCall } from './micro.ts'
import { SHARED_LAYER } from './scale/fill-store.ts'
import { makeLadingData } from './scale/lading-data.ts'
import { repositoryName, TAGGED_REPOSITORY, tagName } from './scale/names.ts'
import { FULL } from './sizes.ts'

/** The reads of a pull, on a database on disk that is warm. */
export async function storeCalls(): Promise<{ calls: MicroCall[] } & AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), 'lading-micro-'))
  await makeLadingData(folder, { ...FULL, tags: 10_000, manifests: 20_000, repositories: 1_000 })
  const store = await openSqliteMetadataStore({ path: join(folder, 'metadata.db') })
  const registry = await store.findRegistry('000000000000', 'us-east-1')
  if (registry === undefined) throw new Error('the store has no registry')
  const name = parseRepositoryName(TAGGED_REPOSITORY)
  const repository = await store.findRepository(registry.id, name)
  if (repository === undefined) throw new Error('the store has no repository')
  const tag = parseTag(tagName(5_000))
  const layer = parseDigest(SHARED_LAYER.digest)
  const calls: MicroCall[] = [
    { name: 'findRepository', call: () => store.findRepository(registry.id, name) },
    { name: 'findRepository, absent', call: () => store.findRepository(registry.id, parseRepositoryName('no/such')) },
    { name: 'readManifestByTag', call: () => store.readManifestByTag(repository.id, tag) },
    { name: 'findRepositoryBlob', call: () => store.findRepositoryBlob(repository.id, layer) },
    { name: 'listTags, 1 000', call: () => store.listTags(repository.id, { after: tag, limit: 1000 }) },
    {
      name: 'listRepositories, 100',
      call: () => store.listRepositories(registry.id, { after: repositoryName(7), limit: 100 }),
    },
    { name: 'transact, empty', call: () => store.transact(async () => {}) },
  ]
  return {
    calls,
    async [Symbol.asyncDispose]() {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
