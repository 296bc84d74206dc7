import { type Selectable, sql } from 'kysely'
import type { SignedCheckpoint } from '../../../core/audit/checkpoint.ts'
import type {
  AuditAttribute,
  AuditPosition,
  AuditQuery,
  AuditReads,
  StoredAuditEntry,
} from '../../../ports/metadata/audit.ts'
import type { Page } from '../../../ports/metadata/page.ts'
import type { SqlConnection } from './connection.ts'
import type { Schema } from './schema.ts'
import { type Parts, statement } from './statement.ts'

type LookUp = { accountId: string; fromMs: number; beforeMs: number; beforeId: number; limit: number }
type Range = { accountId: string; after: number; limit: number }

const ENTRY_COLUMNS = [
  'id',
  'account_id as accountId',
  'at_ms as atMs',
  'event_id as eventId',
  'event_name as eventName',
  'event_source as eventSource',
  'username',
  'access_key_id as accessKeyId',
  'read_only as readOnly',
  'resource_type as resourceType',
  'resource_name as resourceName',
  'body',
] as const

const NEWEST = { sequence: Number.MAX_SAFE_INTEGER }
const CHECKPOINT_COLUMNS = ['account_id', 'sequence', 'hash', 'at_ms', 'installation', 'key_id', 'signature'] as const

