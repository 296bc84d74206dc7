import { afterAll, test } from 'bun:test'
import { openPostgresMetadataStore } from '../../src/adapters/metadata/postgres/open-postgres-metadata-store.ts'
import { describeMetadataStore } from './metadata-store.ts'
import { findPostgres, startPostgres } from './postgres-server.ts'

const NOT_FOUND = 'skipped: PostgreSQL not found'

const binaries = await findPostgres()
if (binaries === undefined) {
  console.log(NOT_FOUND)
  test.skip(NOT_FOUND, () => {})
} else {
  const server = await startPostgres(binaries)
  afterAll(() => server.stop())
  describeMetadataStore('PostgreSQL', async () => {
    await server.sql('drop schema public cascade; create schema public')
    const store = await openPostgresMetadataStore({ url: server.url })
    return {
      store,
      openAnother: () => openPostgresMetadataStore({ url: server.url }),
      close: () => store.close(),
    }
  })
}
