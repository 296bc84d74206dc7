import type { Principal } from '../../core/principal.ts'

/** `GetCallerIdentity`: needs no permission, only a signature (iam.md 2.2). */
export function getCallerIdentity(principal: Principal): Record<'Arn' | 'UserId' | 'Account', string> {
  const userId = principal.kind === 'anonymous' ? principal.arn : principal.userId
  return { Arn: principal.arn, UserId: userId, Account: principal.accountId }
}
