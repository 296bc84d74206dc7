import { type Digest, isDigest } from '../../core/digest.ts'
import { isTag, type Tag } from '../../core/tag.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Services } from '../../services/context.ts'
import type { Output } from './operations.ts'
import { hasDigestShape, type ImageIdText } from './parameters.ts'

export type ImageFailure = NonNullable<Output<'BatchGetImage'>['failures']>[number]

export type ResolvedImageId =
  | { readonly kind: 'found'; readonly digest: Digest; readonly tag: Tag | undefined }
  | { readonly kind: 'failure'; readonly failure: ImageFailure }

/** ECR's reasons, word for word (ecr.md 1.0, batch failures). */
const REASONS = {
  ImageNotFound: 'Requested image not found',
  MissingDigestAndTag: 'Invalid request parameters: both tag and digest cannot be null',
  InvalidImageDigest:
    "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
  InvalidImageTag: "Invalid request parameters: image tag should satisfy the regex '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}'",
  ImageTagDoesNotMatchDigest: 'Invalid request parameters: image tag does not point at the given digest',
  ImageInaccessible: 'The answer would be too large with this image: ask for it in another call',
} as const

export function imageFailure(id: ImageIdText, failureCode: keyof typeof REASONS, why?: string): ImageFailure {
  return { imageId: id, failureCode, failureReason: why ?? REASONS[failureCode] }
}

function failed(id: ImageIdText, failureCode: keyof typeof REASONS): ResolvedImageId {
  return { kind: 'failure', failure: imageFailure(id, failureCode) }
}

/** Which manifest an image id of a batch call means; what is wrong with one does not spoil the others. */
export async function resolveImageId(
  services: Services,
  repository: Repository,
  id: ImageIdText,
): Promise<ResolvedImageId> {
  const { imageDigest, imageTag } = id
  if (imageDigest === undefined && imageTag === undefined) return failed(id, 'MissingDigestAndTag')
  if (imageDigest !== undefined && !hasDigestShape(imageDigest)) return failed(id, 'InvalidImageDigest')
  if (imageTag !== undefined && !isTag(imageTag)) return failed(id, 'InvalidImageTag')
  if (imageDigest !== undefined && !isDigest(imageDigest)) return failed(id, 'ImageNotFound')
  return await lookUp(services, repository, id, { digest: imageDigest, tag: imageTag })
}

async function lookUp(
  services: Services,
  repository: Repository,
  id: ImageIdText,
  { digest, tag }: { digest: Digest | undefined; tag: Tag | undefined },
): Promise<ResolvedImageId> {
  const { metadata } = services
  const known = digest === undefined || (await metadata.findManifest(repository.id, digest)) !== undefined
  if (!known) return failed(id, 'ImageNotFound')
  const pointed = tag === undefined ? digest : (await metadata.findTag(repository.id, tag))?.digest
  if (pointed === undefined) return failed(id, 'ImageNotFound')
  if (digest !== undefined && pointed !== digest) return failed(id, 'ImageTagDoesNotMatchDigest')
  return { kind: 'found', digest: pointed, tag }
}
