import { sql } from 'kysely'
import type { AuditEntry } from '../../../core/audit/audit-entry.ts'
import type { SignedCheckpoint } from '../../../core/audit/checkpoint.ts'
import type { AuditChanges } from '../../../ports/metadata/audit.ts'
import type { SqlConnection } from './connection.ts'
import { type Parts, statement } from './statement.ts'

type Row = ReturnType<typeof fromEntry>
type Sealed = { id: number; sequence: number; hash: string }

const COLUMNS = {
  account_id: 'text',
  at_ms: 'integer',
  event_id: 'text',
  event_name: 'text',
  event_source: 'text',
  username: 'text',
  access_key_id: 'text',
  read_only: 'integer',
  resource_type: 'text',
  resource_name: 'text',
  body: 'text',
} as const
// Object.keys forgets what they are.
const COLUMN_NAMES = Object.keys(COLUMNS) as (keyof Row)[]

const insertRecords = statement(({ db, p, dialect }: Parts<{ records: string }>) =>
  db
    .insertInto('audit_records')
    .columns(COLUMN_NAMES)
    .expression((eb) =>
      eb
        .selectFrom(dialect.rows<Row>(p.records, COLUMNS).as('given'))
        .select(COLUMN_NAMES)
        // Without a `where`, SQLite would read `on conflict` as part of the query (sqlite.org/lang_upsert.html, 2.2).
        .where(sql<boolean>`true`),
    )
    .onConflict((conflict) => conflict.doNothing()),
)

const insertRecord = statement(({ db, p }: Parts<Row>) =>
  db
    .insertInto('audit_records')
    .values({
      account_id: p.account_id,
      at_ms: p.at_ms,
      event_id: p.event_id,
      event_name: p.event_name,
      event_source: p.event_source,
      username: p.username,
      access_key_id: p.access_key_id,
      read_only: p.read_only,
      resource_type: p.resource_type,
      resource_name: p.resource_name,
      body: p.body,
      sequence: null,
      hash: null,
    })
    .onConflict((conflict) => conflict.doNothing()),
)

/** The chain's row, made when there is none: it is what is locked. */
const ensureChain = statement(({ db, p }: Parts<{ accountId: string }>) =>
  db
    .insertInto('audit_chains')
    .values({ account_id: p.accountId, sequence: 0, hash: '' })
    .onConflict((conflict) => conflict.doNothing()),
)

const lockChain = statement(({ db, p, dialect }: Parts<{ accountId: string }>) =>
  db
    .selectFrom('audit_chains')
    .select(['sequence', 'hash'])
    .where('account_id', '=', p.accountId)
    .modifyEnd(dialect.lock('update')),
)

export const listUnsealed = statement(({ db, p }: Parts<{ accountId: string; limit: number }>) =>
  db
    .selectFrom('audit_records')
    .select(['id', 'body'])
    .where('account_id', '=', p.accountId)
    .where('sequence', 'is', null)
    .orderBy('id')
    .limit(p.limit),
)

const sealRecords = statement(({ db, p, dialect }: Parts<{ sealed: string }>) =>
  db
    .updateTable('audit_records')
    .from(dialect.rows<Sealed>(p.sealed, { id: 'integer', sequence: 'integer', hash: 'text' }).as('sealed'))
    .set((eb) => ({ sequence: eb.ref('sealed.sequence'), hash: eb.ref('sealed.hash') }))
    .whereRef('audit_records.id', '=', 'sealed.id')
    // Not `is null`: PostgreSQL would then go through everything that waits, as that has an index.
    .where(sql<boolean>`coalesce(audit_records.sequence, 0) = 0`),
)

const moveHead = statement(({ db, p }: Parts<{ accountId: string; before: number; sequence: number; hash: string }>) =>
  db
    .updateTable('audit_chains')
    .set({ sequence: p.sequence, hash: p.hash })
    .where('account_id', '=', p.accountId)
    .where('sequence', '=', p.before),
)

const insertCheckpoint = statement(({ db, p }: Parts<ReturnType<typeof fromCheckpoint>>) =>
  db.insertInto('audit_checkpoints').values({
    account_id: p.account,
    sequence: p.sequence,
    hash: p.hash,
    at_ms: p.atMs,
    installation: p.installation,
    key_id: p.keyId,
    signature: p.signature,
  }),
)

export const deleteThrough = statement(({ db, p }: Parts<{ accountId: string; sequence: number; limit: number }>) =>
  db
    .deleteFrom('audit_records')
    .where(
      'id',
      'in',
      db
        .selectFrom('audit_records')
        .select('id')
        .where('account_id', '=', p.accountId)
        .where('sequence', '<=', p.sequence)
        .orderBy('sequence')
        .limit(p.limit),
    ),
)

const deleteCheckpointsBefore = statement(({ db, p }: Parts<{ accountId: string; sequence: number }>) =>
  db.deleteFrom('audit_checkpoints').where('account_id', '=', p.accountId).where('sequence', '<', p.sequence),
)

export function auditWrites(connection: SqlConnection): AuditChanges {
  return {
    async recordAudit(entries) {
      const [first] = entries
      if (first === undefined) return
      if (entries.length === 1) await connection.run(insertRecord, fromEntry(first))
      else await connection.run(insertRecords, { records: JSON.stringify(entries.map(fromEntry)) })
    },
    async lockAuditChain(accountId) {
      await connection.run(ensureChain, { accountId })
      const head = await connection.first(lockChain, { accountId })
      if (head === undefined) throw new Error('the row of a chain that was just made is gone')
      return head.sequence === 0 ? undefined : head
    },
    listUnsealedAudit: (accountId, limit) => connection.all(listUnsealed, { accountId, limit }),
    sealAudit: (accountId, sealed) => seal(connection, accountId, sealed),
    async insertAuditCheckpoint(signed) {
      await connection.run(insertCheckpoint, fromCheckpoint(signed))
    },
    deleteAuditThrough: (accountId, sequence, limit) => connection.run(deleteThrough, { accountId, sequence, limit }),
    async deleteAuditCheckpointsBefore(accountId, sequence) {
      await connection.run(deleteCheckpointsBefore, { accountId, sequence })
    },
  }
}

/** A place that is taken, or one too many or too few, would break the chain for ever: then nothing is written. */
async function seal(connection: SqlConnection, accountId: string, sealed: readonly Sealed[]): Promise<void> {
  const [first, last] = [sealed[0], sealed.at(-1)]
  if (first === undefined || last === undefined) return
  const { sequence, hash } = last
  const changed = await connection.run(sealRecords, { sealed: JSON.stringify(sealed) })
  const moved = await connection.run(moveHead, { accountId, before: first.sequence - 1, sequence, hash })
  if (changed !== sealed.length || moved !== 1 || sequence - first.sequence + 1 !== changed) {
    throw new Error(`places ${first.sequence} to ${sequence} do not fit the chain of account ${accountId}`)
  }
}

function fromEntry(entry: AuditEntry) {
  return {
    account_id: entry.accountId,
    at_ms: entry.atMs,
    event_id: entry.eventId,
    event_name: entry.eventName,
    event_source: entry.eventSource,
    username: entry.username ?? null,
    access_key_id: entry.accessKeyId ?? null,
    read_only: entry.readOnly ? 1 : 0,
    resource_type: entry.resourceType ?? null,
    resource_name: entry.resourceName ?? null,
    body: entry.body,
  }
}

function fromCheckpoint({ checkpoint, signature }: SignedCheckpoint) {
  return { ...checkpoint, signature }
}
