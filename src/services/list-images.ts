import type { StorageClass } from '../core/lifecycle/lifecycle-image.ts'
import type { ImageIdRow, TagStatus } from '../ports/metadata/images.ts'
import type { Page } from '../ports/metadata/page.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { Services } from './context.ts'

export interface ImageIdPage {
  readonly imageIds: readonly ImageIdRow[]
  /** After which the next page begins, if there is one. */
  readonly next: ImageIdRow | undefined
}

/** A page of digest and tag pairs, by digest and then by tag; an untagged manifest is its digest alone. */
export async function listImages(
  services: Services,
  repository: Repository,
  query: { status: TagStatus; storageClass?: StorageClass | 'any'; page: Page<ImageIdRow> },
): Promise<ImageIdPage> {
  const { after, limit } = query.page
  const storageClass = query.storageClass === 'any' ? undefined : query.storageClass
  const page = { after, limit: limit + 1 }
  const rows = await services.metadata.listImageIds(repository.id, query.status, page, storageClass)
  const imageIds = rows.slice(0, limit)
  return { imageIds, next: rows.length > limit ? imageIds.at(-1) : undefined }
}
