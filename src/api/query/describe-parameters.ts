import { cut } from '../cut.ts'
import type { RequestTarget } from '../request-context.ts'
import type { ParameterTree } from './parameters.ts'

/** Inputs of STS and IAM that name what is acted on, and the field of the log line that they become. */
const FIELD_OF: Readonly<Record<string, string>> = {
  UserName: 'user',
  GroupName: 'group',
  RoleName: 'role',
  RoleArn: 'role',
  PolicyName: 'policy',
  PolicyArn: 'policy',
  PolicySourceArn: 'policySource',
  OpenIDConnectProviderArn: 'provider',
  AccessKeyId: 'accessKey',
}

/** What a call's parameters say that it acts on, for the log, whether or not they are well formed. */
export function describeParameters(parameters: ParameterTree): RequestTarget {
  const target: Record<string, string> = {}
  for (const [name, field] of Object.entries(FIELD_OF)) {
    const value = parameters.get(name)
    if (typeof value === 'string') target[field] = cut(value)
  }
  return target
}
