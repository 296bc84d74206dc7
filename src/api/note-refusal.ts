import type { Refusal, RefusalReason } from '../core/refusal.ts'
import { claimedKeyId } from './claimed-key-id.ts'
import type { RequestContext } from './request-context.ts'

const FAILED_LOGINS: ReadonlySet<RefusalReason> = new Set<RefusalReason>([
  'credential-unknown',
  'credential-expired',
  'signature-mismatch',
  'signature-incomplete',
])
/** What skopeo sends when it has no credential: an empty name and password. */
const NOBODY = 'Basic Og=='

/** Leaves in the context what the log and the metrics say of a refusal, by its code on the wire. */
export function noteRefusal(
  context: RequestContext,
  request: Request,
  refused: { readonly refusal: Refusal; readonly code: string },
): void {
  context.refused = refused
  const { reason } = refused.refusal
  const authorization = request.headers.get('authorization')
  const isUnusable = reason === 'unauthenticated' && authorization !== null && authorization !== NOBODY
  if (FAILED_LOGINS.has(reason) || isUnusable) {
    context.login = 'failed'
    const keyId = claimedKeyId(authorization, request.url)
    if (keyId !== undefined) context.claimedKeyId = keyId
  } else if (reason === 'unauthenticated') {
    context.login = 'missing'
  }
}
