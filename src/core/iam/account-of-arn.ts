import { AWS_ACCOUNT } from './aws-managed-policies.ts'

/**
 * The fifth part of `arn:partition:service:region:account:resource`; undefined for what is no ARN, or is of no account, as
 * are the managed policies that every account has.
 */
export function accountOfArn(arn: string): string | undefined {
  let begin = 0
  for (let colons = 0; colons < 4; colons++) {
    begin = arn.indexOf(':', begin) + 1
    if (begin === 0) return undefined
  }
  const account = arn.slice(begin, arn.indexOf(':', begin))
  return account === '' || account === AWS_ACCOUNT ? undefined : account
}
