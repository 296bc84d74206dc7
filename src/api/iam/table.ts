import type { QueryAction } from '../query/define-action.ts'
import type { OperationOf } from '../query/operations.ts'

/** IAM's operations that are available, and what answers them. Each stands under its own name, or does not compile. */
export const IAM_TABLE = {} satisfies { readonly [Operation in OperationOf<'iam'>]?: QueryAction<Operation> }
