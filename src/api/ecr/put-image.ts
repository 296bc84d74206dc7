import { imageKeys } from '../../core/image-keys.ts'
import { Refusal } from '../../core/refusal.ts'
import { tagImmutable } from '../../core/tag-mutability.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { type PushedManifest, pushManifest } from '../../services/push-manifest.ts'
import { defineRepositoryAction, type EcrCall } from './define-action.ts'
import { parseDigestField, parseTagField, toImageId } from './parameters.ts'

/** A manifest of 4 MiB as a JSON string can have a backslash before every second character. */
const BODY_LIMIT_BYTES = 16 * 1024 * 1024

/** `PutImage`. Unlike a push by OCI it refuses what changes nothing (ecr.md 1.2). */
export const putImage = defineRepositoryAction('PutImage', {
  bodyLimitBytes: BODY_LIMIT_BYTES,
  errorTypes: { 'digest-mismatch': 'ImageDigestDoesNotMatchException' },
  parse: (fields) => ({
    manifest: fields.requiredText('imageManifest', { min: 1, max: 4_194_304 }),
    mediaType: fields.text('imageManifestMediaType'),
    tag: parseTagField(fields, 'imageTag'),
    digest: parseDigestField(fields, 'imageDigest'),
  }),
  keys: ({ mediaType, tag, digest }) => [imageKeys({ mediaType, tag, digest })],
  handle: async (call, repository, { manifest, mediaType, tag, digest }) => {
    const content = Buffer.from(manifest)
    refuseTooLarge(call, content)
    const pushed = await pushManifest(call.services, call.caller, {
      repository,
      content,
      mediaType,
      tags: tag === undefined ? [] : [tag],
      ...(digest === undefined ? {} : { digest }),
    })
    refuseUnchanged(call, repository, pushed)
    return {
      image: {
        registryId: call.caller.registry.accountId,
        repositoryName: repository.name,
        imageId: toImageId(pushed.digest, tag),
        imageManifest: manifest,
        imageManifestMediaType: pushed.mediaType,
      },
    }
  },
})

function refuseTooLarge(call: EcrCall, content: Uint8Array): void {
  const { manifestBytes } = call.services.limits
  if (content.byteLength <= manifestBytes) return
  throw new Refusal(
    'manifest-too-large',
    `Invalid parameter at 'imageManifest' failed to satisfy constraint: 'Member must have length less than or equal to ${manifestBytes}'`,
  )
}

/** Nothing has been written when everything was there already, so refusing afterwards undoes nothing. */
function refuseUnchanged(call: EcrCall, repository: Repository, pushed: PushedManifest): void {
  if (pushed.outcome !== 'existing' || pushed.tags.some(({ outcome }) => outcome !== 'unchanged')) return
  const { tag, isLocked } = pushed.tags[0] ?? {}
  if (tag !== undefined && isLocked === true) throw tagImmutable(repository.name, tag)
  throw new Refusal(
    'image-exists',
    `Image with digest '${pushed.digest}' and tag '${tag ?? 'null'}' already exists in the repository with name ` +
      `'${repository.name}' in registry with id '${call.caller.registry.accountId}'`,
  )
}
