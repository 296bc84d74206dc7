import type { QueryAction } from '../query/define-action.ts'
import type { OperationOf } from '../query/operations.ts'
import { assumeRole } from './assume-role.ts'
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity.ts'
import { getCallerIdentity } from './get-caller-identity.ts'
import { getSessionToken } from './get-session-token.ts'

/** STS's operations that are available, and what answers them. Each stands under its own name, or does not compile. */
export const STS_TABLE = {
  AssumeRole: assumeRole,
  AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
  GetCallerIdentity: getCallerIdentity,
  GetSessionToken: getSessionToken,
} satisfies { readonly [Operation in OperationOf<'sts'>]?: QueryAction<Operation> }
