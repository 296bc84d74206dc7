import { type RawBuilder, sql } from 'kysely'
import type { IdentityFilter, IdentityKind } from '../../../ports/metadata/identity.ts'
import type { IdentityRow } from './identity-row.ts'
import type { EdgeKind } from './schema.ts'
import { type Parts, type Statement, statement } from './statement.ts'

/** What a list may be narrowed by. */
export interface Conditions extends IdentityFilter {
  readonly pathPrefix?: string
}
type Condition = keyof Conditions
type Scope = { accountId: string; kind: IdentityKind } & { [Name in Condition]-?: string }
type Page = Scope & { after: string; limit: number }

const CONDITIONS: { readonly [Name in Condition]-?: (parts: Parts<Scope>) => RawBuilder<boolean> } = {
  ownerId: ({ p }) => sql`identities.owner_id = ${p.ownerId}`,
  groupId: (parts) => refersTo(parts, 'member', parts.p.groupId),
  attachedPolicy: (parts) => refersTo(parts, 'attached', parts.p.attachedPolicy),
  boundaryArn: (parts) => refersTo(parts, 'boundary', parts.p.boundaryArn),
  pathPrefix: ({ p }) => sql`substr(identities.path, 1, length(cast(${p.pathPrefix} as text))) = ${p.pathPrefix}`,
}
// Object.keys forgets that its keys are those of CONDITIONS.
const NAMES = Object.keys(CONDITIONS) as Condition[]

/** By `in`, so that the few who refer to it are looked up, and not the whole account looked through. */
function refersTo({ db, p }: Parts<Scope>, edge: EdgeKind, target: string): RawBuilder<boolean> {
  const sources = db
    .selectFrom('identity_edges')
    .select('from_id')
    .where('account_id', '=', p.accountId)
    .where('edge', '=', edge)
    .where('target', '=', target)
  return sql`identities.id in ${sources}`
}

function narrowed(parts: Parts<Scope>, names: readonly Condition[]) {
  const all = parts.db
    .selectFrom('identities')
    .where('identities.account_id', '=', parts.p.accountId)
    .where('identities.kind', '=', parts.p.kind)
  return names.reduce((query, name) => query.where(CONDITIONS[name](parts)), all)
}

function listOf(names: readonly Condition[]): Statement<Page, IdentityRow> {
  return statement((parts: Parts<Page>) =>
    narrowed(parts, names)
      .leftJoin('role_uses', 'role_uses.role_id', 'identities.id')
      .select(['identities.body', 'role_uses.at_ms as usedAtMs', 'role_uses.region as usedRegion'])
      .where('identities.name_key', '>', parts.p.after)
      .orderBy('identities.name_key')
      .limit(parts.p.limit),
  )
}

function countOf(names: readonly Condition[]): Statement<Scope, { count: number }> {
  return statement((parts: Parts<Scope>) => narrowed(parts, names).select((eb) => eb.fn.countAll<number>().as('count')))
}

/** One statement for each of the 32 sets of conditions, made when it is first asked for. */
function byConditions<Made>(make: (names: readonly Condition[]) => Made): (conditions: Conditions) => Made {
  const made = new Map<string, Made>()
  return (conditions) => {
    const names = NAMES.filter((name) => conditions[name] !== undefined)
    const key = names.join()
    const known = made.get(key) ?? make(names)
    made.set(key, known)
    return known
  }
}

export const listIdentities = byConditions(listOf)
export const countIdentities = byConditions(countOf)

/** Values for any of the statements; they take what their conditions ask for. */
export function scopeOf(accountId: string, kind: IdentityKind, conditions: Conditions): Scope {
  const { ownerId = '', groupId = '', attachedPolicy = '', boundaryArn = '', pathPrefix = '' } = conditions
  return { accountId, kind, ownerId, groupId, attachedPolicy, boundaryArn, pathPrefix }
}
