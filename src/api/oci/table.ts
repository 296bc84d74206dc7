import type { RepositoryName } from '../../core/repository-name.ts'
import type { Registry } from '../../ports/metadata/registries.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { type Action, allRepositoriesArn, repositoryArn } from '../../services/authorize.ts'
import { repositoryUnknown } from '../../services/get-repository.ts'
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
import type { CallOf, OciRequest } from './registry-call.ts'
import { startUpload } from './start-upload.ts'

interface Row<Call> {
  /** The IAM action that the caller needs (ecr.md 5.3); undefined where a valid credential is enough. */
  readonly action: Action | undefined
  readonly resource: (registry: Registry, call: Call) => string
  /** @param repository the one that the call names; undefined when there is none such, or when it names none */
  readonly handle: (oci: OciRequest, call: Call, repository: Repository | undefined) => Promise<Response>
}

interface NamingCall {
  readonly name: RepositoryName
}

const ofRegistry = () => '*'
const ofRepository = (registry: Registry, call: NamingCall) => repositoryArn(registry, call.name)

/** A call that needs the repository to be there. */
function inRepository<Call extends NamingCall>(
  action: Action,
  handle: (oci: OciRequest, call: Call, repository: Repository) => Promise<Response>,
): Row<Call> {
  return inRepositoryIfAny(action, (oci, call, repository) => {
    if (repository === undefined) throw repositoryUnknown(call.name, oci.caller.registry.accountId)
    return handle(oci, call, repository)
  })
}

/** A call that has an answer also where there is no such repository: a push makes it, a list of referrers is empty. */
function inRepositoryIfAny<Call extends NamingCall>(action: Action, handle: Row<Call>['handle']): Row<Call> {
  return { action, resource: ofRepository, handle }
}

/** Who may do what, and what answers it. A kind of call without a row does not compile. */
export const OCI_TABLE: { readonly [Kind in OciCall['kind']]: Row<CallOf<Kind>> } = {
  version: { action: undefined, resource: ofRegistry, handle: getVersion },
  'extensions-discover': { action: undefined, resource: ofRegistry, handle: discoverExtensions },
  catalog: { action: 'ecr:DescribeRepositories', resource: allRepositoriesArn, handle: listRepositories },
  'tag-list': inRepository('ecr:ListImages', listTags),
  referrers: inRepositoryIfAny('ecr:BatchGetImage', listReferrers),
  'blob-get': inRepository('ecr:GetDownloadUrlForLayer', getBlob),
  'blob-head': inRepository('ecr:BatchCheckLayerAvailability', headBlob),
  'blob-delete': inRepository('ecr:BatchDeleteImage', deleteBlob),
  'manifest-get': inRepository('ecr:BatchGetImage', getManifest),
  'manifest-head': inRepository('ecr:BatchGetImage', headManifest),
  'manifest-put': inRepositoryIfAny('ecr:PutImage', putManifest),
  'manifest-delete': inRepository('ecr:BatchDeleteImage', deleteManifest),
  'upload-start': inRepositoryIfAny('ecr:InitiateLayerUpload', startUpload),
  'upload-status': inRepository('ecr:UploadLayerPart', getUploadStatus),
  'upload-append': inRepository('ecr:UploadLayerPart', appendToUpload),
  'upload-finish': inRepository('ecr:CompleteLayerUpload', finishUpload),
  'upload-cancel': inRepository('ecr:UploadLayerPart', cancelUpload),
}
