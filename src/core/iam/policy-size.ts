import { Refusal } from '../refusal.ts'

/** IAM's quotas, in characters without white space (IAM user guide, "IAM and AWS STS quotas"; iam.md 1.2). */
export const LARGEST_POLICY = 6144
export const LARGEST_TRUST_POLICY = 4096
/** Of all inline policies of one together. */
export const LARGEST_INLINE_POLICIES = { user: 2048, group: 5120, role: 10_240 } as const

/** What counts of a document: all but white space, so that nobody pays for an indented one. */
export function policySize(text: string): number {
  let size = 0
  for (let at = 0; at < text.length; at++) if (!isSpace(text.charCodeAt(at))) size++
  return size
}

/** @throws {Refusal} `limit-exceeded` */
export function checkManagedPolicySize(text: string): void {
  if (policySize(text) > LARGEST_POLICY) throw overQuota('PolicySize', LARGEST_POLICY)
}

/** @throws {Refusal} `limit-exceeded` */
export function checkTrustPolicySize(text: string): void {
  if (policySize(text) > LARGEST_TRUST_POLICY) throw overQuota('ACLSizePerRole', LARGEST_TRUST_POLICY)
}

/** @throws {Refusal} `limit-exceeded` when they are too large together */
export function checkInlinePoliciesSize(
  kind: keyof typeof LARGEST_INLINE_POLICIES,
  name: string,
  texts: readonly string[],
): void {
  const most = LARGEST_INLINE_POLICIES[kind]
  const size = texts.reduce((sum, text) => sum + policySize(text), 0)
  if (size <= most) return
  throw new Refusal('limit-exceeded', `Maximum policy size of ${most} bytes exceeded for ${kind} ${name}`)
}

/** A quota by the name that AWS has for it. */
export function overQuota(quota: string, most: number): Refusal {
  return new Refusal('limit-exceeded', `Cannot exceed quota for ${quota}: ${most}`)
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}
