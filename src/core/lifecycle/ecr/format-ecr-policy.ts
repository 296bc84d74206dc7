import type { EcrLifecyclePolicy } from './ecr-policy.ts'

/**
 * A policy's text without white space, as PutLifecyclePolicy answers it (ecr.md, fact 16): members in the order in which
 * they were sent.
 *
 * @param text one that `parseEcrPolicy` takes
 */
export function minifyEcrPolicy(text: string): string {
  return JSON.stringify(JSON.parse(text))
}

/** The text of a policy, indented, for people; `parseEcrPolicy` gives the same document back. */
export function formatEcrPolicy(policy: EcrLifecyclePolicy): string {
  return JSON.stringify(policy, undefined, 2)
}
