import type { RefusalReason } from '../../core/refusal.ts'

export interface ErrorShape {
  readonly code: string
  readonly status: number
}

const error = (code: string, status = 400): ErrorShape => ({ code, status })
const VALIDATION = error('ValidationError')
const UNAVAILABLE = error('ServiceUnavailable', 503)

/**
 * The query protocol's error for every refusal (iam.md 2.1, trap 5). What is about images has no code of its own in STS
 * and IAM, and is a fault in the request.
 */
export const QUERY_ERRORS: { readonly [reason in RefusalReason]: ErrorShape } = {
  unauthenticated: error('MissingAuthenticationToken', 403),
  'credential-unknown': error('InvalidClientTokenId', 403),
  'credential-expired': error('ExpiredToken', 403),
  'credential-revoked': error('InvalidClientTokenId', 403),
  'signature-mismatch': error('SignatureDoesNotMatch', 403),
  'signature-incomplete': error('IncompleteSignature'),
  denied: error('AccessDenied', 403),
  'entity-unknown': error('NoSuchEntity', 404),
  'entity-exists': error('EntityAlreadyExists', 409),
  'entity-in-use': error('DeleteConflict', 409),
  'entity-unmodifiable': error('UnmodifiableEntity'),
  'policy-malformed': error('MalformedPolicyDocument'),
  'policy-too-large': error('PackedPolicyTooLarge'),
  'identity-token-invalid': error('InvalidIdentityToken'),
  'identity-token-rejected': error('IDPRejectedClaim', 403),
  'identity-provider-unreachable': error('IDPCommunicationError'),
  'repository-policy-unknown': VALIDATION,
  'registry-policy-unknown': VALIDATION,
  'name-invalid': VALIDATION,
  'tag-invalid': VALIDATION,
  'digest-invalid': VALIDATION,
  'parameter-invalid': VALIDATION,
  'page-invalid': VALIDATION,
  'repository-unknown': VALIDATION,
  'repository-exists': VALIDATION,
  'repository-not-empty': VALIDATION,
  'deletion-protected': VALIDATION,
  'setting-locked': VALIDATION,
  'quota-exceeded': error('LimitExceeded', 409),
  'template-unknown': VALIDATION,
  'template-exists': VALIDATION,
  'resource-tag-invalid': VALIDATION,
  'resource-tags-too-many': VALIDATION,
  'lifecycle-policy-unknown': VALIDATION,
  'lifecycle-preview-unknown': VALIDATION,
  'lifecycle-preview-running': VALIDATION,
  'plan-unknown': VALIDATION,
  'plan-unfit': VALIDATION,
  'plan-outdated': VALIDATION,
  'blob-unknown': VALIDATION,
  'blob-in-use': VALIDATION,
  'digest-mismatch': VALIDATION,
  'size-mismatch': VALIDATION,
  'upload-unknown': VALIDATION,
  'upload-empty': VALIDATION,
  'upload-range': VALIDATION,
  'upload-too-slow': error('RequestTimeout', 408),
  'layer-exists': VALIDATION,
  'layer-too-large': VALIDATION,
  'range-unsatisfiable': VALIDATION,
  'range-excessive': VALIDATION,
  'manifest-unknown': VALIDATION,
  'manifest-invalid': VALIDATION,
  'manifest-too-large': VALIDATION,
  'manifest-references-unknown': VALIDATION,
  'manifest-in-use': VALIDATION,
  'image-exists': VALIDATION,
  'tag-immutable': VALIDATION,
  'image-locked': VALIDATION,
  'image-archived': VALIDATION,
  'image-class-unchanged': VALIDATION,
  'tag-not-allowed': VALIDATION,
  'precondition-failed': VALIDATION,
  unsupported: VALIDATION,
  'not-found': error('InvalidAction', 404),
  'operation-unknown': error('InvalidAction'),
  'not-available-yet': error('UnsupportedOperation'),
  'limit-exceeded': error('LimitExceeded', 409),
  'too-many-requests': error('Throttling'),
  'storage-full': UNAVAILABLE,
  'storage-unavailable': UNAVAILABLE,
}

/** Where IAM has another code than STS, or STS none (IAM API reference, errors of TagUser and others). */
export const IAM_ERRORS: Partial<Record<RefusalReason, ErrorShape>> = {
  'resource-tag-invalid': error('InvalidInput'),
  'resource-tags-too-many': error('LimitExceeded', 409),
}
