import { attributeBlob } from '../../core/costs/attribute-blob.ts'
import { type CostFigures, CostScope } from '../../core/costs/cost-scope.ts'
import type { HoldingKey } from '../../ports/metadata/costs.ts'
import type { StoredRepository } from '../../ports/metadata/repository-deletion.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'
import { countImages } from './count-images.ts'
import { eachHeldBlob, type HeldBlob } from './each-held-blob.ts'

type Reads = Pick<MetadataReader, 'listHoldingsOfRepository' | 'listBlobReferences' | 'countManifests'>
type Weighed = Pick<StoredRepository, 'id'> & Partial<Pick<StoredRepository, 'deletedAtMs'>>

/**
 * What one repository holds and costs now. Reads its own blobs and manifests, and nothing else.
 *
 * @throws {Refusal} `storage-unavailable` soon after the signal
 */
export async function costsOfRepository(
  metadata: Reads,
  repository: Weighed,
  signal: AbortSignal,
): Promise<CostFigures> {
  const scope = new CostScope(undefined)
  const elsewhere = new CostScope(undefined)
  const isDeleted = repository.deletedAtMs !== undefined
  scope.count({ repositories: isDeleted ? 0 : 1 })
  await countImages(metadata, repository.id, {
    signal,
    each: ({ repositoryId, live, deleted }) => {
      if (repositoryId !== repository.id) return false
      scope.count(isDeleted ? { deletedImages: live + deleted } : { images: live, deletedImages: deleted })
      return true
    },
  })
  await eachBlobOfRepository(metadata, repository, {
    signal,
    each: ({ sizeBytes, holders }) => {
      const placed = holders.map(({ repositoryId, hold }) =>
        repositoryId === repository.id
          ? { scope, hold: isDeleted ? ('deleted' as const) : hold }
          : { scope: elsewhere, hold },
      )
      attributeBlob(sizeBytes, placed)
    },
  })
  return scope.figures
}

/** Every blob that the repository holds, with all its holders; how the others hold it is not looked at. */
export async function eachBlobOfRepository(
  metadata: Pick<MetadataReader, 'listHoldingsOfRepository' | 'listBlobReferences'>,
  { id }: Pick<StoredRepository, 'id'>,
  { each, signal }: { readonly each: (blob: HeldBlob) => void; readonly signal: AbortSignal },
): Promise<void> {
  const list = (after: HoldingKey | undefined, limit: number) => metadata.listHoldingsOfRepository(id, after, limit)
  await eachHeldBlob(metadata, { list, each, signal })
}
