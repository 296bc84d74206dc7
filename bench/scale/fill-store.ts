import { parseDigest } from '../../src/core/digest.ts'
import { parseRepositoryName } from '../../src/core/repository-name.ts'
import { parseTag } from '../../src/core/tag.ts'
import type { BlobLocation } from '../../src/ports/blob-store.ts'
import type { NewManifest } from '../../src/ports/metadata/manifests.ts'
import type { MetadataStore, MetadataTransaction } from '../../src/ports/metadata-store.ts'
import { type Content, contentOf, imageOf, MANIFEST_TYPE } from '../load/content.ts'
import { TAGGED_REPOSITORY, tagName, UNTAGGED_REPOSITORY } from './names.ts'

const PUSHED_AT_MS = Date.UTC(2026, 0, 1)
const FAR_FUTURE_MS = Date.UTC(2100, 0, 1)
const CONFIG_MEDIA_TYPE = 'application/vnd.oci.image.config.v1+json'

/** What every image of the store consists of. */
export const SHARED_LAYER = contentOf(new TextEncoder().encode('the layer that all share'))

/** The manifest of the image with this number. */
export function scaleManifest(index: number): Content {
  return imageOf(tagName(index), [SHARED_LAYER]).manifest
}

/** Puts the first image of each kind into an empty store: number 0, tagged, and number `tags`, untagged. */
export async function fillFirst(store: MetadataStore, tags: number): Promise<void> {
  await store.transact(async (transaction) => {
    const registry = await transaction.ensureRegistry('000000000000', 'us-east-1', PUSHED_AT_MS)
    const tagged = await insertRepository(transaction, registry.id, TAGGED_REPOSITORY)
    await putImage(transaction, tagged, 0)
    const digest = parseDigest(scaleManifest(0).digest)
    await transaction.putTag(tagged, parseTag(tagName(0)), digest, { atMs: PUSHED_AT_MS })
    await putImage(transaction, await insertRepository(transaction, registry.id, UNTAGGED_REPOSITORY), tags)
  })
}

async function insertRepository(transaction: MetadataTransaction, registryId: number, name: string): Promise<number> {
  const repository = await transaction.insertRepository({
    registryId,
    name: parseRepositoryName(name),
    createdAtMs: PUSHED_AT_MS,
    tagMutability: { mode: 'MUTABLE', exclusionFilters: [] },
    scanOnPush: false,
    encryption: { type: 'AES256' },
  })
  if (repository === undefined) throw new Error(`${name} exists already: the store is not empty`)
  return repository.id
}

async function putImage(transaction: MetadataTransaction, repositoryId: number, index: number): Promise<void> {
  const layer = parseDigest(SHARED_LAYER.digest)
  await transaction.putBlob(
    {
      digest: layer,
      sizeBytes: SHARED_LAYER.bytes.length,
      // there are no bytes behind this store: nothing in the benchmark reads a blob of it
      location: `bench-${layer.slice(7, 39)}` as BlobLocation,
      state: 'live',
      leaseUntilMs: FAR_FUTURE_MS,
      verifiedAtMs: undefined,
    },
    FAR_FUTURE_MS,
  )
  await transaction.linkBlob(repositoryId, layer, FAR_FUTURE_MS)
  await transaction.putManifest(repositoryId, newManifest(scaleManifest(index)))
}

function newManifest(manifest: Content): NewManifest {
  return {
    digest: parseDigest(manifest.digest),
    mediaType: MANIFEST_TYPE,
    artifactType: CONFIG_MEDIA_TYPE,
    configMediaType: CONFIG_MEDIA_TYPE,
    subject: undefined,
    sizeBytes: manifest.bytes.length,
    imageSizeBytes: SHARED_LAYER.bytes.length,
    annotations: undefined,
    pushedAtMs: PUSHED_AT_MS,
    content: manifest.bytes,
    children: [],
    blobs: [parseDigest(SHARED_LAYER.digest)],
  }
}
