import type { Digest } from '../core/digest.ts'
import type { StorageClass } from '../core/lifecycle/lifecycle-image.ts'
import { MOST_LISTED_BYTES } from '../core/manifest/listed-annotations.ts'
import type { Annotations, Manifest, Referrer } from '../ports/metadata/manifests.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { Services } from './context.ts'
import { nextTurn } from './next-turn.ts'

/** Rows read from the metadata at a time. */
const BATCH = 500
/** `,"annotations":` */
const ANNOTATIONS_KEY_BYTES = 15
/** What a push can have said that its type is. */
const ARTIFACT_TYPE = /^[\x21-\x7e]{1,255}$/

export interface ReferrersQuery {
  readonly subject: Digest
  /** Any of these; empty for all. */
  readonly artifactTypes: readonly string[]
  /** Undefined for archived ones too. */
  readonly storageClass?: StorageClass | undefined
  readonly after: Digest | undefined
  /** Bounds of one page: how many, and how many bytes of JSON `sizeOf` and annotations may add up to. */
  readonly limit: number
  readonly maxBytes: number
  /** How much a referrer takes without its annotations, what separates it from the next included. */
  readonly sizeOf: (manifest: Manifest) => number
}

export interface ListedReferrer extends Manifest {
  readonly annotations: Annotations | undefined
}

export interface ReferrersPage {
  readonly referrers: readonly ListedReferrer[]
  /** Where the next page begins, if there is one. */
  readonly next: Digest | undefined
}

/**
 * Manifests of the repository whose subject is the given digest, which itself need not exist. One client in three
 * never asks for a second page (oci.md 1.3), so a page is as large as clients can read, and no larger. Only the
 * annotations that are on the page are ever read.
 */
export async function listReferrers(
  services: Services,
  repository: Repository,
  query: ReferrersQuery,
): Promise<ReferrersPage> {
  const artifactTypes = query.artifactTypes.filter((type) => ARTIFACT_TYPE.test(type))
  if (artifactTypes.length === 0 && query.artifactTypes.length > 0) return { referrers: [], next: undefined }
  const { page, next } = await choosePage(services, repository, { ...query, artifactTypes })
  const annotated = page.filter((referrer) => listedBytes(referrer) > 0).map((referrer) => referrer.digest)
  const annotations = await services.metadata.readAnnotations(repository.id, annotated)
  const referrers = page.map((referrer) => ({ ...referrer, annotations: annotations.get(referrer.digest) }))
  return { referrers, next }
}

async function choosePage(
  services: Services,
  repository: Repository,
  query: ReferrersQuery,
): Promise<{ page: Referrer[]; next: Digest | undefined }> {
  const page: Referrer[] = []
  let bytes = 0
  let after = query.after
  for (;;) {
    const batch = await services.metadata.listReferrers(repository.id, query, { after, limit: BATCH })
    for (const referrer of batch) {
      const size = query.sizeOf(referrer) + listedBytes(referrer)
      const full = page.length >= query.limit || (page.length > 0 && bytes + size > query.maxBytes)
      if (full) return { page, next: after }
      page.push(referrer)
      bytes += size
      after = referrer.digest
    }
    if (batch.length < BATCH) return { page, next: undefined }
    await nextTurn()
  }
}

/** Rows that were written before there was a limit may hold more than is listed. */
function listedBytes({ annotationsBytes }: Referrer): number {
  if (annotationsBytes === 0 || annotationsBytes > MOST_LISTED_BYTES) return 0
  return annotationsBytes + ANNOTATIONS_KEY_BYTES
}
