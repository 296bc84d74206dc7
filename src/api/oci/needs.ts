import { imageKeys } from '../../core/image-keys.ts'
import type { Access, Action } from '../../services/authorize.ts'
import type { ManifestReference } from '../../services/pull-manifest.ts'
import type { CallOf, OciRequest } from './registry-call.ts'

/** An action, and what conditions may ask about it. */
export type Need = Pick<Access, 'action' | 'keys'>

/** One action on the image that a call names. */
export function onImage(action: Action) {
  return (_oci: OciRequest, { reference }: { readonly reference: ManifestReference }): Need[] => [
    { action, keys: imageKeys(reference) },
  ]
}

/** A condition asks about one tag, so a push under several is decided for each of them. */
export function pushOfManifest({ request }: OciRequest, call: CallOf<'manifest-put'>): Need[] {
  const references: ManifestReference[] = call.tags.map((tag) => ({ kind: 'tag', tag }))
  if (call.reference.kind === 'tag' || references.length === 0) references.push(call.reference)
  const mediaType = request.headers.get('content-type') ?? undefined
  return references.map((reference) => ({ action: 'ecr:PutImage', keys: imageKeys({ ...reference, mediaType }) }))
}

/** With a digest the request is a whole upload. */
export function startOfUpload(_oci: OciRequest, { digest }: CallOf<'upload-start'>): Need[] {
  const start: Need = { action: 'ecr:InitiateLayerUpload' }
  if (digest === undefined) return [start]
  return [start, { action: 'ecr:UploadLayerPart' }, { action: 'ecr:CompleteLayerUpload' }]
}

/** The last request of an upload may bring bytes, or all of them. */
export function endOfUpload({ request }: OciRequest): Need[] {
  const end: Need = { action: 'ecr:CompleteLayerUpload' }
  const isEmpty = request.body === null || request.headers.get('content-length') === '0'
  return isEmpty ? [end] : [{ action: 'ecr:UploadLayerPart' }, end]
}
