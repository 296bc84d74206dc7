import type { Digest } from '../core/digest.ts'
import type { Manifest } from '../ports/metadata/manifests.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { Services } from './context.ts'

/** Rows read from the metadata at a time. */
const BATCH = 500

export interface ReferrersQuery {
  readonly subject: Digest
  /** Any of these; empty for all. */
  readonly artifactTypes: readonly string[]
  readonly after: Digest | undefined
  /** Bounds of one page: how many, and how many bytes `sizeOf` may add up to. */
  readonly limit: number
  readonly maxBytes: number
  readonly sizeOf: (manifest: Manifest) => number
}

export interface ReferrersPage {
  readonly referrers: readonly Manifest[]
  /** Where the next page begins, if there is one. */
  readonly next: Digest | undefined
}

/**
 * Manifests of the repository whose subject is the given digest, which itself need not exist. One client in three
 * never asks for a second page (oci.md 1.3), so a page is as large as clients can read, and no larger.
 */
export async function listReferrers(
  services: Services,
  repository: Repository,
  query: ReferrersQuery,
): Promise<ReferrersPage> {
  const referrers: Manifest[] = []
  let bytes = 0
  let after = query.after
  for (;;) {
    const batch = await services.metadata.listReferrers(repository.id, query.subject, { after, limit: BATCH })
    for (const manifest of batch) {
      if (isWanted(query, manifest)) {
        const size = query.sizeOf(manifest)
        const full = referrers.length >= query.limit || (referrers.length > 0 && bytes + size > query.maxBytes)
        if (full) return { referrers, next: after }
        referrers.push(manifest)
        bytes += size
      }
      after = manifest.digest
    }
    if (batch.length < BATCH) return { referrers, next: undefined }
  }
}

function isWanted(query: ReferrersQuery, manifest: Manifest): boolean {
  if (query.artifactTypes.length === 0) return true
  return manifest.artifactType !== undefined && query.artifactTypes.includes(manifest.artifactType)
}
