import type { Refusal, RefusalReason } from '../../core/refusal.ts'
import { IMAGE_NOT_FOUND } from '../../services/pull-manifest.ts'

type Row = readonly [status: number, code: string]

const INVALID: Row = [400, 'InvalidParameter']
const NOT_FOUND: Row = [404, 'NotFound']
const EXISTS: Row = [409, 'AlreadyExists']
const IN_USE: Row = [409, 'InUse']
const NOT_SIGNED: Row = [401, 'InvalidCredentials']

/** Every refusal's answer on the management API. */
export const MANAGE_ERRORS: { readonly [reason in RefusalReason]: Row } = {
  unauthenticated: [401, 'NotAuthenticated'],
  'credential-unknown': NOT_SIGNED,
  'credential-expired': [401, 'CredentialsExpired'],
  'credential-revoked': [401, 'CredentialsRevoked'],
  'signature-mismatch': NOT_SIGNED,
  'signature-incomplete': NOT_SIGNED,
  denied: [403, 'AccessDenied'],
  'entity-unknown': NOT_FOUND,
  'entity-exists': EXISTS,
  'entity-in-use': IN_USE,
  'entity-unmodifiable': [409, 'Unmodifiable'],
  'policy-malformed': [400, 'MalformedPolicy'],
  'policy-too-large': [400, 'LimitExceeded'],
  'identity-token-invalid': INVALID,
  'identity-token-rejected': [403, 'AccessDenied'],
  'identity-provider-unreachable': [503, 'Unavailable'],
  'repository-policy-unknown': NOT_FOUND,
  'registry-policy-unknown': NOT_FOUND,
  'name-invalid': INVALID,
  'tag-invalid': INVALID,
  'digest-invalid': INVALID,
  'parameter-invalid': INVALID,
  'page-invalid': INVALID,
  'repository-unknown': NOT_FOUND,
  'repository-exists': EXISTS,
  'repository-not-empty': IN_USE,
  'deletion-protected': [409, 'Unmodifiable'],
  'setting-locked': [409, 'Unmodifiable'],
  'quota-exceeded': [403, 'LimitExceeded'],
  'template-unknown': NOT_FOUND,
  'template-exists': EXISTS,
  'resource-tag-invalid': INVALID,
  'resource-tags-too-many': [400, 'LimitExceeded'],
  'lifecycle-policy-unknown': NOT_FOUND,
  'lifecycle-preview-unknown': NOT_FOUND,
  'lifecycle-preview-running': [409, 'InProgress'],
  'plan-unknown': NOT_FOUND,
  'plan-unfit': [409, 'PlanUnfit'],
  'plan-outdated': [409, 'PlanOutdated'],
  'blob-unknown': NOT_FOUND,
  'blob-in-use': IN_USE,
  'digest-mismatch': INVALID,
  'size-mismatch': INVALID,
  'upload-unknown': NOT_FOUND,
  'upload-empty': INVALID,
  'upload-range': INVALID,
  'upload-too-slow': [408, 'TooSlow'],
  'layer-exists': EXISTS,
  'layer-too-large': [413, 'LimitExceeded'],
  'range-unsatisfiable': INVALID,
  'range-excessive': INVALID,
  'manifest-unknown': NOT_FOUND,
  'manifest-invalid': INVALID,
  'manifest-too-large': [413, 'LimitExceeded'],
  'manifest-references-unknown': INVALID,
  'manifest-in-use': IN_USE,
  'image-exists': EXISTS,
  'tag-immutable': [409, 'Unmodifiable'],
  'image-locked': [409, 'Locked'],
  'image-archived': [409, 'Archived'],
  'image-class-unchanged': [409, 'Unmodifiable'],
  'tag-not-allowed': INVALID,
  'precondition-failed': [412, 'PreconditionFailed'],
  unsupported: [405, 'MethodNotAllowed'],
  'not-found': NOT_FOUND,
  'operation-unknown': NOT_FOUND,
  'not-available-yet': [501, 'NotAvailableYet'],
  'limit-exceeded': [400, 'LimitExceeded'],
  'too-many-requests': [429, 'TooManyRequests'],
  'storage-full': [507, 'StorageFull'],
  'storage-unavailable': [503, 'Unavailable'],
}

/** What every answer of this API says: it is for nobody's cache. */
export const MANAGE_HEADERS = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' }

/** `{"error": {"code", "message", "requestId"}}`. */
export function errorResponse(refusal: Refusal, requestId: string): Response {
  const [status, code] = MANAGE_ERRORS[refusal.reason]
  const headers = new Headers(MANAGE_HEADERS)
  const { allow, retryAfterSeconds } = refusal.detail
  if (status === 401) headers.set('WWW-Authenticate', 'Basic realm="lading"')
  if (typeof allow === 'string') headers.set('Allow', allow)
  if (retryAfterSeconds !== undefined) headers.set('Retry-After', String(retryAfterSeconds))
  return new Response(JSON.stringify({ error: { code, message: messageOf(refusal), requestId } }), { status, headers })
}

/** ECR's sentence about a missing image does not say which. */
function messageOf({ message, detail: { tag, digest } }: Refusal): string {
  const asked = tag ?? digest
  return message === IMAGE_NOT_FOUND && typeof asked === 'string' ? `${message}: ${asked}` : message
}
