import { sql } from 'kysely'
import type { IdentityKind, IdentityTransactions } from '../../../ports/metadata/identity.ts'
import type { SqlConnection } from './connection.ts'
import { type Parts, statement } from './statement.ts'

type UseChanges = Pick<IdentityTransactions, 'recordKeyUses' | 'recordRoleUses'>
type OneKeyUse = Parameters<UseChanges['recordKeyUses']>[0][number]
type OneRoleUse = Parameters<UseChanges['recordRoleUses']>[0][number]

const KEY_USE = { accessKeyId: 'text', atMs: 'integer', service: 'text', region: 'text' } as const
const ROLE_USE = { roleId: 'text', atMs: 'integer', region: 'text' } as const

const recordKeyUses = statement(({ db, p, dialect }: Parts<{ uses: string }>) =>
  db
    .insertInto('key_uses')
    .columns(['access_key_id', 'at_ms', 'service', 'region'])
    .expression((eb) =>
      eb
        .selectFrom(dialect.rows<OneKeyUse>(p.uses, KEY_USE).as('given'))
        .select(['given.accessKeyId', 'given.atMs', 'given.service', 'given.region'])
        .where(sql<boolean>`true`),
    )
    .onConflict((conflict) =>
      conflict
        .column('access_key_id')
        .doUpdateSet((eb) => ({
          at_ms: eb.ref('excluded.at_ms'),
          service: eb.ref('excluded.service'),
          region: eb.ref('excluded.region'),
        }))
        .whereRef('key_uses.at_ms', '<', 'excluded.at_ms'),
    ),
)

const recordRoleUses = statement(({ db, p, dialect }: Parts<{ uses: string }>) =>
  db
    .insertInto('role_uses')
    .columns(['role_id', 'at_ms', 'region'])
    .expression((eb) =>
      eb
        .selectFrom(dialect.rows<OneRoleUse>(p.uses, ROLE_USE).as('given'))
        .select(['given.roleId', 'given.atMs', 'given.region'])
        .where(sql<boolean>`true`),
    )
    .onConflict((conflict) =>
      conflict
        .column('role_id')
        .doUpdateSet((eb) => ({ at_ms: eb.ref('excluded.at_ms'), region: eb.ref('excluded.region') }))
        .whereRef('role_uses.at_ms', '<', 'excluded.at_ms'),
    ),
)

const forget = {
  'access-key': statement(({ db, p }: Parts<{ id: string }>) =>
    db.deleteFrom('key_uses').where('access_key_id', '=', p.id),
  ),
  role: statement(({ db, p }: Parts<{ id: string }>) => db.deleteFrom('role_uses').where('role_id', '=', p.id)),
}

export function identityUses(connection: SqlConnection): UseChanges {
  return {
    async recordKeyUses(uses) {
      const newest = newestOf(uses, ({ accessKeyId }) => accessKeyId)
      if (newest.length > 0) await connection.run(recordKeyUses, { uses: JSON.stringify(newest) })
    },
    async recordRoleUses(uses) {
      const newest = newestOf(uses, ({ roleId }) => roleId)
      if (newest.length > 0) await connection.run(recordRoleUses, { uses: JSON.stringify(newest) })
    },
  }
}

export async function forgetUses(connection: SqlConnection, kind: IdentityKind, id: string): Promise<void> {
  if (kind === 'access-key' || kind === 'role') await connection.run(forget[kind], { id })
}

/** One of each, as PostgreSQL changes no row twice in a statement; in one order, so that nobody waits in a ring. */
function newestOf<Use extends { readonly atMs: number }>(uses: readonly Use[], idOf: (use: Use) => string): Use[] {
  const newest = new Map<string, Use>()
  for (const use of uses) {
    const id = idOf(use)
    if (use.atMs > (newest.get(id)?.atMs ?? -1)) newest.set(id, use)
  }
  return [...newest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, use]) => use)
}
