import { assumeRole as assume } from '../../services/sts/assume-role.ts'
import { defineStsAction } from '../query/define-action.ts'
import { credentialsOf, parseRoleInputs, parseSessionTags } from './session-inputs.ts'

const EXTERNAL_ID = { min: 2, max: 1224, pattern: /^[\w+=,.@:/-]*$/, patternShown: '[\\w+=,.@:\\/-]*' }
const SOURCE_IDENTITY = { min: 2, max: 64, pattern: /^[\w+=,.@-]*$/, patternShown: '[\\w+=,.@-]*' }

/** `AssumeRole`. Whether the caller may is for the role's trust policy to say, which the service looks at. */
export const assumeRole = defineStsAction('AssumeRole', {
  needs: [],
  changes: true,
  parse: (inputs) => ({
    ...parseRoleInputs(inputs),
    ...parseSessionTags(inputs),
    externalId: inputs.text('ExternalId', EXTERNAL_ID),
    sourceIdentity: inputs.text('SourceIdentity', SOURCE_IDENTITY),
  }),
  handle: async ({ services, caller }, input) => {
    const assumed = await assume(services, caller, input)
    return {
      Credentials: credentialsOf(assumed),
      AssumedRoleUser: { AssumedRoleId: assumed.assumedRoleId, Arn: assumed.arn },
      PackedPolicySize: assumed.packedSizePercent,
      SourceIdentity: assumed.session.sourceIdentity,
    }
  },
})
