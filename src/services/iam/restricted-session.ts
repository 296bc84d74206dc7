import type { Principal } from '../../core/principal.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Caller } from '../context.ts'

/**
 * Whoever makes or changes credentials and permissions could give themselves what their session policy takes away, so
 * a session with one changes nothing at all (iam.md 2.4, GHSA-jjjj-jwhf-8rgr).
 *
 * @throws {Refusal} `denied`
 */
export function refuseIfRestricted({ principal }: Pick<Caller, 'principal'>): void {
  const session = sessionOf(principal)
  if (session === undefined || session.policyLayers.length === 0) return
  throw new Refusal(
    'denied',
    `User: ${principal.arn} has a session with a session policy, which cannot make or change credentials and permissions`,
  )
}

/**
 * Temporary credentials of a user or the root user itself (GetSessionToken) call nothing of IAM (API reference of STS,
 * GetSessionToken).
 *
 * @throws {Refusal} `denied`
 */
export function refuseOwnSession({ principal }: Pick<Caller, 'principal'>): void {
  if (principal.kind === 'role-session' || sessionOf(principal) === undefined) return
  throw new Refusal(
    'denied',
    `User: ${principal.arn} has temporary credentials of GetSessionToken, which cannot call operations of IAM or make credentials`,
  )
}

/**
 * What is made here outlasts the session, and IAM is the one place where temporary credentials of GetSessionToken make
 * nothing: they must not make it by another API.
 *
 * @throws {Refusal} `denied`
 */
export function refuseTemporaryMaker(caller: Pick<Caller, 'principal'>): void {
  refuseIfRestricted(caller)
  refuseOwnSession(caller)
}

function sessionOf(principal: Principal): { readonly policyLayers: readonly unknown[] } | undefined {
  return principal.kind === 'anonymous' ? undefined : principal.session
}
