import { AWS_ACCOUNT } from '../../core/iam/aws-managed-policies.ts'
import { isPolicyArn, parsePolicyArn, policyArn } from '../../core/iam/policy-arn.ts'
import type { Inputs, TextBounds } from '../query/inputs.ts'
import { parseArn, parsePath, parseRequiredName } from './parameters.ts'

/** Tabs, line breaks and everything of Latin-1 that prints (IAM API reference, CreatePolicy; iam.md 1.2). */
const DOCUMENT = {
  min: 1,
  max: 131_072,
  pattern: /^[\t\n\r\u0020-\u00ff]+$/,
  patternShown: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+',
} as const satisfies TextBounds

export function parsePolicyName(inputs: Inputs): string {
  return parseRequiredName(inputs, 'PolicyName')
}

/** Policies are named by their ARNs, so a path that no ARN may have would be of one that nobody could delete. */
export function parsePolicyPath(inputs: Inputs<'Path'>): string {
  const path = parsePath(inputs, 'Path') ?? '/'
  if (isPolicyArn(policyArn(AWS_ACCOUNT, path, 'name'))) return path
  throw inputs.invalid('Path', 'Member must not have empty parts')
}

/** @throws {Refusal} `parameter-invalid` for what is no ARN of a managed policy */
export function parsePolicyArnInput(inputs: Inputs): string {
  const arn = inputs.required('PolicyArn', parseArn(inputs, 'PolicyArn'))
  parsePolicyArn(arn)
  return arn
}

/** Undefined when there is none. @throws {Refusal} `parameter-invalid` for what is no ARN of a managed policy */
export function parseBoundaryInput(inputs: Inputs): string | undefined {
  const arn = parseArn(inputs, 'PermissionsBoundary')
  if (arn !== undefined) parsePolicyArn(arn)
  return arn
}

/** @param member such as `PolicyDocument` */
export function parseDocument(inputs: Inputs, member: string): string {
  return inputs.requiredText(member, DOCUMENT)
}

export function parseDocuments(inputs: Inputs, member: string, most: number): string[] | undefined {
  return inputs.texts(member, { min: 0, max: most }, DOCUMENT)
}

export function parseVersionId(inputs: Inputs): string {
  return inputs.requiredText('VersionId', { max: 32, pattern: /^v[1-9][0-9]*$/, patternShown: 'v[1-9][0-9]*' })
}
