import type { Repository } from '../../ports/metadata/repositories.ts'
import { defineRepositoryAction, type EcrCall } from './define-action.ts'
import type { Output } from './operations.ts'
import { type ImageIdText, parseImageIds, toImageId } from './parameters.ts'
import { type ImageFailure, imageFailure, resolveImageId } from './resolve-image-id.ts'

type Image = NonNullable<Output<'BatchGetImage'>['images']>[number]

/** `BatchGetImage`: manifests as they were pushed. Nothing is ever converted into a type that is accepted. */
export const batchGetImage = defineRepositoryAction('BatchGetImage', {
  parse: (fields) => ({
    ids: fields.required('imageIds', parseImageIds(fields)),
    accepted: fields.texts('acceptedMediaTypes', { min: 1, max: 100 }),
  }),
  handle: async (call, repository, { ids, accepted }) => {
    const images: Image[] = []
    const failures: ImageFailure[] = []
    for (const id of ids) {
      const result = await getImage(call, repository, id, accepted)
      if ('failureCode' in result) failures.push(result)
      else images.push(result)
    }
    return { images, failures }
  },
})

async function getImage(
  call: EcrCall,
  repository: Repository,
  id: ImageIdText,
  accepted: readonly string[] | undefined,
): Promise<Image | ImageFailure> {
  const resolved = await resolveImageId(call.services, repository, id)
  if (resolved.kind === 'failure') return resolved.failure
  const { digest, tag } = resolved
  const manifest = await call.services.metadata.readManifest(repository.id, digest)
  // It can have been deleted a moment ago.
  if (manifest === undefined) return failure(id, undefined)
  if (accepted !== undefined && !accepted.includes(manifest.mediaType)) return failure(id, manifest.mediaType)
  call.services.pulls.note(repository.id, digest)
  return {
    registryId: call.caller.registry.accountId,
    repositoryName: repository.name,
    imageId: toImageId(digest, tag),
    imageManifest: Buffer.from(manifest.content).toString(),
    imageManifestMediaType: manifest.mediaType,
  }
}

function failure(id: ImageIdText, unacceptedType: string | undefined): ImageFailure {
  const why =
    unacceptedType === undefined
      ? undefined
      : `Requested image is ${unacceptedType}, which acceptedMediaTypes leaves out`
  return imageFailure(id, 'ImageNotFound', why)
}
