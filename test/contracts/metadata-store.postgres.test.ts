import { afterAll, test } from 'bun:test'
import { openPostgresMetadataStore } from '../../src/adapters/metadata/postgres/open-postgres-metadata-store.ts'
import { describeMetadataStore } from './metadata-store.ts'
import { findPostgres, startPostgres } from './postgres-server.ts'

/** Everything as the migrations left it, which takes them a hundred times as long. */
const EMPTY_ALL = `do $$
declare name text;
begin
  for name in select tablename from pg_tables where schemaname = 'public' and tablename <> 'schema_version' loop
    if name <> 'event_heads' then execute format('delete from %I', name); end if;
  end loop;
  update event_heads set sequence = 0;
  for name in select sequencename from pg_sequences where schemaname = 'public' loop
    execute format('alter sequence %I restart', name);
  end loop;
end $$`

const NOT_FOUND = 'skipped: PostgreSQL not found'

const binaries = await findPostgres()
if (binaries === undefined) {
  console.log(NOT_FOUND)
  test.skip(NOT_FOUND, () => {})
} else {
  const server = await startPostgres(binaries)
  afterAll(() => server.stop())
  const open = () => openPostgresMetadataStore({ url: server.url })
  await (await open()).close()
  describeMetadataStore('PostgreSQL', async () => {
    await server.sql(EMPTY_ALL)
    const store = await open()
    return { store, openAnother: open, close: () => store.close() }
  })
}
