import { TAG_KEY, TAG_VALUE } from '../../core/iam/tag-text.ts'
import type { NewSession } from '../../services/sts/new-session.ts'
import type { Inputs } from '../query/inputs.ts'

/** Lengths and patterns are those of the STS API reference, AssumeRole and AssumeRoleWithWebIdentity. */
const ARN = { min: 20, max: 2048 }
const SESSION_NAME = { min: 2, max: 64, pattern: /^[\w+=,.@-]*$/, patternShown: '[\\w+=,.@-]*' }
const DURATION = { min: 900, max: 43_200 }
/** Twice what may be kept: the service says how much too long it is. */
const POLICY = { min: 1, max: 100_000 }
const MOST_POLICY_ARNS = 10
const MOST_TAGS = 50

type RoleInputName = 'RoleArn' | 'RoleSessionName' | 'DurationSeconds' | 'Policy' | 'PolicyArns'

/** What both ways to assume a role take. */
export function parseRoleInputs(inputs: Inputs<RoleInputName>) {
  const policyArns = inputs.structures<'arn'>('PolicyArns', { min: 0, max: MOST_POLICY_ARNS }) ?? []
  return {
    roleArn: inputs.requiredText('RoleArn', ARN),
    sessionName: inputs.requiredText('RoleSessionName', SESSION_NAME),
    durationSeconds: inputs.integer('DurationSeconds', DURATION),
    policyText: inputs.text('Policy', POLICY),
    policyArns: policyArns.map((policy) => policy.requiredText('arn', ARN)),
  }
}

/** Session tags; that no key is given twice, in whatever letters, is checked here too. */
export function parseSessionTags(inputs: Inputs<'Tags' | 'TransitiveTagKeys'>) {
  const tags = (inputs.structures<'Key' | 'Value'>('Tags', { min: 0, max: MOST_TAGS }) ?? []).map((tag) => {
    const key = tag.requiredText('Key', TAG_KEY)
    if (key.toLowerCase().startsWith('aws:')) throw tag.invalid('Key', "Member must not begin with 'aws:'")
    return { key, value: tag.requiredText('Value', TAG_VALUE) }
  })
  const keys = new Set(tags.map(({ key }) => key.toLowerCase()))
  if (keys.size < tags.length) throw inputs.invalid('Tags', 'Member must not have a key twice')
  return { tags, transitiveTagKeys: inputs.texts('TransitiveTagKeys', { min: 0, max: MOST_TAGS }, TAG_KEY) ?? [] }
}

/** A temporary credential as every operation that makes one answers it. */
export function credentialsOf({ accessKeyId, secretAccessKey, sessionToken, session }: NewSession) {
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: new Date(session.expiresAtMs),
  }
}
