import { parsePolicy } from '../../core/policy/parse-policy.ts'
import { requestTagKeys } from '../../core/policy/request-tag-keys.ts'
import type { PrincipalTag, SessionPolicyLayer } from '../../core/principal.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Services } from '../context.ts'
import { findManagedPolicyText } from '../identity/find-managed-policy.ts'

/** What a caller wants of a session beside the role (STS API reference, AssumeRole). */
export interface SessionWishes {
  readonly sessionName: string
  readonly durationSeconds: number | undefined
  readonly policyText: string | undefined
  readonly policyArns: readonly string[]
}

/** STS API reference, AssumeRole: `Policy`. */
const LONGEST_POLICY = 2048
/** A session that was made by a session has an hour at most ("role chaining"). */
export const CHAINED_SECONDS = 3600
const USUAL_SECONDS = 3600

/** @throws {Refusal} `parameter-invalid` for more than the role allows */
export function sessionSeconds(asked: number | undefined, mostSeconds: number): number {
  if (asked === undefined) return Math.min(USUAL_SECONDS, mostSeconds)
  if (asked <= mostSeconds) return asked
  throw new Refusal(
    'parameter-invalid',
    mostSeconds === CHAINED_SECONDS
      ? 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining'
      : 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
  )
}

/**
 * The session policies as one layer.
 *
 * @param accountId whose managed policies are meant
 * @returns undefined when there are none
 * @throws {Refusal} `policy-malformed`, `policy-too-large`
 */
export async function sessionLayer(
  services: Services,
  accountId: string,
  { policyText, policyArns }: Pick<SessionWishes, 'policyText' | 'policyArns'>,
): Promise<SessionPolicyLayer | undefined> {
  if (policyText === undefined && policyArns.length === 0) return undefined
  if (policyText !== undefined && policyText.length > LONGEST_POLICY) {
    throw new Refusal('policy-too-large', `A session policy has at most ${LONGEST_POLICY} characters.`)
  }
  if (policyText !== undefined) parsePolicy(policyText, 'session')
  for (const arn of policyArns) {
    const text = await findManagedPolicyText(services.metadata, accountId, arn)
    if (text === undefined) throw new Refusal('policy-malformed', `The managed policy ${arn} does not exist.`)
  }
  return { texts: policyText === undefined ? [] : [policyText], arns: policyArns }
}

/** Condition keys of a request that names session tags. */
export function sessionTagKeys(
  tags: readonly PrincipalTag[],
  transitiveTagKeys: readonly string[],
): Record<string, string | readonly string[]> {
  return {
    ...requestTagKeys(tags),
    ...(transitiveTagKeys.length > 0 && { 'sts:transitivetagkeys': transitiveTagKeys }),
  }
}
