import { afterAll, expect, test } from 'bun:test'
import { openPostgresMetadataStore } from '../../src/adapters/metadata/postgres/open-postgres-metadata-store.ts'
import { POSTGRES_TYPES } from '../../src/adapters/metadata/postgres/postgres-dialect.ts'
import { digest, makeRepository, manifest, push, tag } from './metadata-store-fixture.ts'
import { expectMigrated, versionOne } from './metadata-store-migration.ts'
import { findPostgres, startPostgres } from './postgres-server.ts'

const NOT_FOUND = 'skipped: PostgreSQL not found (its faults)'

const binaries = await findPostgres()
if (binaries === undefined) {
  console.log(NOT_FOUND)
  test.skip(NOT_FOUND, () => {})
} else {
  const server = await startPostgres(binaries)
  afterAll(() => server.stop())
  const empty = () => server.sql('drop schema public cascade; create schema public')
  const open = () => openPostgresMetadataStore({ url: server.url })

  test('processes that open an empty database at once all find it made', async () => {
    await empty()
    const stores = await Promise.all([open(), open(), open(), open()])
    for (const store of stores) await store.probe()
    await Promise.all(stores.map((store) => store.close()))
  })

  test('a database of version 1 is brought up to date, by one of those who open it at once', async () => {
    await empty()
    await server.sql(versionOne(POSTGRES_TYPES, 'postgres').join(';\n'))
    const stores = await Promise.all([open(), open()])
    for (const store of stores) await store.probe()
    const [store] = stores
    await expectMigrated(store)
    await Promise.all(stores.map((each) => each.close()))
  })

  test('a database of a newer release is refused with what to do', async () => {
    await empty()
    await (await open()).close()
    await server.sql('update schema_version set version = 1000')
    await expect(open()).rejects.toThrow('schema version 1000, made by a newer release')
  })

  test('transactions that wait for each other in a ring are run again until both have passed', async () => {
    await empty()
    const store = await open()
    const { id } = await makeRepository(store)
    await push(store, id, manifest('a'))
    await push(store, id, manifest('b'))
    let runs = 0
    const holdsFirst = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const
    const inOrder = (own: 0 | 1, first: string, second: string) =>
      store.transact(async (transaction) => {
        runs++
        await transaction.lockTag(id, tag(first))
        // Each has its first tag before either asks for its second; whoever is run again finds both promises kept.
        holdsFirst[own].resolve()
        await holdsFirst[own === 0 ? 1 : 0].promise
        await transaction.putTag(id, tag(first), digest('a'), { atMs: 5 })
        await transaction.lockTag(id, tag(second))
        await transaction.putTag(id, tag(second), digest('a'), { atMs: 5 })
      })
    await Promise.all([inOrder(0, 'v1', 'v2'), inOrder(1, 'v2', 'v1')])
    expect(runs).toBeGreaterThan(2)
    expect(await store.listTags(id, { limit: 10 })).toHaveLength(2)
    await store.close()
  })

  test('a database error that work lets go by still fails the transaction', async () => {
    await empty()
    const store = await open()
    const { id } = await makeRepository(store)
    const swallowing = store.transact(async (transaction) => {
      await transaction.putManifest(id, manifest('m'))
      // PostgreSQL has no text with a zero byte in it.
      await transaction.countUploads('zero\0byte').catch(() => {})
    })
    await expect(swallowing).rejects.toThrow()
    expect(await store.readManifest(id, digest('m'))).toBeUndefined()
    await store.close()
  })

  test('a server that goes away is refused with storage-unavailable, and used again when it is back', async () => {
    await empty()
    const store = await open()
    const { id } = await makeRepository(store)
    await push(store, id, manifest('m'), 'v1')
    const { promise: crashed, resolve } = Promise.withResolvers<void>()
    const { promise: began, resolve: begin } = Promise.withResolvers<void>()
    const cut = store
      .transact(async (transaction) => {
        await transaction.putManifest(id, manifest('cut'))
        begin()
        await crashed
        await transaction.putTag(id, tag('cut'), digest('cut'), { atMs: 5 })
      })
      .catch((error) => error)
    await began
    await server.crash()
    resolve()
    expect(await cut).toMatchObject({ reason: 'storage-unavailable' })
    await expect(store.listTags(id, { limit: 10 })).rejects.toMatchObject({ reason: 'storage-unavailable' })
    await expect(store.probe()).rejects.toMatchObject({ reason: 'storage-unavailable' })
    await expect(open()).rejects.toMatchObject({ reason: 'storage-unavailable' })
    await server.restart()
    await store.probe()
    expect(await store.readManifest(id, digest('cut'))).toBeUndefined()
    expect(await store.listTags(id, { limit: 10 })).toEqual([tag('v1')])
    await store.close()
  }, 30_000)
}
