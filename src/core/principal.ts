/** Who asks. Issue by issue this grows users, roles and sessions; every kind has an ARN and belongs to an account. */
export type Principal =
  | {
      readonly kind: 'root'
      readonly accountId: string
      readonly arn: string
      /** What STS calls UserId: the account id for a root user. */
      readonly userId: string
      readonly accessKeyId: string
    }
  /** Only ever on the anonymous listener. */
  | { readonly kind: 'anonymous'; readonly accountId: string; readonly arn: string }

export function rootPrincipal(accountId: string, accessKeyId: string): Principal {
  return { kind: 'root', accountId, arn: `arn:aws:iam::${accountId}:root`, userId: accountId, accessKeyId }
}

export function anonymousPrincipal(accountId: string): Principal {
  return { kind: 'anonymous', accountId, arn: 'anonymous' }
}
