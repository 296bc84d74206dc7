import { Refusal } from '../../core/refusal.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { deleteManifest, deleteTagAndOrphan } from '../../services/delete-image.ts'
import { defineRepositoryAction, type EcrCall } from './define-action.ts'
import { type ImageIdText, keysOfImages, parseImageIds, toImageId } from './parameters.ts'
import { type ImageFailure, imageFailure, type ResolvedImageId, resolveImageId } from './resolve-image-id.ts'

/** `BatchDeleteImage`: by tag, the tag and with its last tag the image; by digest, the image with all its tags. */
export const batchDeleteImage = defineRepositoryAction('BatchDeleteImage', {
  parse: (fields) => fields.required('imageIds', parseImageIds(fields)),
  keys: keysOfImages,
  handle: async (call, repository, ids) => {
    const imageIds: ImageIdText[] = []
    const failures: ImageFailure[] = []
    for (const id of ids) {
      const result = await deleteOne(call, repository, id)
      if (Array.isArray(result)) imageIds.push(...result)
      else failures.push(result)
    }
    return { imageIds, failures }
  },
})

async function deleteOne(
  call: EcrCall,
  repository: Repository,
  id: ImageIdText,
): Promise<ImageIdText[] | ImageFailure> {
  const resolved = await resolveImageId(call.services, repository, id)
  if (resolved.kind === 'failure') return resolved.failure
  try {
    return await deleteResolved(call, repository, resolved)
  } catch (error) {
    return toFailure(id, error)
  }
}

async function deleteResolved(
  { services, caller }: EcrCall,
  repository: Repository,
  { digest, tag }: Extract<ResolvedImageId, { kind: 'found' }>,
): Promise<ImageIdText[]> {
  if (tag === undefined) {
    const tags = await deleteManifest(services, caller, repository, digest)
    return tags.length === 0 ? [toImageId(digest, undefined)] : tags.map((name) => toImageId(digest, name))
  }
  await deleteTagAndOrphan(services, caller, repository, { tag, expected: digest })
  return [toImageId(digest, tag)]
}

function toFailure(id: ImageIdText, error: unknown): ImageFailure {
  if (!(error instanceof Refusal)) throw error
  if (error.reason === 'manifest-unknown') return imageFailure(id, 'ImageNotFound')
  if (error.reason !== 'manifest-in-use') throw error
  return { imageId: id, failureCode: 'ImageReferencedByManifestList', failureReason: error.message }
}
