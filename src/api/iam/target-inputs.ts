import type { PermittedKind } from '../../services/iam/get-identity.ts'
import type { Inputs } from '../query/inputs.ts'
import { LONGEST_NAME, LONGEST_PRINCIPAL_NAME, parseRequiredName } from './parameters.ts'

const TARGETS = {
  user: { member: 'UserName', longest: LONGEST_PRINCIPAL_NAME },
  group: { member: 'GroupName', longest: LONGEST_NAME },
  role: { member: 'RoleName', longest: LONGEST_PRINCIPAL_NAME },
} as const satisfies Record<PermittedKind, { readonly member: string; readonly longest: number }>

/** The name of whom a call is about, from the member that says it for the kind. */
export function parseTargetName(inputs: Inputs, kind: PermittedKind): string {
  const { member, longest } = TARGETS[kind]
  return parseRequiredName(inputs, member, longest)
}
