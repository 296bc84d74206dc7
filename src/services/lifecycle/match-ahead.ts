import { KnownMatches } from '../../core/lifecycle/known-matches.ts'
import type { LifecycleImage } from '../../core/lifecycle/lifecycle-image.ts'
import type { ParsedLifecyclePolicy } from '../../core/lifecycle/parse-lifecycle-policy.ts'
import type { Services } from '../context.ts'
import { nextTurn } from '../next-turn.ts'

/** What all other requests may have to wait for. */
const TURN_MS = 20

/**
 * Finds out what a policy's patterns fit, with turns for everybody else in between: of the largest policies that takes
 * milliseconds for each tag, and minutes for a repository.
 *
 * @returns the same policy, which knows
 */
export async function matchAhead(
  { clock }: Pick<Services, 'clock'>,
  policy: ParsedLifecyclePolicy,
  images: readonly LifecycleImage[],
  signal?: AbortSignal,
): Promise<ParsedLifecyclePolicy> {
  const matches = new KnownMatches(policy.compiled, images)
  let beganAtMs = clock.nowMs()
  for (const _ of matches.steps()) {
    if (clock.nowMs() - beganAtMs < TURN_MS) continue
    signal?.throwIfAborted()
    await nextTurn()
    beganAtMs = clock.nowMs()
  }
  return { ...policy, compiled: matches.policy }
}
