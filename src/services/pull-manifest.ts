import type { Digest } from '../core/digest.ts'
import { Refusal } from '../core/refusal.ts'
import type { Tag } from '../core/tag.ts'
import type { StoredManifest } from '../ports/metadata/manifests.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { Services } from './context.ts'

/** What a manifest is asked for by. */
export type ManifestReference =
  | { readonly kind: 'tag'; readonly tag: Tag }
  | { readonly kind: 'digest'; readonly digest: Digest }

/**
 * The manifest's bytes as they were pushed. Notes the pull.
 *
 * @throws {Refusal} `manifest-unknown`, `image-archived`
 */
export async function pullManifest(
  services: Services,
  repository: Repository,
  reference: ManifestReference,
): Promise<StoredManifest> {
  const manifest = await readManifest(services, repository, reference)
  services.pulls.note(repository.id, manifest.digest)
  return manifest
}

/** As `pullManifest`, for those who only look: a HEAD is not a pull. */
export async function readManifest(
  services: Services,
  repository: Repository,
  reference: ManifestReference,
): Promise<StoredManifest> {
  const manifest = await lookUpManifest(services, repository, reference)
  if (manifest.storageClass === 'archive') throw imageArchived(manifest.digest)
  return manifest
}

/** The same of what is in the archive too, for those who do not hand it out. @throws {Refusal} `manifest-unknown` */
export async function lookUpManifest(
  { metadata }: Services,
  { id }: Repository,
  reference: ManifestReference,
): Promise<StoredManifest> {
  const manifest =
    reference.kind === 'tag'
      ? await metadata.readManifestByTag(id, reference.tag)
      : await metadata.readManifest(id, reference.digest)
  if (manifest === undefined) throw manifestUnknown(reference)
  return manifest
}

function imageArchived(digest: Digest): Refusal {
  return new Refusal(
    'image-archived',
    `The image ${digest} is archived: restore it first (aws ecr update-image-storage-class --target-storage-class STANDARD), or push it again.`,
    { digests: [digest] },
  )
}

/** ECR's sentence. */
export const IMAGE_NOT_FOUND = 'Requested image not found'

/** ECR's sentence, with what was asked for beside it. */
export function manifestUnknown(reference: ManifestReference): Refusal {
  const asked = reference.kind === 'tag' ? { tag: reference.tag } : { digest: reference.digest }
  return new Refusal('manifest-unknown', IMAGE_NOT_FOUND, asked)
}
