import type { AuditDecision } from '../../core/audit/audit-record.ts'
import type { Identified, Identify } from '../../services/audit/audited-call.ts'
import {
  assumeRoleWithWebIdentity as assume,
  type TrustedToken,
  webIdentityOf,
} from '../../services/sts/assume-role-with-web-identity.ts'
import { defineUnsignedAction } from '../query/define-action.ts'
import { credentialsOf, parseRoleInputs } from './session-inputs.ts'

/** `AssumeRoleWithWebIdentity`: not signed, as the token says who asks. */
export const assumeRoleWithWebIdentity = defineUnsignedAction('AssumeRoleWithWebIdentity', {
  parse: (inputs) => ({
    ...parseRoleInputs(inputs),
    token: inputs.requiredText('WebIdentityToken', { min: 4, max: 20_000, isSecret: true }),
  }),
  handle: async ({ services, origin, identify }, input) => {
    const assumed = await assume(services, origin, { ...input, ...tellWhoAsks(identify) })
    return {
      Credentials: credentialsOf(assumed),
      SubjectFromWebIdentityToken: assumed.verified.subject,
      Audience: assumed.verified.audience,
      Provider: assumed.providerArn,
      AssumedRoleUser: { AssumedRoleId: assumed.assumedRoleId, Arn: assumed.arn },
      PackedPolicySize: assumed.packedSizePercent,
      SourceIdentity: assumed.session.sourceIdentity,
    }
  },
})

/** It belongs into the trail of the role's account, whichever host was asked. */
function tellWhoAsks(identify: Identify) {
  let identified: Identified | undefined
  return {
    onVerified: (trusted: TrustedToken) => {
      const { accountId, arn: ARN } = trusted.found
      const webIdentity = webIdentityOf(trusted)
      identified = {
        caller: { kind: 'web-identity', webIdentity },
        accountId,
        resources: [{ ARN, accountId, type: 'AWS::IAM::Role' }],
        // `userIdentity` has no member for these of a caller who has no session yet.
        detail: { protocol: 'aws', issuer: webIdentity.issuer, audience: webIdentity.audience },
      }
      identify(identified)
    },
    onDenied: (decision: AuditDecision) => {
      if (identified !== undefined) identify({ ...identified, decision })
    },
  }
}
