import { Database } from 'bun:sqlite'
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectMigrated, versionOne } from '../../../../test/contracts/metadata-store-migration.ts'
import { openSqliteMetadataStore } from './open-sqlite-metadata-store.ts'
import { SqliteDatabase } from './sqlite-database.ts'
import { SQLITE_TYPES } from './sqlite-dialect.ts'
import { sqliteMetadataStore } from './sqlite-metadata-store.ts'
import { WalSync } from './wal-sync.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-sqlite-'))
  path = join(folder, 'metadata.db')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('what was written is there after closing and opening again, and no log is left behind', async () => {
  const first = await openSqliteMetadataStore({ path })
  const registry = await first.transact((transaction) => transaction.ensureRegistry('000000000000', 'us-east-1', 1))
  await first.close()
  expect(await readdir(folder)).toEqual(['metadata.db'])
  const second = await openSqliteMetadataStore({ path })
  expect(await second.findRegistry('000000000000', 'us-east-1')).toEqual(registry)
  await second.close()
})

test('a database of a newer release is refused with what to do, and left as it is', async () => {
  await (await openSqliteMetadataStore({ path })).close()
  const database = new Database(path)
  database.run('update schema_version set version = 1000')
  database.close()
  const opening = openSqliteMetadataStore({ path })
  await expect(opening).rejects.toThrow('schema version 1000, made by a newer release')
  const after = new Database(path)
  expect(after.query('select version from schema_version').get()).toEqual({ version: 1000 })
  after.close()
})

test('a database of version 1 is brought up to date, and stays so', async () => {
  const database = new Database(path, { create: true })
  for (const statement of versionOne(SQLITE_TYPES, 'sqlite')) database.run(statement)
  database.close()
  const migrated = await openSqliteMetadataStore({ path })
  await expectMigrated(migrated)
  await migrated.close()
  const again = await openSqliteMetadataStore({ path })
  expect(await again.listAccounts({ limit: 10 })).toHaveLength(1)
  await again.close()
})

test('a change of identities that could not be committed is told to nobody, nor with the next commit', async () => {
  const database = new SqliteDatabase(path, true)
  const store = sqliteMetadataStore(database)
  const { id } = await store.transact((transaction) => transaction.ensureRegistry('000000000000', 'us-east-1', 1))
  const told: string[] = []
  store.watchIdentities((accountIds) => told.push(...accountIds))
  const { connection } = await database.writer(async () => {})
  connection.execute(`pragma max_page_count = ${Number(connection.value('pragma page_count')) + 10}`)
  const change = (accountId: string, sizeBytes: number) =>
    store.transact(async (transaction) => {
      await transaction.changeIdentities(accountId)
      await transaction.putAccountSetting(id, accountId, 'x'.repeat(sizeBytes))
    })
  await expect(change('111111111111', 1_000_000)).rejects.toMatchObject({ reason: 'storage-full' })
  expect(told).toEqual([])
  await change('222222222222', 10)
  expect(told).toEqual(['222222222222'])
  await store.close()
})

test('a file that is no database is refused', async () => {
  await Bun.write(path, 'this is not a database, but long enough to look at'.repeat(50))
  await expect(openSqliteMetadataStore({ path })).rejects.toThrow()
})

test('a full database refuses with storage-full, keeps what it had, and goes on when there is room', async () => {
  const database = new SqliteDatabase(path, true)
  const store = sqliteMetadataStore(database)
  const { id } = await store.transact((transaction) => transaction.ensureRegistry('000000000000', 'us-east-1', 1))
  const { connection } = await database.writer(async () => {})
  const write = (name: string, sizeBytes: number) =>
    store.transact((transaction) => transaction.putAccountSetting(id, name, 'x'.repeat(sizeBytes)))
  connection.execute(`pragma max_page_count = ${Number(connection.value('pragma page_count')) + 10}`)
  const outcomes = await Promise.allSettled([write('fits', 10), write('too large', 1_000_000)])
  expect(outcomes[1]).toMatchObject({ reason: { reason: 'storage-full' } })
  // Where they shared a commit, SQLite rolled all of it back when it ran out of room; what was said is what is there.
  const isKept = outcomes[0]?.status === 'fulfilled'
  expect(await store.getAccountSettings(id)).toEqual(isKept ? { fits: 'x'.repeat(10) } : {})
  await write('fits', 10)
  await expect(write('too large', 1_000_000)).rejects.toMatchObject({ reason: 'storage-full' })
  connection.execute('pragma max_page_count = 100000')
  await write('too large', 1_000_000)
  expect(Object.keys(await store.getAccountSettings(id)).sort()).toEqual(['fits', 'too large'])
  await store.close()
})

