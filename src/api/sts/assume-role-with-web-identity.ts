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
    const verified = (trusted: TrustedToken) => {
      const { accountId, arn: ARN } = trusted.found
      const caller = { kind: 'web-identity', webIdentity: webIdentityOf(trusted) } as const
      identify({ caller, accountId, resources: [{ ARN, accountId, type: 'AWS::IAM::Role' }] })
    }
    const assumed = await assume(services, origin, { ...input, verified })
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
