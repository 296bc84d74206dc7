import type { Digest } from '../../src/core/digest.ts'
import type { Usage } from '../../src/core/settings/quota.ts'
import type { Repository } from '../../src/ports/metadata/repositories.ts'
import type { MetadataReader } from '../../src/ports/metadata-store.ts'

/** From what the repository shows, as anybody could count it. */
export async function countedUsage(metadata: MetadataReader, { id }: Repository): Promise<Usage> {
  const manifests = await metadata.listManifests(id, 'ANY', { limit: 1_000_000 })
  let bytes = 0
  const blobs = new Set<Digest>()
  for (const { digest, sizeBytes } of manifests) {
    bytes += sizeBytes
    const stored = await metadata.readManifest(id, digest)
    const parsed = JSON.parse(new TextDecoder().decode(stored?.content))
    for (const one of [...(parsed.layers ?? []), ...(parsed.config ? [parsed.config] : [])]) blobs.add(one.digest)
  }
  const held = await metadata.existingRepositoryBlobs(id, [...blobs])
  for (const { sizeBytes } of held.values()) bytes += sizeBytes
  return { bytes, images: manifests.length }
}
