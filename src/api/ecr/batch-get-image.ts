import type { Digest } from '../../core/digest.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { nextTurn } from '../../services/next-turn.ts'
import { defineRepositoryAction, type EcrCall } from './define-action.ts'
import type { Output } from './operations.ts'
import { type ImageIdText, keysOfImages, parseImageIds, toImageId } from './parameters.ts'
import { type ImageFailure, imageFailure, resolveImageId } from './resolve-image-id.ts'

type Image = NonNullable<Output<'BatchGetImage'>['images']>[number]

/**
 * What the manifests of one answer have together, unless it is a single one. As JSON text they take up to twice that.
 * A hundred manifests of usual size have less than 1 MiB.
 */
const MOST_ANSWERED_BYTES = 8 * 1024 * 1024

interface Asked {
  readonly accepted: readonly string[] | undefined
  /** How many bytes of manifests are in the answer so far. */
  answeredBytes: number
}

/** `BatchGetImage`: manifests as they were pushed. Nothing is ever converted into a type that is accepted. */
export const batchGetImage = defineRepositoryAction('BatchGetImage', {
  parse: (fields) => ({
    ids: fields.required('imageIds', parseImageIds(fields)),
    accepted: fields.texts('acceptedMediaTypes', { min: 1, max: 100 }),
  }),
  keys: ({ ids }) => keysOfImages(ids),
  handle: async (call, repository, { ids, accepted }) => {
    const images: Image[] = []
    const failures: ImageFailure[] = []
    const asked: Asked = { accepted, answeredBytes: 0 }
    for (const id of ids) {
      const result = await getImage(call, repository, id, asked)
      if ('failureCode' in result) failures.push(result)
      else images.push(result)
      await nextTurn()
    }
    return { images, failures }
  },
})

/** A manifest that is not given is not read either. */
async function getImage(
  call: EcrCall,
  repository: Repository,
  id: ImageIdText,
  asked: Asked,
): Promise<Image | ImageFailure> {
  const { metadata, pulls } = call.services
  const resolved = await resolveImageId(call.services, repository, id)
  if (resolved.kind === 'failure') return resolved.failure
  const { digest, tag } = resolved
  const refusal = await refuseImage(call, repository, id, { digest, asked })
  if (refusal !== undefined) return refusal
  const manifest = await metadata.readManifest(repository.id, digest)
  // It can have been deleted a moment ago.
  if (manifest === undefined) return imageFailure(id, 'ImageNotFound')
  pulls.note(repository.id, digest)
  asked.answeredBytes += manifest.content.byteLength
  return {
    registryId: call.caller.registry.accountId,
    repositoryName: repository.name,
    imageId: toImageId(digest, tag),
    imageManifest: textOf(manifest.content),
    imageManifestMediaType: manifest.mediaType,
  }
}

async function refuseImage(
  call: EcrCall,
  repository: Repository,
  id: ImageIdText,
  { digest, asked }: { digest: Digest; asked: Asked },
): Promise<ImageFailure | undefined> {
  const found = await call.services.metadata.findManifest(repository.id, digest)
  if (found === undefined) return imageFailure(id, 'ImageNotFound')
  if (found.storageClass === 'archive') return imageFailure(id, 'ImageNotFound', 'Requested image is archived')
  if (asked.accepted !== undefined && !asked.accepted.includes(found.mediaType)) {
    const why = `Requested image is ${found.mediaType}, which acceptedMediaTypes leaves out`
    return imageFailure(id, 'ImageNotFound', why)
  }
  const fits = asked.answeredBytes === 0 || asked.answeredBytes + found.sizeBytes <= MOST_ANSWERED_BYTES
  return fits ? undefined : imageFailure(id, 'ImageInaccessible')
}

function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString()
}
