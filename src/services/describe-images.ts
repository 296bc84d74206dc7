import type { Digest } from '../core/digest.ts'
import type { StorageClass } from '../core/lifecycle/lifecycle-image.ts'
import type { ManifestWithTags, TagStatus } from '../ports/metadata/images.ts'
import type { Page } from '../ports/metadata/page.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { Services } from './context.ts'

export interface ManifestPage {
  readonly manifests: readonly ManifestWithTags[]
  /** After which digest the next page begins, if there is one. */
  readonly next: Digest | undefined
}

/** So many are read at once: with as many tags as they may have, the store makes some 25 MB of them. */
const READ_AT_ONCE = 200
/** A page ends early when its tags come to this: images may have many, and an answer lies in memory as a whole. */
const MOST_TAG_CHARACTERS = 4 * 1024 * 1024

/** A page of manifests with their tags, by digest; shorter than was asked for where there are very many tags. */
export async function listManifests(
  services: Services,
  repository: Repository,
  query: { status: TagStatus; storageClass?: StorageClass | 'any'; page: Page<Digest> },
): Promise<ManifestPage> {
  const { limit } = query.page
  const storageClass = query.storageClass === 'any' ? undefined : query.storageClass
  const manifests: ManifestWithTags[] = []
  let { after } = query.page
  let characters = 0
  for (;;) {
    const asked = Math.min(READ_AT_ONCE, limit - manifests.length) + 1
    const rows = await services.metadata.listManifests(
      repository.id,
      query.status,
      { after, limit: asked },
      storageClass,
    )
    for (const manifest of rows.slice(0, asked - 1)) {
      manifests.push(manifest)
      characters += manifest.tags.reduce((sum, tag) => sum + tag.length, 0)
      if (characters > MOST_TAG_CHARACTERS) break
    }
    after = manifests.at(-1)?.digest
    const isLast = rows.length < asked && after === rows.at(-1)?.digest
    if (isLast || manifests.length === 0) return { manifests, next: undefined }
    if (manifests.length === limit || characters > MOST_TAG_CHARACTERS) return { manifests, next: after }
  }
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
