import { sql } from 'kysely'
import type { IdentityChanges, IdentityKind, IdentityTransactions } from '../../../ports/metadata/identity.ts'
import type { SqlConnection } from './connection.ts'
import { type ChangedAccounts, countChange } from './identity-epochs.ts'
import { type Edge, edgesOf, fromIdentity } from './identity-row.ts'
import { forgetUses, identityUses } from './identity-uses.ts'
import { type Parts, statement } from './statement.ts'

type Row = ReturnType<typeof fromIdentity>

const insertRow = statement(({ db, p }: Parts<Row>) =>
  db
    .insertInto('identities')
    .values({
      id: p.id,
      account_id: p.accountId,
      kind: p.kind,
      name_key: p.nameKey,
      path: p.path,
      owner_id: p.ownerId,
      created_at_ms: p.createdAtMs,
      body: p.body,
    })
    .onConflict((conflict) => conflict.doNothing()),
)

/** Asks for the name first, as a failed statement would end the transaction on PostgreSQL. */
const replaceRow = statement(({ db, p }: Parts<Row>) =>
  db
    .updateTable('identities')
    .set({
      name_key: p.nameKey,
      path: p.path,
      owner_id: p.ownerId,
      created_at_ms: p.createdAtMs,
      body: p.body,
    })
    .where('id', '=', p.id)
    .where('account_id', '=', p.accountId)
    .where('kind', '=', p.kind)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('identities as others')
            .select('others.id')
            .where('others.account_id', '=', p.accountId)
            .where('others.kind', '=', p.kind)
            .where('others.name_key', '=', p.nameKey)
            .where('others.id', '<>', p.id),
        ),
      ),
    ),
)

const deleteRow = statement(({ db, p }: Parts<{ accountId: string; kind: IdentityKind; id: string }>) =>
  db.deleteFrom('identities').where('id', '=', p.id).where('account_id', '=', p.accountId).where('kind', '=', p.kind),
)

type Edges = Pick<Row, 'accountId' | 'id' | 'kind' | 'nameKey'> & { edges: string }

const insertEdges = statement(({ db, p, dialect }: Parts<Edges>) =>
  db
    .insertInto('identity_edges')
    .columns(['account_id', 'from_id', 'kind', 'name_key', 'edge', 'target'])
    .expression((eb) =>
      eb
        .selectFrom(dialect.rows<Edge>(p.edges, { edge: 'text', target: 'text' }).as('given'))
        .select([
          sql<string>`cast(${p.accountId} as text)`.as('account_id'),
          sql<string>`cast(${p.id} as text)`.as('from_id'),
          sql<IdentityKind>`cast(${p.kind} as text)`.as('kind'),
          sql<string>`cast(${p.nameKey} as text)`.as('name_key'),
          'given.edge',
          'given.target',
        ])
        // Without a `where`, SQLite would read `on conflict` as part of the query (sqlite.org/lang_upsert.html, 2.2).
        .where(sql<boolean>`true`),
    )
    .onConflict((conflict) => conflict.doNothing()),
)

const deleteEdges = statement(({ db, p }: Parts<{ id: string }>) =>
  db.deleteFrom('identity_edges').where('from_id', '=', p.id),
)

export function identityWrites(connection: SqlConnection, changed: ChangedAccounts): IdentityTransactions {
  return {
    async changeIdentities(accountId) {
      await countChange(connection, changed, accountId)
      return identityChanges(connection, accountId)
    },
    ...identityUses(connection),
  }
}

function identityChanges(connection: SqlConnection, accountId: string): IdentityChanges {
  return {
    async insert(identity) {
      const row = fromIdentity(accountId, identity)
      if ((await connection.run(insertRow, row)) === 0) return false
      await putEdges(connection, row, edgesOf(identity))
      return true
    },
    async replace(identity) {
      const row = fromIdentity(accountId, identity)
      if ((await connection.run(replaceRow, row)) === 0) return false
      await connection.run(deleteEdges, { id: identity.id })
      await putEdges(connection, row, edgesOf(identity))
      return true
    },
    async delete(kind, id) {
      if ((await connection.run(deleteRow, { accountId, kind, id })) === 0) return
      await connection.run(deleteEdges, { id })
      await forgetUses(connection, kind, id)
    },
  }
}

async function putEdges(connection: SqlConnection, row: Row, edges: readonly Edge[]): Promise<void> {
  if (edges.length > 0) await connection.run(insertEdges, { ...row, edges: JSON.stringify(edges) })
}
