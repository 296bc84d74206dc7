import { openSqliteMetadataStore } from '../../src/adapters/metadata/sqlite/open-sqlite-metadata-store.ts'
import { describeMetadataStore } from './metadata-store.ts'

describeMetadataStore('SQLite', async () => {
  const store = await openSqliteMetadataStore({ path: ':memory:' })
  return { store, openAnother: undefined, close: () => store.close() }
})
