import { sql } from 'kysely'
import { NO_USAGE, negated, splitUsage, type Usage } from '../../../core/settings/quota.ts'
import type { QuotaKey, UsageChanges } from '../../../ports/metadata/settings.ts'
import type { SqlConnection } from './connection.ts'
import type { ScarceQuotas } from './scarce-quotas.ts'
import { quotaKey } from './setting-row.ts'
import { type Parts, statement } from './statement.ts'

type Key = { registryId: number; path: string }
type Amount = { bytes: number; images: number }
type Share = { shard: number; bytes: number; images: number }
type SplitShare = Share & { registry_id: number; path: string }

/** As many as can take at once without waiting. When none has enough by itself, all are gathered and split anew. */
const SHARES = 64
const SHARE = { shard: 'integer', bytes: 'integer', images: 'integer' } as const
const SPLIT_SHARE = { ...SHARE, registry_id: 'integer', path: 'text' } as const

/**
 * From a share that has enough and that nobody else is at. Rows that turn out to have changed meanwhile stay locked
 * although they are passed over: whoever finds none must not wait for others while it has those (`ScarceQuotas`).
 */
const takeFree = statement(({ db, p, dialect }: Parts<Key & Amount>) =>
  db
    .updateTable('quota_shares')
    .set({ bytes: sql<number>`bytes - ${p.bytes}`, images: sql<number>`images - ${p.images}` })
    .where('registry_id', '=', p.registryId)
    .where('path', '=', p.path)
    .where(
      'shard',
      '=',
      db
        .selectFrom('quota_shares as enough')
        .select('enough.shard')
        .where('enough.registry_id', '=', p.registryId)
        .where('enough.path', '=', p.path)
        .where('enough.bytes', '>=', p.bytes)
        .where('enough.images', '>=', p.images)
        .orderBy(sql`random()`)
        .limit(1)
        .modifyEnd(dialect.lock('update of what is free')),
    ),
)

const lockAll = statement(({ db, p, dialect }: Parts<Key>) =>
  db
    .selectFrom('quota_shares')
    .select(['shard', 'bytes', 'images'])
    .where('registry_id', '=', p.registryId)
    .where('path', '=', p.path)
    .orderBy('shard')
    .modifyEnd(dialect.lock('update')),
)

/** The quota is a column of the rows, as in `updateItems` of plans.ts. */
export const setShares = statement(({ db, p, dialect }: Parts<{ shares: string }>) =>
  db
    .updateTable('quota_shares')
    .from(dialect.rows<SplitShare>(p.shares, SPLIT_SHARE).as('given'))
    .set((eb) => ({ bytes: eb.ref('given.bytes'), images: eb.ref('given.images') }))
    .whereRef('quota_shares.registry_id', '=', 'given.registry_id')
    .whereRef('quota_shares.path', '=', 'given.path')
    .whereRef('quota_shares.shard', '=', 'given.shard'),
)

/** Only where there is some left: see `returnQuota`. */
const addToFree = statement(({ db, p, dialect }: Parts<Key & Amount>) =>
  db
    .updateTable('quota_shares')
    .set({ bytes: sql<number>`bytes + ${p.bytes}`, images: sql<number>`images + ${p.images}` })
    .where('registry_id', '=', p.registryId)
    .where('path', '=', p.path)
    .where(
      'shard',
      '=',
      db
        .selectFrom('quota_shares as held')
        .select('held.shard')
        .where('held.registry_id', '=', p.registryId)
        .where('held.path', '=', p.path)
        .where(sql<boolean>`(held.bytes > 0 or ${p.bytes} = 0) and (held.images > 0 or ${p.images} = 0)`)
        .orderBy(sql`random()`)
        .limit(1)
        .modifyEnd(dialect.lock('update of what is free')),
    ),
)

const deleteRows = statement(({ db, p }: Parts<Key>) =>
  db.deleteFrom('quota_shares').where('registry_id', '=', p.registryId).where('path', '=', p.path),
)

