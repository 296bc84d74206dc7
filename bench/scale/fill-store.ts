import { parseDigest } from '../../src/core/digest.ts'
import { parseRepositoryName } from '../../src/core/repository-name.ts'
import { parseTag } from '../../src/core/tag.ts'
import type { BlobLocation } from '../../src/ports/blob-store.ts'
import type { MetadataStore, MetadataTransaction, NewManifest } from '../../src/ports/metadata-store.ts'
import { type Content, contentOf, imageOf, MANIFEST_TYPE } from '../load/content.ts'
import type { Sizes } from '../sizes.ts'
import { repositoryName, TAGGED_REPOSITORY, tagName, UNTAGGED_REPOSITORY } from './names.ts'

const BATCH = 2000
const PUSHED_AT_MS = Date.UTC(2026, 0, 1)
const FAR_FUTURE_MS = Date.UTC(2100, 0, 1)
const CONFIG_MEDIA_TYPE = 'application/vnd.oci.image.config.v1+json'

/** Fills an empty store through its own port: many repositories, and manifests of which the first ones are tagged. */
export async function fillStore(store: MetadataStore, sizes: Sizes): Promise<void> {
  const registry = await store.transact((tx) => tx.ensureRegistry('000000000000', 'us-east-1', PUSHED_AT_MS))
  const insert = (tx: MetadataTransaction, name: string) =>
    tx.insertRepository({
      registryId: registry.id,
      name: parseRepositoryName(name),
      createdAtMs: PUSHED_AT_MS,
      tagMutability: { mode: 'MUTABLE', exclusionFilters: [] },
      scanOnPush: false,
      encryption: { type: 'AES256' },
    })
  await inBatches(store, sizes.repositories, async (tx, index) => void (await insert(tx, repositoryName(index))))
  const layer = contentOf(new TextEncoder().encode('the layer that all share'))
  for (const [name, from, to] of [
    [TAGGED_REPOSITORY, 0, sizes.tags],
    [UNTAGGED_REPOSITORY, sizes.tags, sizes.manifests],
  ] as const) {
    const repository = await store.transact((tx) => insert(tx, name))
    if (repository === undefined) throw new Error(`${name} exists already: the store is not empty`)
    await store.transact((tx) => putLayer(tx, repository.id, layer))
    await inBatches(store, to - from, (tx, index) => putImage(tx, repository.id, from + index, layer, from === 0))
  }
}

async function inBatches(
  store: MetadataStore,
  count: number,
  insert: (transaction: MetadataTransaction, index: number) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < count; start += BATCH) {
    await store.transact(async (transaction) => {
      for (let index = start; index < Math.min(start + BATCH, count); index++) await insert(transaction, index)
    })
  }
}

async function putLayer(transaction: MetadataTransaction, repositoryId: number, layer: Content): Promise<void> {
  const digest = parseDigest(layer.digest)
  await transaction.putBlob(
    {
      digest,
      sizeBytes: layer.bytes.length,
      // there are no bytes behind this store: nothing in the benchmark reads a blob of it
      location: `bench-${digest.slice(7, 39)}` as BlobLocation,
      state: 'live',
      leaseUntilMs: FAR_FUTURE_MS,
      verifiedAtMs: undefined,
    },
    FAR_FUTURE_MS,
  )
  await transaction.linkBlob(repositoryId, digest, FAR_FUTURE_MS)
}

async function putImage(tx: MetadataTransaction, repositoryId: number, index: number, layer: Content, tagged: boolean) {
  const tag = parseTag(tagName(index))
  const { manifest } = imageOf(tag, [layer])
  const digest = parseDigest(manifest.digest)
  await tx.putManifest(repositoryId, newManifest(manifest, layer))
  if (tagged) await tx.putTag(repositoryId, tag, digest, PUSHED_AT_MS)
}

function newManifest(manifest: Content, layer: Content): NewManifest {
  return {
    digest: parseDigest(manifest.digest),
    mediaType: MANIFEST_TYPE,
    artifactType: CONFIG_MEDIA_TYPE,
    configMediaType: CONFIG_MEDIA_TYPE,
    subject: undefined,
    sizeBytes: manifest.bytes.length,
    imageSizeBytes: layer.bytes.length,
    annotations: undefined,
    pushedAtMs: PUSHED_AT_MS,
    content: manifest.bytes,
    children: [],
    blobs: [parseDigest(layer.digest)],
  }
}
