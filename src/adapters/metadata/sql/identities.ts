import type { IdentityKind, IdentityReads } from '../../../ports/metadata/identity.ts'
import type { SqlConnection } from './connection.ts'
import { countIdentities, listIdentities, scopeOf } from './identity-lists.ts'
import { nameKey, toIdentity } from './identity-row.ts'
import { type Parts, statement } from './statement.ts'

function withUses<V extends Record<string, string>>({ db }: Parts<V>) {
  return db
    .selectFrom('identities')
    .leftJoin('role_uses', 'role_uses.role_id', 'identities.id')
    .select(['identities.body', 'role_uses.at_ms as usedAtMs', 'role_uses.region as usedRegion'])
}

const findByName = statement((parts: Parts<{ accountId: string; kind: IdentityKind; nameKey: string }>) =>
  withUses(parts)
    .where('identities.account_id', '=', parts.p.accountId)
    .where('identities.kind', '=', parts.p.kind)
    .where('identities.name_key', '=', parts.p.nameKey),
)

const findById = statement((parts: Parts<{ kind: IdentityKind; id: string }>) =>
  withUses(parts)
    .select('identities.account_id as accountId')
    .where('identities.id', '=', parts.p.id)
    .where('identities.kind', '=', parts.p.kind),
)

const findKeyUse = statement(({ db, p }: Parts<{ id: string }>) =>
  db.selectFrom('key_uses').select(['at_ms as atMs', 'service', 'region']).where('access_key_id', '=', p.id),
)

export function identityReads(connection: SqlConnection): IdentityReads {
  return {
    async findIdentity(accountId, kind, name) {
      const row = await connection.first(findByName, { accountId, kind, nameKey: nameKey(kind, name) })
      return row && toIdentity(kind, row)
    },
    async findIdentityById(kind, id) {
      const row = await connection.first(findById, { kind, id })
      return row && { accountId: row.accountId, identity: toIdentity(kind, row) }
    },
    async listIdentities(accountId, kind, { after, limit, pathPrefix }, filter = {}) {
      const conditions = pathPrefix === undefined ? filter : { ...filter, pathPrefix }
      const from = nameKey(kind, after ?? '')
      const values = { ...scopeOf(accountId, kind, conditions), after: from, limit }
      const rows = await connection.all(listIdentities(conditions), values)
      return rows.map((row) => toIdentity(kind, row))
    },
    async countIdentities(accountId, kind, filter = {}) {
      const row = await connection.first(countIdentities(filter), scopeOf(accountId, kind, filter))
      if (row === undefined) throw new Error('counting gave no row')
      return row.count
    },
    findKeyUse: (id) => connection.first(findKeyUse, { id }),
  }
}
