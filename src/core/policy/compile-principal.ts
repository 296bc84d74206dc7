import type { PrincipalElement } from './policy-document.ts'
import type { PrincipalNames } from './principal-names.ts'

/**
 * How directly a resource policy's statement names a principal (iam.md 1.1, step 3): itself or everybody, the role of
 * its session, or its account, which leaves it to the account's own policies.
 */
export type GrantClass = 'direct' | 'role' | 'account'

export interface CompiledPrincipal {
  /** The class in which it names the principal; undefined if it does not. */
  classOf(principal: PrincipalNames): GrantClass | undefined
  /** Whether a Deny is about the principal. */
  covers(principal: PrincipalNames): boolean
}

const ACCOUNT = /^(?:arn:[^:]*:iam::)?([0-9]{12})(?::root)?$/
const NEVER: CompiledPrincipal = { classOf: () => undefined, covers: () => false }

export function compilePrincipal(element: PrincipalElement | undefined): CompiledPrincipal {
  if (element === undefined) return NEVER
  const named = namedIn(element)
  if (element.isNegated) return { classOf: () => undefined, covers: (principal) => !isExempt(named, principal) }
  return {
    classOf: (principal) => classOf(named, principal),
    // Everybody means everybody in a Deny; what `classOf` leaves out is who may be granted something so.
    covers: (principal) => named.everybody || classOf(named, principal) !== undefined,
  }
}

interface Named {
  readonly everybody: boolean
  readonly accounts: ReadonlySet<string>
  /** Unique ids. What else there is, an ARN that stands for nobody any more for one, never equals one. */
  readonly ids: ReadonlySet<string>
  readonly federated: ReadonlySet<string>
}

function namedIn({ entries }: PrincipalElement): Named {
  const ids = entries.filter(({ type }) => type === 'AWS').map(({ id }) => id)
  return {
    everybody: ids.includes('*'),
    accounts: new Set(ids.flatMap((id) => ACCOUNT.exec(id)?.[1] ?? [])),
    ids: new Set(ids.filter((id) => !id.startsWith('arn:'))),
    federated: new Set(entries.filter(({ type }) => type === 'Federated').map(({ id }) => id)),
  }
}

/** Who comes from a federated provider is named by that provider alone: a trust for everybody does not mean them. */
function classOf(named: Named, principal: PrincipalNames): GrantClass | undefined {
  if (principal.kind === 'federated') {
    return principal.directIds.some((id) => named.federated.has(id)) ? 'direct' : undefined
  }
  if (named.everybody) return 'direct'
  if (principal.kind === 'anonymous') return undefined
  if (principal.directIds.some((id) => named.ids.has(id))) return 'direct'
  if (principal.roleId !== undefined && named.ids.has(principal.roleId)) return 'role'
  return principal.accountId !== undefined && named.accounts.has(principal.accountId) ? 'account' : undefined
}

/** NotPrincipal spares whom it lists with all that they are: a session with its role and its account (iam.md 1.2). */
function isExempt(named: Named, principal: PrincipalNames): boolean {
  if (named.everybody) return true
  if (principal.kind === 'anonymous') return false
  if (principal.kind === 'federated') return classOf(named, principal) !== undefined
  const isAccountListed = principal.accountId !== undefined && named.accounts.has(principal.accountId)
  const isRoleListed = principal.roleId === undefined || named.ids.has(principal.roleId)
  const isListed = principal.kind === 'root' || principal.directIds.some((id) => named.ids.has(id))
  return isAccountListed && isRoleListed && isListed
}
