import { Database } from 'bun:sqlite'
import { afterAll, expect, test } from 'bun:test'
import { digestOf } from '../../../core/content-digest.ts'
import { parseRepositoryName } from '../../../core/repository-name.ts'
import { parseTag } from '../../../core/tag.ts'
import type { BlobLocation } from '../../../ports/blob-store.ts'
import type { NewManifest } from '../../../ports/metadata/manifests.ts'
import type { MetadataTransaction } from '../../../ports/metadata-store.ts'
import { metadataTransaction } from '../sql/metadata-transaction.ts'
import { NOBODY_WAITS } from '../sql/scarce-quotas.ts'
import { noNotes } from '../sql/transaction-notes.ts'
import { migrateSqlite } from './migrate-sqlite.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { sqliteLocks, sqliteReads } from './sqlite-engine.ts'

const MANIFESTS = 1000
const BLOBS_EACH = 8

const database = new Database(':memory:')
afterAll(() => database.close())
const connection = new SqliteConnection(database)
migrateSqlite(connection)
const engine = { ...sqliteReads(connection), ...sqliteLocks(connection) }
const transaction: MetadataTransaction = metadataTransaction(connection, engine, {
  notes: noNotes(),
  scarce: NOBODY_WAITS,
})

/** Rows that `work` writes, those that triggers write included. */
async function rowsWritten(work: () => Promise<unknown>): Promise<number> {
  const before = Number(connection.value('select total_changes()'))
  await work()
  return Number(connection.value('select total_changes()')) - before
}

function digest(text: string) {
  return digestOf(new TextEncoder().encode(text))
}

function manifestOf(n: number): NewManifest {
  const content = new TextEncoder().encode(`manifest ${n}`)
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
    blobs: Array.from({ length: BLOBS_EACH }, (_, blob) => digest(`layer ${n} ${blob}`)),
  }
}

async function fill(): Promise<number> {
  const registry = await transaction.ensureRegistry('000000000000', 'us-east-1', 0)
  const repository = await transaction.insertRepository({
    registryId: registry.id,
    name: parseRepositoryName('team/large'),
    createdAtMs: 0,
    tagMutability: undefined,
    scanOnPush: undefined,
    encryption: { type: 'AES256' },
  })
  if (repository === undefined) throw new Error('the repository exists')
  for (let n = 0; n < MANIFESTS; n++) await putImage(repository.id, n)
  return repository.id
}

async function putImage(repositoryId: number, n: number): Promise<void> {
  const manifest = manifestOf(n)
  for (const blob of manifest.blobs) {
    // Opaque to the store: any text will do.
    const location = blob as string as BlobLocation
    const record = { digest: blob, sizeBytes: 1, location, state: 'live', leaseUntilMs: 0, verifiedAtMs: 0 } as const
    await transaction.putBlob(record, 0)
    await transaction.linkBlob(repositoryId, blob, 5)
  }
  await transaction.putManifest(repositoryId, manifest)
  await transaction.putTag(repositoryId, parseTag(`v${n}`), manifest.digest, { atMs: 1 })
}

test('deleting a large repository writes a handful of rows, and no transaction of its purge more than a few hundred', async () => {
  const id = await fill()
  expect(await rowsWritten(() => transaction.deleteRepository(id, 10, 20))).toBe(2)
  const limit = 200
  const pages: number[] = []
  for (let state = 'begun'; state === 'begun'; ) {
    const rows = await rowsWritten(async () => {
      state = (await transaction.purgeRepository(id, { limit, blobsDueAtMs: 30 })).state
    })
    pages.push(rows)
  }
  // Each row of the repository may take one of its content along and one of a counter, or make a candidate.
  expect(Math.max(...pages)).toBeLessThanOrEqual(3 * limit + 2)
  // One tag a manifest, eight edges, eight links and eight candidates of them.
  expect(pages.length).toBe(Math.ceil((MANIFESTS * (2 + 3 * BLOBS_EACH) + 2) / limit))
  expect(await transaction.findStoredRepository(id)).toBeUndefined()
  expect(await transaction.usage()).toMatchObject({ manifests: 0, blobs: MANIFESTS * BLOBS_EACH })
})
