import type { Refusal, RefusalReason } from '../../core/refusal.ts'
import { AWS_JSON } from './aws-json.ts'

interface ErrorShape {
  readonly type: string
  readonly status: number
}

const error = (type: string, status = 400): ErrorShape => ({ type, status })
const INVALID_PARAMETER = error('InvalidParameterException')
const BUSY = error('ThrottlingException')

/** ECR's error for every refusal (ecr.md 1.0 and 1.1); an operation may have another type for a reason of its own. */
const ERRORS: Record<RefusalReason, ErrorShape> = {
  unauthenticated: error('MissingAuthenticationTokenException', 403),
  'credential-unknown': error('UnrecognizedClientException', 403),
  'credential-expired': error('ExpiredTokenException', 403),
  'credential-revoked': error('UnrecognizedClientException', 403),
  'signature-mismatch': error('InvalidSignatureException', 403),
  'signature-incomplete': error('IncompleteSignatureException', 403),
  denied: error('AccessDeniedException', 403),
  'entity-unknown': INVALID_PARAMETER,
  'entity-exists': INVALID_PARAMETER,
  'entity-in-use': INVALID_PARAMETER,
  'entity-unmodifiable': INVALID_PARAMETER,
  'policy-malformed': INVALID_PARAMETER,
  'policy-too-large': INVALID_PARAMETER,
  'identity-token-invalid': error('UnrecognizedClientException', 403),
  'identity-token-rejected': error('AccessDeniedException', 403),
  'identity-provider-unreachable': error('ServerException', 503),
  'repository-policy-unknown': error('RepositoryPolicyNotFoundException'),
  'registry-policy-unknown': error('RegistryPolicyNotFoundException'),
  'name-invalid': INVALID_PARAMETER,
  'tag-invalid': INVALID_PARAMETER,
  'digest-invalid': INVALID_PARAMETER,
  'parameter-invalid': INVALID_PARAMETER,
  'page-invalid': INVALID_PARAMETER,
  'repository-unknown': error('RepositoryNotFoundException'),
  'repository-exists': error('RepositoryAlreadyExistsException'),
  'repository-not-empty': error('RepositoryNotEmptyException'),
  'deletion-protected': INVALID_PARAMETER,
  'setting-locked': INVALID_PARAMETER,
  'quota-exceeded': error('LimitExceededException'),
  'template-unknown': error('TemplateNotFoundException'),
  'template-exists': error('TemplateAlreadyExistsException'),
  'resource-tag-invalid': error('InvalidTagParameterException'),
  'resource-tags-too-many': error('TooManyTagsException'),
  'lifecycle-policy-unknown': error('LifecyclePolicyNotFoundException'),
  'lifecycle-preview-unknown': error('LifecyclePolicyPreviewNotFoundException'),
  'lifecycle-preview-running': error('LifecyclePolicyPreviewInProgressException'),
  'plan-unknown': INVALID_PARAMETER,
  'plan-unfit': INVALID_PARAMETER,
  'plan-outdated': INVALID_PARAMETER,
  'blob-unknown': error('LayersNotFoundException'),
  'blob-in-use': INVALID_PARAMETER,
  'digest-mismatch': INVALID_PARAMETER,
  'size-mismatch': INVALID_PARAMETER,
  'upload-unknown': error('UploadNotFoundException'),
  'upload-empty': error('EmptyUploadException'),
  'upload-range': error('InvalidLayerPartException'),
  'upload-too-slow': error('RequestTimeoutException', 408),
  'layer-exists': error('LayerAlreadyExistsException'),
  'layer-too-large': error('LimitExceededException'),
  'range-unsatisfiable': INVALID_PARAMETER,
  'range-excessive': INVALID_PARAMETER,
  'manifest-unknown': error('ImageNotFoundException'),
  'manifest-invalid': INVALID_PARAMETER,
  'manifest-too-large': INVALID_PARAMETER,
  'manifest-references-unknown': error('LayersNotFoundException'),
  'manifest-in-use': INVALID_PARAMETER,
  'image-exists': error('ImageAlreadyExistsException'),
  'tag-immutable': error('ImageTagAlreadyExistsException'),
  'image-locked': INVALID_PARAMETER,
  'image-archived': error('ImageNotFoundException'),
  'image-class-unchanged': error('ImageStorageClassUpdateNotSupportedException'),
  'tag-not-allowed': INVALID_PARAMETER,
  'precondition-failed': INVALID_PARAMETER,
  unsupported: INVALID_PARAMETER,
  'not-found': error('UnknownOperationException', 404),
  'operation-unknown': error('UnknownOperationException', 404),
  'not-available-yet': error('UnsupportedOperationException'),
  'limit-exceeded': error('LimitExceededException'),
  'too-many-requests': BUSY,
  'storage-full': error('ServerException', 507),
  'storage-unavailable': error('ServerException', 503),
}

/** ECR's name for errors of this kind, where an operation has no other. */
export function errorType(reason: RefusalReason): string {
  return ERRORS[reason].type
}

/** A refusal as an AWS JSON 1.1 error (ecr.md fact 3). */
export function errorResponse(refusal: Refusal, errorTypes: Partial<Record<RefusalReason, string>> = {}): Response {
  const { status } = ERRORS[refusal.reason]
  const type = errorTypes[refusal.reason] ?? typeOf(refusal)
  const body = JSON.stringify({ __type: type, message: refusal.message, ...membersOf(refusal) })
  const headers: Record<string, string> = { 'Content-Type': AWS_JSON, 'x-amzn-errortype': type }
  const { retryAfterSeconds } = refusal.detail
  if (retryAfterSeconds !== undefined) headers['Retry-After'] = String(retryAfterSeconds)
  return new Response(body, { status, headers })
}

function typeOf(refusal: Refusal): string {
  const missingManifests = refusal.reason === 'manifest-references-unknown' && refusal.detail.what === 'manifest'
  return missingManifests ? 'ReferencedImagesNotFoundException' : ERRORS[refusal.reason].type
}

/** Members that the error's own structure has beside the message. */
function membersOf({ detail }: Refusal): object {
  return typeof detail.members === 'object' && detail.members !== null ? detail.members : {}
}
