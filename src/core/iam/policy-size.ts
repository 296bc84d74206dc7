import { policyCharsOf } from '../policy/parse-policy.ts'
import {
  GROUP_INLINE_POLICIES_CHARS,
  MANAGED_POLICY_CHARS,
  MOST_TRUST_POLICY_CHARS,
  ROLE_INLINE_POLICIES_CHARS,
  USER_INLINE_POLICIES_CHARS,
} from '../policy/policy-limits.ts'
import { Refusal } from '../refusal.ts'

/** Of all inline policies of one together. */
const INLINE_POLICIES_CHARS = {
  user: USER_INLINE_POLICIES_CHARS,
  group: GROUP_INLINE_POLICIES_CHARS,
  role: ROLE_INLINE_POLICIES_CHARS,
} as const

/** @throws {Refusal} `limit-exceeded` */
export function checkManagedPolicySize(text: string): void {
  if (policyCharsOf(text) > MANAGED_POLICY_CHARS) throw overQuota('PolicySize', MANAGED_POLICY_CHARS)
}

/** @throws {Refusal} `limit-exceeded` */
export function checkTrustPolicySize(text: string): void {
  if (policyCharsOf(text) > MOST_TRUST_POLICY_CHARS) throw overQuota('ACLSizePerRole', MOST_TRUST_POLICY_CHARS)
}

/** @throws {Refusal} `limit-exceeded` when they are too large together */
export function checkInlinePoliciesSize(
  kind: keyof typeof INLINE_POLICIES_CHARS,
  name: string,
  texts: readonly string[],
): void {
  const most = INLINE_POLICIES_CHARS[kind]
  const size = texts.reduce((sum, text) => sum + policyCharsOf(text), 0)
  if (size <= most) return
  throw new Refusal('limit-exceeded', `Maximum policy size of ${most} bytes exceeded for ${kind} ${name}`)
}

/** A quota by the name that AWS has for it. */
export function overQuota(quota: string, most: number): Refusal {
  return new Refusal('limit-exceeded', `Cannot exceed quota for ${quota}: ${most}`)
}
