import { createHash } from 'node:crypto'
import { type Digest, parseDigest } from '../../src/core/digest.ts'
import { parseRepositoryName } from '../../src/core/repository-name.ts'
import { parseTag, type Tag } from '../../src/core/tag.ts'
import type { BlobLocation } from '../../src/ports/blob-store.ts'
import type { UploadId } from '../../src/ports/ids.ts'
import type { BlobRecord } from '../../src/ports/metadata/blobs.ts'
import type { EventRecord } from '../../src/ports/metadata/event-record.ts'
import type { NewManifest } from '../../src/ports/metadata/manifests.ts'
import type { Registry } from '../../src/ports/metadata/registries.ts'
import type { NewRepository, Repository } from '../../src/ports/metadata/repositories.ts'
import type { Upload } from '../../src/ports/metadata/uploads.ts'
import type { MetadataStore, MetadataTransaction } from '../../src/ports/metadata-store.ts'

/** An empty store, for the length of a test. */
export interface MetadataStoreFixture {
  readonly store: MetadataStore
  /** A second store on the same data; undefined where one process has it for itself. */
  readonly openAnother: (() => Promise<MetadataStore>) | undefined
  close(): Promise<void>
}
export type OpenMetadataStore = () => Promise<MetadataStoreFixture>

export const IMAGE_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

/** A digest made from a word. */
export function digest(word: string): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(word).digest('hex')}`)
}

export function tag(text: string): Tag {
  return parseTag(text)
}

export function location(text: string): BlobLocation {
  // Opaque to the store: any text will do.
  return text as BlobLocation
}

export function uploadId(number: number): UploadId {
  // As Ids makes them: 32 hexadecimal digits.
  return number.toString(16).padStart(32, '0') as UploadId
}

export function manifest(word: string, change: Partial<NewManifest> = {}): NewManifest {
  const content = new TextEncoder().encode(`{"word":"${word}"}`)
  return {
    digest: digest(word),
    mediaType: IMAGE_MANIFEST,
    artifactType: undefined,
    configMediaType: undefined,
    subject: undefined,
    sizeBytes: content.byteLength,
    imageSizeBytes: 1000,
    annotations: undefined,
    pushedAtMs: 1_700_000_000_000,
    content,
    children: [],
    blobs: [],
    ...change,
  }
}

export function blob(word: string, change: Partial<BlobRecord> = {}): BlobRecord {
  return {
    digest: digest(word),
    sizeBytes: word.length,
    location: location(`at-${word}`),
    state: 'live',
    leaseUntilMs: 1_700_000_100_000,
    verifiedAtMs: 1_700_000_000_000,
    ...change,
  }
}

export function upload(number: number, change: Partial<Upload> = {}): Upload {
  return {
    id: uploadId(number),
    repositoryId: 1,
    principal: 'arn:aws:iam::000000000000:root',
    surface: 'oci',
    startedAtMs: 1000,
    expiresAtMs: 2000,
    ...change,
  }
}

export function newRepository(registry: Registry, name: string, change: Partial<NewRepository> = {}): NewRepository {
  return {
    registryId: registry.id,
    name: parseRepositoryName(name),
    createdAtMs: 1_700_000_000_000,
    tagMutability: { mode: 'MUTABLE', exclusionFilters: [] },
    scanOnPush: false,
    encryption: { type: 'AES256' },
    ...change,
  }
}

export async function makeRegistry(store: MetadataStore, accountId = '000000000000'): Promise<Registry> {
  return await store.transact((transaction) => transaction.ensureRegistry(accountId, 'us-east-1', 1))
}

export async function makeRepository(store: MetadataStore, name = 'team/app'): Promise<Repository> {
  const registry = await makeRegistry(store)
  const repository = await store.transact((transaction) => transaction.insertRepository(newRepository(registry, name)))
  if (repository === undefined) throw new Error(`${name} exists`)
  return repository
}

/** What is known of a manifest that nobody has pulled or archived. */
export const UNTOUCHED = {
  lastPulledAtMs: undefined,
  storageClass: 'standard',
  archivedAtMs: undefined,
  restoredAtMs: undefined,
} as const

/** One manifest, with its tags, as a push does it. */
export async function push(store: MetadataStore, repositoryId: number, pushed: NewManifest, ...tags: string[]) {
  return await store.transact(async (transaction) => {
    await transaction.lockRepository(repositoryId, 'shared')
    return await pushIn(transaction, repositoryId, pushed, ...tags)
  })
}

export async function pushIn(
  transaction: MetadataTransaction,
  repositoryId: number,
  pushed: NewManifest,
  ...tags: string[]
): Promise<'created' | 'restored' | 'existing'> {
  const outcome = await transaction.putManifest(repositoryId, pushed)
  for (const text of tags) {
    await transaction.lockTag(repositoryId, tag(text))
    await transaction.putTag(repositoryId, tag(text), pushed.digest, { atMs: pushed.pushedAtMs })
  }
  return outcome
}

export function createdEvent(repositoryId: number, atMs: number): EventRecord {
  const place = { registryId: 1, repositoryId, repositoryName: 'team/app' }
  const principal = 'arn:aws:iam::000000000000:root'
  return { kind: 'repository-created', atMs, ...place, principal, detail: { requestId: `request ${atMs}` } }
}

/** Purges a deleted repository to the end. @returns how many pages it took */
export async function purgeAll(store: MetadataStore, repositoryId: number, limit = 100): Promise<number> {
  for (let pages = 1; ; pages++) {
    const purge = await store.transact((transaction) =>
      transaction.purgeRepository(repositoryId, { limit, blobsDueAtMs: 99 }),
    )
    if (purge.state === 'purged') return pages
    if (purge.state === 'kept') throw new Error(`repository ${repositoryId} is live, or not there`)
  }
}

/** Names in an order that only a comparison of bytes gives. */
export const BYTE_ORDER = ['A', 'Z', '_', 'a', 'a-b', 'a.b', 'aB', 'a_b', 'ab', 'e-free', 'z']
