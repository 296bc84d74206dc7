/** What a Principal element is compared with. */
export interface PrincipalNames {
  readonly kind: 'root' | 'user' | 'role-session' | 'federated' | 'anonymous'
  /** Undefined for anonymous ones, and for federated ones without an account. */
  readonly accountId: string | undefined
  /** What a Principal element can name it by: unique id, `AROA…:session`; the provider's ARN for a federated one. */
  readonly directIds: readonly string[]
  /** Unique id of a session's role. */
  readonly roleId: string | undefined
}
