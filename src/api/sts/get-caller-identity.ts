import { defineStsAction } from '../query/define-action.ts'

/** `GetCallerIdentity`: needs no permission, only a signature (iam.md 2.2). */
export const getCallerIdentity = defineStsAction('GetCallerIdentity', {
  needs: [],
  changes: false,
  parse: () => undefined,
  handle: async ({ caller: { principal } }) => ({
    Arn: principal.arn,
    UserId: principal.kind === 'anonymous' ? principal.arn : principal.userId,
    Account: principal.accountId,
  }),
})
