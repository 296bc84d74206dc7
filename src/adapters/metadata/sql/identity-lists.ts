import { type RawBuilder, sql } from 'kysely'
import type { IdentityFilter, IdentityKind } from '../../../ports/metadata/identity.ts'
import type { IdentityRow } from './identity-row.ts'
import { type Parts, type Statement, statement } from './statement.ts'

/** What a list may be narrowed by. */
export interface Conditions extends IdentityFilter {
  readonly pathPrefix?: string
}
type Condition = keyof Conditions
type Scope = { accountId: string; kind: IdentityKind } & { [Name in Condition]-?: string }
type Page = Scope & { after: string; limit: number }

/** The conditions that go by what an identity refers to. */
const EDGES = { groupId: 'member', attachedPolicy: 'attached', boundaryArn: 'boundary' } as const
const NAMES = ['groupId', 'attachedPolicy', 'boundaryArn', 'ownerId', 'pathPrefix'] as const

function isEdge(name: Condition): name is keyof typeof EDGES {
  return name in EDGES
}

/**
 * Those of a kind in an account that meet the conditions. The first edge among these is what leads to them, in order
 * as the account's own index would: it costs what the list is long, however many others there are.
 */
function narrowed(parts: Parts<Scope>, names: readonly Condition[]) {
  const { db, p } = parts
  const edge = names.find(isEdge)
  const conditions = names.map((name) => (name === edge ? leads(parts, name, 'found') : condition(parts, name)))
  const query = db
    .selectFrom('identities')
    .$if(edge !== undefined, (all) => all.innerJoin('identity_edges as found', 'found.from_id', 'identities.id'))
    .where(sql<boolean>`${column(names, 'account_id')} = ${p.accountId}`)
    .where(sql<boolean>`${column(names, 'kind')} = ${p.kind}`)
  return conditions.reduce((narrower, each) => narrower.where(each), query)
}

/** Where the list's columns are read, so that they come from the index that leads to its rows. */
function column(names: readonly Condition[], name: 'account_id' | 'kind' | 'name_key') {
  return sql.ref<string>(`${names.some(isEdge) ? 'found' : 'identities'}.${name}`)
}

function condition(parts: Parts<Scope>, name: Condition): RawBuilder<boolean> {
  const { p } = parts
  if (name === 'ownerId') return sql`identities.owner_id = ${p.ownerId}`
  if (name === 'pathPrefix') {
    return sql`substr(identities.path, 1, length(cast(${p.pathPrefix} as text))) = ${p.pathPrefix}`
  }
  return sql`exists (select 1 from identity_edges as also
    where also.from_id = identities.id and ${leads(parts, name, 'also')})`
}

function leads({ p }: Parts<Scope>, name: keyof typeof EDGES, edges: 'found' | 'also'): RawBuilder<boolean> {
  return sql`${sql.ref(`${edges}.edge`)} = ${EDGES[name]} and ${sql.ref(`${edges}.target`)} = ${p[name]}`
}

function listOf(names: readonly Condition[]): Statement<Page, IdentityRow> {
  return statement((parts: Parts<Page>) =>
    narrowed(parts, names)
      .leftJoin('role_uses', 'role_uses.role_id', 'identities.id')
      .select(['identities.body', 'role_uses.at_ms as usedAtMs', 'role_uses.region as usedRegion'])
      .where(sql<boolean>`${column(names, 'name_key')} > ${parts.p.after}`)
      .orderBy(column(names, 'name_key'))
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