test('a storage refusal that work lets go by still fails the transaction', async () => {
  const database = new SqliteDatabase(path, true)
  const store = sqliteMetadataStore(database)
  const { id } = await store.transact((transaction) => transaction.ensureRegistry('000000000000', 'us-east-1', 1))
  const { connection } = await database.writer(async () => {})
  connection.execute(`pragma max_page_count = ${Number(connection.value('pragma page_count')) + 10}`)
  const swallowing = store.transact(async (transaction) => {
    await transaction.putAccountSetting(id, 'a', 'x'.repeat(1_000_000)).catch(() => {})
    await transaction.putAccountSetting(id, 'b', 'y').catch(() => {})
  })
  await expect(swallowing).rejects.toMatchObject({ reason: 'storage-full' })
  expect(await store.getAccountSettings(id)).toEqual({})
  await store.close()
})

test('once a sync has failed, everything is refused: what the disk holds is unknown', async () => {
  const store = await openSqliteMetadataStore({ path })
  await store.transact((transaction) => transaction.ensureRegistry('000000000000', 'us-east-1', 1))
  await rename(`${path}-wal`, `${path}-elsewhere`)
  await Bun.write(`${path}-wal`, '')
  const unavailable = { reason: 'storage-unavailable' }
  await expect(store.probe()).rejects.toMatchObject(unavailable)
  await rename(`${path}-elsewhere`, `${path}-wal`)
  await expect(store.probe()).rejects.toMatchObject(unavailable)
  await expect(store.findRegistry('000000000000', 'us-east-1')).rejects.toMatchObject(unavailable)
  await store.close()
})

test('syncs that are asked for while one runs share the next one', async () => {
  await Bun.write(path, 'log')
  const sync = new WalSync(path)
  await Promise.all(Array.from({ length: 100 }, () => sync.sync()))
  await sync.sync()
  await rm(path)
  await expect(sync.sync()).rejects.toMatchObject({ reason: 'storage-unavailable' })
  await expect(Promise.all([sync.sync(), sync.sync()])).rejects.toMatchObject({ reason: 'storage-unavailable' })
  sync.close()
})

test('a connection that met an I/O fault is replaced, and what was committed is still there', async () => {
  const database = new SqliteDatabase(path, true)
  const store = sqliteMetadataStore(database)
  const registry = await store.transact((transaction) => transaction.ensureRegistry('000000000000', 'us-east-1', 1))
  const { connection } = await database.writer(async () => {})
  // SQLite itself answers SQLITE_READONLY, as it does on a disk that was remounted read-only.
  connection.execute('pragma query_only = on')
  await expect(store.probe()).rejects.toMatchObject({ reason: 'storage-unavailable' })
  await store.probe()
  expect(await store.findRegistry('000000000000', 'us-east-1')).toEqual(registry)
  await store.close()
})

test('many commits are moved into the database while it is in use', async () => {
  const store = await openSqliteMetadataStore({ path })
  const { id } = await store.transact((transaction) => transaction.ensureRegistry('000000000000', 'us-east-1', 1))
  const sizeBefore = Bun.file(path).size
  const deadlineMs = performance.now() + 10_000
  for (let round = 0; Bun.file(path).size <= sizeBefore && performance.now() < deadlineMs; round++) {
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        store.transact((transaction) => transaction.putAccountSetting(id, `${round}-${index}`, 'x'.repeat(200))),
      ),
    )
  }
  expect(Bun.file(path).size).toBeGreaterThan(sizeBefore)
  await store.close()
  expect(await readdir(folder)).toEqual(['metadata.db'])
})