const insertShares = statement(({ db, p, dialect }: Parts<Key & { shares: string }>) =>
  db
    .insertInto('quota_shares')
    .columns(['registry_id', 'path', 'shard', 'bytes', 'images'])
    .expression((eb) =>
      eb
        .selectFrom(dialect.rows<Share>(p.shares, SHARE).as('given'))
        .select([
          sql<number>`cast(${p.registryId} as bigint)`.as('registry_id'),
          sql<string>`cast(${p.path} as text)`.as('path'),
          'given.shard',
          'given.bytes',
          'given.images',
        ]),
    ),
)

/**
 * All shares of a quota are positive or zero, or all negative or zero, for bytes and for images: so one with enough in it
 * says that there is enough. Only where all are locked together can that turn.
 */
export function quotaWrites(
  connection: SqlConnection,
  scarce: ScarceQuotas,
): Pick<UsageChanges, 'takeQuota' | 'returnQuota' | 'setQuotaLeft'> {
  return {
    takeQuota: (key, needed) => takeQuota(connection, scarce, rowKey(key), needed),
    returnQuota: (key, usage) => returnQuota(connection, scarce, rowKey(key), usage),
    async setQuotaLeft(key, left) {
      const row = rowKey(key)
      await connection.run(deleteRows, row)
      if (left === undefined) return
      const shares = splitUsage(left, SHARES).map((share, shard) => ({ shard, ...share }))
      await connection.run(insertShares, { ...row, shares: JSON.stringify(shares) })
    },
  }
}

/** Forgets the quota. */
export async function deleteShares(connection: SqlConnection, key: QuotaKey): Promise<void> {
  await connection.run(deleteRows, rowKey(key))
}

async function takeQuota(
  connection: SqlConnection,
  scarce: ScarceQuotas,
  key: Key,
  needed: Usage,
): Promise<Usage | undefined> {
  if (await changeOne(connection, scarce, key, negated(needed))) return undefined
  const { left, shares } = await gather(connection, key)
  if (needed.bytes > 0 && left.bytes < needed.bytes) return left
  if (needed.images > 0 && left.images < needed.images) return left
  await splitAnew(connection, key, { left: plus(left, negated(needed)), shares })
  return undefined
}

async function returnQuota(connection: SqlConnection, scarce: ScarceQuotas, key: Key, usage: Usage): Promise<void> {
  if (await changeOne(connection, scarce, key, usage)) return
  const { left, shares } = await gather(connection, key)
  await splitAnew(connection, key, { left: plus(left, usage), shares })
}

/** In one share that nobody else is at. @returns whether there was one; else all are to be gathered */
async function changeOne(connection: SqlConnection, scarce: ScarceQuotas, key: Key, usage: Usage): Promise<boolean> {
  const quota = `${key.registryId} ${key.path}`
  if (scarce.mustGather(quota)) return false
  const isTaking = usage.bytes < 0 || usage.images < 0
  const changed = isTaking
    ? await connection.run(takeFree, amountOf(key, negated(usage)))
    : await connection.run(addToFree, amountOf(key, usage))
  if (changed > 0) return true
  scarce.found(quota)
  return false
}

interface Gathered {
  readonly left: Usage
  readonly shares: readonly { readonly shard: number }[]
}

async function gather(connection: SqlConnection, key: Key): Promise<Gathered> {
  const shares = await connection.all(lockAll, key)
  if (shares.length === 0) throw new Error(`the quota of '${key.path}' has no shares`)
  return { left: shares.reduce(plus, NO_USAGE), shares }
}

async function splitAnew(connection: SqlConnection, key: Key, { left, shares }: Gathered): Promise<void> {
  const split = splitUsage(left, shares.length)
  const given = shares.map(({ shard }, index) => ({
    registry_id: key.registryId,
    path: key.path,
    shard,
    ...split[index],
  }))
  await connection.run(setShares, { shares: JSON.stringify(given) })
}

function plus(a: Usage, b: Usage): Usage {
  return { bytes: a.bytes + b.bytes, images: a.images + b.images }
}

function amountOf({ registryId, path }: Key, { bytes, images }: Usage): Key & Amount {
  return { registryId, path, bytes, images }
}

/** A statement's values are of a type without an interface. */
function rowKey(key: QuotaKey): Key {
  const { registryId, path } = quotaKey(key)
  return { registryId, path }
}
