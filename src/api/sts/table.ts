import type { QueryAction } from '../query/define-action.ts'
import type { OperationOf } from '../query/operations.ts'
import { getCallerIdentity } from './get-caller-identity.ts'

/** STS's operations that are available, and what answers them. Each stands under its own name, or does not compile. */
export const STS_TABLE = {
  GetCallerIdentity: getCallerIdentity,
} satisfies { readonly [Operation in OperationOf<'sts'>]?: QueryAction<Operation> }
