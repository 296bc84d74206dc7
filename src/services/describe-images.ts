import type { Digest } from '../core/digest.ts'
import type { ManifestWithTags, TagStatus } from '../ports/metadata/images.ts'
import type { Page } from '../ports/metadata/page.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { Services } from './context.ts'

export interface ManifestPage {
  readonly manifests: readonly ManifestWithTags[]
  /** After which digest the next page begins, if there is one. */
  readonly next: Digest | undefined
}

/** A page of manifests with their tags, by digest. */
export async function listManifests(
  services: Services,
  repository: Repository,
  query: { status: TagStatus; page: Page<Digest> },
): Promise<ManifestPage> {
  const { after, limit } = query.page
  const rows = await services.metadata.listManifests(repository.id, query.status, { after, limit: limit + 1 })
  const manifests = rows.slice(0, limit)
  return { manifests, next: rows.length > limit ? manifests.at(-1)?.digest : undefined }
}

/** The manifests of these digests with their tags, each once; what is not there is left out. */
export async function findManifests(
  services: Services,
  repository: Repository,
  digests: readonly Digest[],
): Promise<ManifestWithTags[]> {
  const found = await services.metadata.existingManifests(repository.id, digests)
  const withTags = [...found.values()].map(async (manifest) => ({
    ...manifest,
    tags: await services.metadata.tagsOf(repository.id, manifest.digest),
  }))
  return await Promise.all(withTags)
}