function page({ db, p }: Parts<LookUp>) {
  return db
    .selectFrom('audit_records')
    .select(ENTRY_COLUMNS)
    .where('account_id', '=', p.accountId)
    .where(sql<boolean>`(at_ms, id) < (${p.beforeMs}, ${p.beforeId})`)
    .where('at_ms', '>=', p.fromMs)
    .orderBy('at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(p.limit)
}

type TextColumn = 'event_name' | 'event_source' | 'username' | 'access_key_id' | 'resource_type' | 'resource_name'

/** The conditions on `sequence` are those of the indexes (`migration-3.ts`). */
function byText(column: TextColumn) {
  return statement((parts: Parts<LookUp & { value: string }>) =>
    page(parts).where('sequence', 'is not', null).where(column, '=', parts.p.value),
  )
}

export const lookUpAll = statement((parts: Parts<LookUp>) => page(parts).where(sql<boolean>`sequence > 0`))
export const lookUpByReadOnly = statement((parts: Parts<LookUp & { value: number }>) =>
  page(parts).where('sequence', 'is not', null).where('read_only', '=', parts.p.value),
)
export const lookUpBy = {
  eventId: statement((parts: Parts<LookUp & { value: string }>) => page(parts).where('event_id', '=', parts.p.value)),
  eventName: byText('event_name'),
  eventSource: byText('event_source'),
  username: byText('username'),
  accessKeyId: byText('access_key_id'),
  resourceType: byText('resource_type'),
  resourceName: byText('resource_name'),
} satisfies Record<Exclude<AuditAttribute, 'readOnly'>, unknown>

/** Walks the index to the next account, however many entries of the ones before wait. */
export const findAccountToSeal = statement(({ db, p }: Parts<{ after: string }>) =>
  db
    .selectFrom('audit_records')
    .select('account_id as accountId')
    .where('sequence', 'is', null)
    .where('account_id', '>', p.after)
    .orderBy('account_id')
    .limit(1),
)

const listChains = statement(({ db }: Parts<Record<never, never>>) =>
  db
    .selectFrom('audit_chains')
    .select((eb) => [
      'account_id as accountId',
      'sequence',
      'hash',
      eb
        .selectFrom('audit_checkpoints')
        .select((inner) => inner.fn.max('audit_checkpoints.sequence').as('newest'))
        .whereRef('audit_checkpoints.account_id', '=', 'audit_chains.account_id')
        .as('checkpointSequence'),
    ])
    .where('sequence', '>', 0)
    .orderBy('account_id'),
)

export const listSealed = statement(({ db, p }: Parts<Range>) =>
  db
    .selectFrom('audit_records')
    .select(['sequence', 'hash', 'body'])
    .where('account_id', '=', p.accountId)
    .where('sequence', '>', p.after)
    .orderBy('sequence')
    .limit(p.limit),
)

export const listCheckpoints = statement(({ db, p }: Parts<Range>) =>
  db
    .selectFrom('audit_checkpoints')
    .select(CHECKPOINT_COLUMNS)
    .where('account_id', '=', p.accountId)
    .where('sequence', '>', p.after)
    .orderBy('sequence')
    .limit(p.limit),
)

export const findCheckpoint = {
  bySequence: statement(({ db, p }: Parts<{ accountId: string; sequence: number }>) =>
    db
      .selectFrom('audit_checkpoints')
      .select(CHECKPOINT_COLUMNS)
      .where('account_id', '=', p.accountId)
      .where('sequence', '<=', p.sequence)
      .orderBy('sequence', 'desc')
      .limit(1),
  ),
  byTime: statement(({ db, p }: Parts<{ accountId: string; atMs: number }>) =>
    db
      .selectFrom('audit_checkpoints')
      .select(CHECKPOINT_COLUMNS)
      .where('account_id', '=', p.accountId)
      .where('at_ms', '<=', p.atMs)
      .orderBy('at_ms', 'desc')
      .orderBy('sequence', 'desc')
      .limit(1),
  ),
}

export function auditReads(connection: SqlConnection): AuditReads {
  return {
    lookUpAudit: (query, page) => lookUp(connection, query, page),
    async findAccountToSeal(after = '') {
      return (await connection.first(findAccountToSeal, { after }))?.accountId
    },
    async listAuditChains() {
      const rows = await connection.all(listChains, {})
      return rows.map((row) => ({ ...row, checkpointSequence: row.checkpointSequence ?? 0 }))
    },
    async listSealedAudit(accountId, { after, limit }) {
      const rows = await connection.all(listSealed, { accountId, after: after ?? 0, limit })
      return rows.map(({ sequence, hash, body }) => {
        if (sequence === null || hash === null) throw new Error('a record with a place has no hash')
        return { sequence, hash, body }
      })
    },
    async listAuditCheckpoints(accountId, { after, limit }) {
      return (await connection.all(listCheckpoints, { accountId, after: after ?? 0, limit })).map(toCheckpoint)
    },
    async findAuditCheckpoint(accountId, { sequence = Number.MAX_SAFE_INTEGER, atMs } = NEWEST) {
      const row =
        atMs === undefined
          ? await connection.first(findCheckpoint.bySequence, { accountId, sequence })
          : await connection.first(findCheckpoint.byTime, { accountId, atMs })
      return row && toCheckpoint(row)
    },
  }
}

async function lookUp(
  connection: SqlConnection,
  { accountId, attribute, fromMs, untilMs }: AuditQuery,
  { after, limit }: Page<AuditPosition>,
): Promise<StoredAuditEntry[]> {
  const isLater = after === undefined || after.atMs > untilMs
  const [beforeMs, beforeId] = isLater ? [untilMs, Number.MAX_SAFE_INTEGER] : [after.atMs, after.id]
  const values = { accountId, fromMs, beforeMs, beforeId, limit }
  const rows = await rowsOf(connection, attribute, values)
  return rows.map(toEntry)
}

async function rowsOf(connection: SqlConnection, attribute: AuditQuery['attribute'], values: LookUp) {
  if (attribute === undefined) return await connection.all(lookUpAll, values)
  const { name, value } = attribute
  if (name !== 'readOnly') return await connection.all(lookUpBy[name], { ...values, value })
  return await connection.all(lookUpByReadOnly, { ...values, value: value === 'true' ? 1 : 0 })
}

type EntryRow = Awaited<ReturnType<typeof rowsOf>>[number]

function toEntry(row: EntryRow): StoredAuditEntry {
  return {
    ...row,
    username: row.username ?? undefined,
    accessKeyId: row.accessKeyId ?? undefined,
    readOnly: row.readOnly === 1,
    resourceType: row.resourceType ?? undefined,
    resourceName: row.resourceName ?? undefined,
  }
}

function toCheckpoint(row: Selectable<Schema['audit_checkpoints']>): SignedCheckpoint {
  const { account_id: account, sequence, hash, at_ms: atMs, installation, key_id: keyId, signature } = row
  return { checkpoint: { account, sequence, hash, atMs, installation, keyId }, signature }
}
