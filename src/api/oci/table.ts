import type { Registry } from '../../ports/metadata/registries.ts'
import { type Action, repositoryArn } from '../../services/authorize.ts'
import type { OciCall } from './call.ts'
import { appendToUpload, cancelUpload, finishUpload, getUploadStatus } from './continue-upload.ts'
import { deleteBlob } from './delete-blob.ts'
import { deleteManifest } from './delete-manifest.ts'
import { getBlob, headBlob } from './get-blob.ts'
import { getManifest, headManifest } from './get-manifest.ts'
import { discoverExtensions, getVersion } from './get-version.ts'
import { listReferrers } from './list-referrers.ts'
import { listRepositories } from './list-repositories.ts'
import { listTags } from './list-tags.ts'
import { putManifest } from './put-manifest.ts'
import type { CallOf, OciHandler } from './registry-call.ts'
import { startUpload } from './start-upload.ts'

interface Row<Kind extends OciCall['kind']> {
  /** The IAM action that the caller needs (ecr.md 5.3); undefined where a valid credential is enough. */
  readonly action: Action | undefined
  readonly resource: (registry: Registry, call: CallOf<Kind>) => string
  readonly handle: OciHandler<Kind>
}

const ofRepository = (registry: Registry, call: { readonly name: string }) => repositoryArn(registry, call.name)
const ofRegistry = () => '*'

/** Who may do what, and what answers it. A kind of call without a row does not compile. */
export const OCI_TABLE: { readonly [Kind in OciCall['kind']]: Row<Kind> } = {
  version: { action: undefined, resource: ofRegistry, handle: getVersion },
  'extensions-discover': { action: undefined, resource: ofRegistry, handle: discoverExtensions },
  catalog: { action: 'ecr:DescribeRepositories', resource: ofRegistry, handle: listRepositories },
  'tag-list': { action: 'ecr:ListImages', resource: ofRepository, handle: listTags },
  referrers: { action: 'ecr:BatchGetImage', resource: ofRepository, handle: listReferrers },
  'blob-get': { action: 'ecr:GetDownloadUrlForLayer', resource: ofRepository, handle: getBlob },
  'blob-head': { action: 'ecr:BatchCheckLayerAvailability', resource: ofRepository, handle: headBlob },
  'blob-delete': { action: 'ecr:BatchDeleteImage', resource: ofRepository, handle: deleteBlob },
  'manifest-get': { action: 'ecr:BatchGetImage', resource: ofRepository, handle: getManifest },
  'manifest-head': { action: 'ecr:BatchGetImage', resource: ofRepository, handle: headManifest },
  'manifest-put': { action: 'ecr:PutImage', resource: ofRepository, handle: putManifest },
  'manifest-delete': { action: 'ecr:BatchDeleteImage', resource: ofRepository, handle: deleteManifest },
  'upload-start': { action: 'ecr:InitiateLayerUpload', resource: ofRepository, handle: startUpload },
  'upload-status': { action: 'ecr:UploadLayerPart', resource: ofRepository, handle: getUploadStatus },
  'upload-append': { action: 'ecr:UploadLayerPart', resource: ofRepository, handle: appendToUpload },
  'upload-finish': { action: 'ecr:CompleteLayerUpload', resource: ofRepository, handle: finishUpload },
  'upload-cancel': { action: 'ecr:UploadLayerPart', resource: ofRepository, handle: cancelUpload },
}
