import { Refusal } from '../../core/refusal.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { type Deleted, type Deletion, deleteImages } from '../../services/plans/delete-images.ts'
import { defineRepositoryAction, type EcrCall } from './define-action.ts'
import { type ImageIdText, keysOfImages, parseImageIds, toImageId } from './parameters.ts'
import { type ImageFailure, imageFailure, type ResolvedImageId, resolveImageId } from './resolve-image-id.ts'

/** `BatchDeleteImage`: by tag, the tag and with its last tag the image; by digest, the image with all its tags. */
export const batchDeleteImage = defineRepositoryAction('BatchDeleteImage', {
  parse: (fields) => fields.required('imageIds', parseImageIds(fields)),
  keys: keysOfImages,
  handle: async (call, repository, ids) => {
    const resolved = await Promise.all(ids.map((id) => resolveImageId(call.services, repository, id)))
    const deletions = resolved.flatMap((each) => (each.kind === 'found' ? [toDeletion(each)] : []))
    const results = await deleteAll(call, repository, deletions)
    const imageIds: ImageIdText[] = []
    const failures: ImageFailure[] = []
    for (const [index, id] of ids.entries()) {
      const each = resolved[index]
      const outcome = each?.kind === 'failure' ? each.failure : toOutcome(id, results.shift())
      if (Array.isArray(outcome)) imageIds.push(...outcome)
      else failures.push(outcome)
    }
    return { imageIds, failures }
  },
})

function toDeletion({ digest, tag }: Extract<ResolvedImageId, { kind: 'found' }>): Deletion {
  return tag === undefined ? { kind: 'image', digest } : { kind: 'tag', tag, expected: digest, takesLastImage: true }
}

async function deleteAll(call: EcrCall, repository: Repository, deletions: readonly Deletion[]): Promise<Deleted[]> {
  if (deletions.length === 0) return []
  const { planId, results } = await deleteImages(call.services, call.caller, repository, deletions)
  if (planId !== undefined) call.notePlan(planId)
  return [...results]
}

function toOutcome(id: ImageIdText, result: Deleted | undefined): ImageIdText[] | ImageFailure {
  if (result === undefined) throw new Error('an image of a batch has no result')
  if (result instanceof Refusal) return toFailure(id, result)
  const { digest, tags } = result
  return tags.length === 0 ? [toImageId(digest, undefined)] : tags.map((tag) => toImageId(digest, tag))
}

function toFailure(id: ImageIdText, refusal: Refusal): ImageFailure {
  switch (refusal.reason) {
    case 'manifest-unknown':
      return imageFailure(id, 'ImageNotFound')
    case 'manifest-in-use':
      return { imageId: id, failureCode: 'ImageReferencedByManifestList', failureReason: refusal.message }
    // The model has no code for it.
    case 'image-locked':
      return imageFailure(id, 'ImageInaccessible', refusal.message)
    default:
      throw refusal
  }
}
