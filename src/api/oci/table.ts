import { allRepositoriesArn, repositoryArn } from '../../core/ecr/repository-arn.ts'
import type { RepositoryName } from '../../core/repository-name.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Access, Action } from '../../services/authorize.ts'
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
import { endOfUpload, onImage, pushOfManifest, startOfUpload } from './needs.ts'
import { putManifest } from './put-manifest.ts'
import type { CallOf, OciRequest } from './registry-call.ts'
import { startUpload } from './start-upload.ts'

interface Row<Call> {
  /** What the caller must be allowed, all of it (ecr.md 5.3); nothing where a valid credential is enough. */
  readonly accesses: (oci: OciRequest, call: Call, repository: Repository | undefined) => readonly Access[]
  /** @param repository the one that the call names; undefined when there is none such, or when it names none */
  readonly handle: (oci: OciRequest, call: Call, repository: Repository | undefined) => Promise<Response>
}

interface NamingCall {
  readonly name: RepositoryName
}

/** One action, or what a call of this kind takes. */
type Needs<Call> = Action | ((oci: OciRequest, call: Call) => readonly Pick<Access, 'action' | 'keys'>[])

const NO_KEYS = {}
const nothing = () => []

/** A call that needs the repository to be there. */
function inRepository<Call extends NamingCall>(
  needs: Needs<Call>,
  handle: (oci: OciRequest, call: Call, repository: Repository) => Promise<Response>,
): Row<Call> {
  return inRepositoryIfAny(needs, (oci, call, repository) => {
    if (repository === undefined) throw repositoryUnknown(call.name, oci.caller.registry.accountId)
    return handle(oci, call, repository)
  })
}

/** A call that has an answer also where there is no such repository: a push makes it, a list of referrers is empty. */
function inRepositoryIfAny<Call extends NamingCall>(needs: Needs<Call>, handle: Row<Call>['handle']): Row<Call> {
  return {
    accesses: (oci, call, repository) => {
      const resource = repositoryArn(oci.caller.registry, call.name)
      if (typeof needs === 'string') return [{ action: needs, resource, repository }]
      return needs(oci, call).map(({ action, keys = NO_KEYS }) => ({ action, resource, repository, keys }))
    },
    handle,
  }
}

/** Who may do what, and what answers it. A kind of call without a row does not compile. */
export const OCI_TABLE: { readonly [Kind in OciCall['kind']]: Row<CallOf<Kind>> } = {
  version: { accesses: nothing, handle: getVersion },
  'extensions-discover': { accesses: nothing, handle: discoverExtensions },
  catalog: {
    accesses: ({ caller: { registry } }) => [
      { action: 'ecr:DescribeRepositories', resource: allRepositoriesArn(registry), repository: undefined },
    ],
    handle: listRepositories,
  },
  'tag-list': inRepository('ecr:ListImages', listTags),
  referrers: inRepositoryIfAny('ecr:BatchGetImage', listReferrers),
  'blob-get': inRepository('ecr:GetDownloadUrlForLayer', getBlob),
  'blob-head': inRepository('ecr:BatchCheckLayerAvailability', headBlob),
  'blob-delete': inRepository('ecr:BatchDeleteImage', deleteBlob),
  'manifest-get': inRepository(onImage('ecr:BatchGetImage'), getManifest),
  'manifest-head': inRepository(onImage('ecr:BatchGetImage'), headManifest),
  'manifest-put': inRepositoryIfAny(pushOfManifest, putManifest),
  'manifest-delete': inRepository(onImage('ecr:BatchDeleteImage'), deleteManifest),
  'upload-start': inRepositoryIfAny(startOfUpload, startUpload),
  'upload-status': inRepository('ecr:UploadLayerPart', getUploadStatus),
  'upload-append': inRepository('ecr:UploadLayerPart', appendToUpload),
  'upload-finish': inRepository(endOfUpload, finishUpload),
  'upload-cancel': inRepository('ecr:UploadLayerPart', cancelUpload),
}
