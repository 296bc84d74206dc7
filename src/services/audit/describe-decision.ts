import type { AuditDecision } from '../../core/audit/audit-record.ts'
import type { Decision } from '../../core/policy/decide.ts'
import type { PolicySource } from '../../core/policy/policy-source.ts'

/** Whose account is whose; undefined for a caller who is nobody. */
export interface Sides {
  readonly viewer: string
  readonly caller: string | undefined
  readonly owner: string
}

const OF_OWNER: ReadonlySet<PolicySource['kind']> = new Set<PolicySource['kind']>(['trust', 'repository', 'registry'])

/** A decision as an account may see it: which of its own policies decided, of another's no more than the kind. */
export function describeDecision({ isAllowed, outcome, by, statement }: Decision, sides: Sides): AuditDecision {
  const decided = {
    outcome: isAllowed ? 'allowed' : 'denied',
    by: outcome === 'implicit-deny' ? `no allow: ${by}` : by,
  } as const
  if (statement === undefined) return decided
  const { source, index, sid } = statement
  const account = OF_OWNER.has(source.kind) ? sides.owner : sides.caller
  if (account !== sides.viewer) return decided
  return { ...decided, policy: source.name, statement: index, ...(sid !== undefined && { sid }) }
}
