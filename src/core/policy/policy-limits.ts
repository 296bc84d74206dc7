/**
 * How large policies may be (iam.md 1.2), and how much work one may cost a decision.
 *
 * A step is about a nanosecond of the machine it was measured on (bench/micro.ts). The budgets are such that a
 * principal with ten managed policies, inline ones, a boundary and three session policies, asked about a repository with
 * a policy in a registry with one, is decided within a millisecond whatever stands in them.
 */
import type { PolicyKind } from './policy-kind.ts'

/** Characters that are not white space, as IAM counts. Whoever stores a policy knows which of these it is. */
export const MANAGED_POLICY_CHARS = 6144
export const USER_INLINE_POLICIES_CHARS = 2048
export const GROUP_INLINE_POLICIES_CHARS = 5120
export const ROLE_INLINE_POLICIES_CHARS = 10_240
export const MOST_TRUST_POLICY_CHARS = 4096
export const SESSION_POLICY_CHARS = 2048
/** All characters, as ECR counts. */
export const REPOSITORY_POLICY_CHARS = 10_240

/** What IAM takes as the text of any policy, white space included. */
export const MOST_POLICY_CHARS = 131_072

/** What `parsePolicy` itself refuses beyond, in characters that are not white space; undefined: of those it counts all. */
export const POLICY_CHARS: Readonly<Record<PolicyKind, number>> = {
  identity: ROLE_INLINE_POLICIES_CHARS,
  session: SESSION_POLICY_CHARS,
  trust: MOST_TRUST_POLICY_CHARS,
  repository: REPOSITORY_POLICY_CHARS,
  registry: REPOSITORY_POLICY_CHARS,
}

/** The most steps that one document may cost a decision whose texts are as long as names may be. */
export const POLICY_STEPS: Readonly<Record<PolicyKind, number>> = {
  identity: 40_000,
  session: 40_000,
  trust: 200_000,
  repository: 100_000,
  registry: 100_000,
}

/**
 * The most steps of one decision. Documents within their budgets stay below it by far; texts beyond what names may be
 * (a token's claim with a thousand groups in it, a user agent of a page) may not, and are then denied.
 */
export const DECISION_STEPS = 1_000_000

/** How long texts are taken to be when a document's cost is reckoned; in a decision their real lengths count. */
export const ASSUMED_ACTION_CHARS = 64
export const ASSUMED_VALUE_CHARS = 256
/** `repository/` and the longest name of a repository. */
export const ASSUMED_RESOURCE_CHARS = 267
/** The segments of an ARN before the last one. */
export const ASSUMED_SEGMENT_CHARS = 32
/** As many tags as a resource or a session may have, and how long they are. */
export const ASSUMED_SET_SIZE = 50
/** Lists of what is no text, such as ARNs, are those of services on whose behalf something is asked. */
export const ASSUMED_OTHER_SET_SIZE = 5
export const ASSUMED_SET_CHARS = 32
