import type { RefusalReason } from '../../core/refusal.ts'

/**
 * distribution-spec, "Error Codes", first; then the older ones of Distribution, for what the specification has no code
 * for. Docker repeats a failed request five times unless its code is UNAUTHORIZED, UNSUPPORTED, DENIED,
 * TOOMANYREQUESTS or NAME_UNKNOWN (oci.md 3.3), so what cannot get better by itself has one of these where it can.
 */
export type OciErrorCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DENIED'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'SIZE_INVALID'
  | 'TOOMANYREQUESTS'
  | 'UNAUTHORIZED'
  | 'UNSUPPORTED'
  | 'PAGINATION_NUMBER_INVALID'
  | 'RANGE_INVALID'
  | 'TAG_INVALID'
  | 'UNAVAILABLE'

type Row = readonly [status: number, code: OciErrorCode]

/** Every refusal's answer on the OCI surface (oci.md 1.2 and 7, ecr.md 8.2). */
export const OCI_ERRORS: { readonly [reason in RefusalReason]: Row } = {
  unauthenticated: [401, 'UNAUTHORIZED'],
  'credential-unknown': [401, 'UNAUTHORIZED'],
  // ECR's answer. A 401 would send clients round again with the same expired credential.
  'credential-expired': [403, 'DENIED'],
  'credential-revoked': [403, 'DENIED'],
  'signature-mismatch': [403, 'DENIED'],
  'signature-incomplete': [403, 'DENIED'],
  denied: [403, 'DENIED'],

  'entity-unknown': [404, 'UNSUPPORTED'],
  'entity-exists': [409, 'DENIED'],
  'entity-in-use': [409, 'DENIED'],
  'entity-unmodifiable': [400, 'UNSUPPORTED'],
  'policy-malformed': [400, 'UNSUPPORTED'],
  'policy-too-large': [400, 'UNSUPPORTED'],
  // No login. Clients show what is said of a 401, and of a 403 at a login nothing.
  'identity-token-invalid': [401, 'UNAUTHORIZED'],
  'identity-token-rejected': [401, 'UNAUTHORIZED'],
  'identity-provider-unreachable': [503, 'UNAVAILABLE'],
  'repository-policy-unknown': [404, 'UNSUPPORTED'],
  'registry-policy-unknown': [404, 'UNSUPPORTED'],

  'name-invalid': [400, 'NAME_INVALID'],
  'tag-invalid': [400, 'TAG_INVALID'],
  'digest-invalid': [400, 'DIGEST_INVALID'],
  'parameter-invalid': [400, 'UNSUPPORTED'],
  'page-invalid': [400, 'PAGINATION_NUMBER_INVALID'],

  'repository-unknown': [404, 'NAME_UNKNOWN'],
  'repository-exists': [409, 'DENIED'],
  'repository-not-empty': [409, 'DENIED'],
  'deletion-protected': [409, 'DENIED'],
  'setting-locked': [409, 'DENIED'],
  // As limit-exceeded: waiting does not mend it.
  'quota-exceeded': [403, 'DENIED'],
  'template-unknown': [404, 'UNSUPPORTED'],
  'template-exists': [409, 'DENIED'],
  'resource-tag-invalid': [400, 'UNSUPPORTED'],
  'resource-tags-too-many': [400, 'UNSUPPORTED'],

  'lifecycle-policy-unknown': [404, 'UNSUPPORTED'],
  'lifecycle-preview-unknown': [404, 'UNSUPPORTED'],
  'lifecycle-preview-running': [409, 'UNSUPPORTED'],
  'plan-unknown': [404, 'UNSUPPORTED'],
  'plan-unfit': [409, 'UNSUPPORTED'],
  'plan-outdated': [409, 'UNSUPPORTED'],

  'blob-unknown': [404, 'BLOB_UNKNOWN'],
  // 405 as for manifest-in-use: what ECR answers to a deletion it will not do, and what clients take as "not here".
  'blob-in-use': [405, 'UNSUPPORTED'],
  'digest-mismatch': [400, 'DIGEST_INVALID'],
  'size-mismatch': [400, 'SIZE_INVALID'],
  'upload-unknown': [404, 'BLOB_UPLOAD_UNKNOWN'],
  'upload-empty': [400, 'BLOB_UPLOAD_INVALID'],
  'upload-range': [416, 'RANGE_INVALID'],
  'upload-too-slow': [408, 'BLOB_UPLOAD_INVALID'],
  'layer-exists': [400, 'BLOB_UPLOAD_INVALID'],
  'layer-too-large': [413, 'DENIED'],
  'range-unsatisfiable': [416, 'RANGE_INVALID'],
  // Never 416: podman gives up on that, and asks for fewer ranges on a 400 (oci.md 3.3).
  'range-excessive': [400, 'RANGE_INVALID'],

  'manifest-unknown': [404, 'MANIFEST_UNKNOWN'],
  'manifest-invalid': [400, 'MANIFEST_INVALID'],
  'manifest-too-large': [413, 'MANIFEST_INVALID'],
  'manifest-references-unknown': [400, 'MANIFEST_BLOB_UNKNOWN'],
  'manifest-in-use': [405, 'UNSUPPORTED'],
  'image-exists': [400, 'TAG_INVALID'],
  'tag-immutable': [400, 'TAG_INVALID'],
  'image-locked': [403, 'DENIED'],
  'image-archived': [404, 'MANIFEST_UNKNOWN'],
  'image-class-unchanged': [405, 'UNSUPPORTED'],
  'tag-not-allowed': [400, 'TAG_INVALID'],
  'precondition-failed': [412, 'DENIED'],

  unsupported: [405, 'UNSUPPORTED'],
  'not-found': [404, 'UNSUPPORTED'],
  'operation-unknown': [404, 'UNSUPPORTED'],
  'not-available-yet': [501, 'UNSUPPORTED'],
  // A quota: ECR answers 429, but clients would wait and repeat what only an administrator can mend.
  'limit-exceeded': [403, 'DENIED'],
  'too-many-requests': [429, 'TOOMANYREQUESTS'],
  'storage-full': [507, 'DENIED'],
  // Mends itself, so the one code that Docker does repeat on.
  'storage-unavailable': [503, 'UNAVAILABLE'],
}
