import { imageKeys } from '../../core/image-keys.ts'
import { Refusal } from '../../core/refusal.ts'
import { changeStorageClass } from '../../services/plans/change-storage-class.ts'
import { defineRepositoryAction } from './define-action.ts'
import { toImageId } from './parameters.ts'
import { resolveImageId } from './resolve-image-id.ts'

/** `UpdateImageStorageClass`. Restoring takes no time here, so that nothing is ever ACTIVATING. */
export const updateImageStorageClass = defineRepositoryAction('UpdateImageStorageClass', {
  parse: (fields) => {
    const id = fields.required('imageId', fields.object<'imageDigest' | 'imageTag'>('imageId'))
    const target = fields.choice('targetStorageClass', ['STANDARD', 'ARCHIVE'])
    return {
      id: toImageId(id.text('imageDigest', { max: 1000 }), id.text('imageTag', { max: 300 })),
      target: fields.required('targetStorageClass', target),
    }
  },
  keys: ({ id }) => [imageKeys({ tag: id.imageTag, digest: id.imageDigest })],
  handle: async ({ services, caller, notePlan }, repository, { id, target }) => {
    const resolved = await resolveImageId(services, repository, id)
    if (resolved.kind === 'failure') {
      throw new Refusal('manifest-unknown', resolved.failure.failureReason ?? 'Requested image not found')
    }
    const { digest, tag } = resolved
    const storageClass = target === 'ARCHIVE' ? 'archive' : 'standard'
    notePlan(await changeStorageClass(services, caller, repository, { digest, storageClass }))
    return {
      registryId: caller.registry.accountId,
      repositoryName: repository.name,
      imageId: toImageId(digest, tag),
      imageStatus: target === 'ARCHIVE' ? ('ARCHIVED' as const) : ('ACTIVE' as const),
    }
  },
})
