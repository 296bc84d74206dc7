import { join } from 'node:path'
import { openSqliteMetadataStore } from '../../src/adapters/metadata/sqlite/open-sqlite-metadata-store.ts'
import { RandomIds } from '../../src/adapters/random-ids.ts'
import { digestOf } from '../../src/core/content-digest.ts'
import { parseRepositoryName } from '../../src/core/repository-name.ts'
import type { BlobLocation } from '../../src/ports/blob-store.ts'
import type { MetadataStore, MetadataTransaction } from '../../src/ports/metadata-store.ts'

const AT_ONCE = 500
const REPOSITORIES = 20
const ids = new RandomIds()

/** Writes deleted manifests into a database that no server has open. */
export async function fillWithDeleted(databaseFile: string, manifests: number): Promise<void> {
  const store = await openSqliteMetadataStore({ path: databaseFile })
  try {
    await putDeletedManifests(store, manifests)
  } finally {
    await store.close()
  }
}

/**
 * Writes manifests that were deleted and whose restore window is over, each with a layer of its own and one that fifty
 * share. The blobs have rows but no files; unlinking what is not there is no error.
 */
export async function putDeletedManifests(store: MetadataStore, manifests: number): Promise<void> {
  const repositories = await makeRepositories(store)
  for (let from = 0; from < manifests; from += AT_ONCE) {
    await store.transact(async (transaction) => {
      for (let n = from; n < Math.min(manifests, from + AT_ONCE); n += 1) {
        await putDeleted(transaction, repositories[n % REPOSITORIES] ?? 0, n)
      }
    })
  }
}

async function makeRepositories(store: MetadataStore): Promise<number[]> {
  return await store.transact(async (transaction) => {
    const registry = await transaction.ensureRegistry('000000000000', 'us-east-1', 1)
    const made: number[] = []
    for (let n = 0; n < REPOSITORIES; n += 1) {
      const repository = await transaction.insertRepository({
        registryId: registry.id,
        name: parseRepositoryName(join('filled', `app-${n}`)),
        createdAtMs: 1,
        tagMutability: { mode: 'MUTABLE', exclusionFilters: [] },
        scanOnPush: false,
        encryption: { type: 'AES256' },
      })
      if (repository !== undefined) made.push(repository.id)
    }
    return made
  })
}

async function putDeleted(transaction: MetadataTransaction, repositoryId: number, n: number): Promise<void> {
  const blobs = [`layer ${n}`, `shared ${repositoryId} ${Math.floor(n / 50)}`].map((text) =>
    digestOf(new TextEncoder().encode(text)),
  )
  for (const digest of blobs) {
    // made like a real one, from an id that no upload has
    const location = ids.uploadId() as string as BlobLocation
    const blob = {
      digest,
      location,
      sizeBytes: 1000,
      state: 'live',
      leaseUntilMs: 1,
      verifiedAtMs: Date.now(),
    } as const
    await transaction.putBlob(blob, 1)
    await transaction.linkBlob(repositoryId, digest, 1)
    // As if the collector had looked at it long ago, and found it held.
    await transaction.deleteCandidate({ kind: 'blob', repositoryId, digest, dueAtMs: 1 })
  }
  const content = new TextEncoder().encode(`{"filled":${n}}`)
  const digest = digestOf(content)
  await transaction.putManifest(repositoryId, {
    digest,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: undefined,
    configMediaType: undefined,
    subject: undefined,
    sizeBytes: content.byteLength,
    imageSizeBytes: 2000,
    annotations: undefined,
    pushedAtMs: 1,
    content,
    children: [],
    blobs,
  })
  await transaction.deleteManifest(repositoryId, digest, { atMs: 1, purgeDueAtMs: 2 })
}
