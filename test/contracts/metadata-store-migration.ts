import { expect } from 'bun:test'
import type { ColumnTypes } from '../../src/adapters/metadata/sql/migration.ts'
import { createTables } from '../../src/adapters/metadata/sql/migration-1.ts'
import { parseRepositoryName } from '../../src/core/repository-name.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'

const ACCOUNT = '123456789012'

/** What makes a database of version 1, with two registries of an account and a repository with a template's policy. */
export function versionOne(types: ColumnTypes, engine: 'sqlite' | 'postgres'): string[] {
  const repository = (name: string, policy: string) =>
    `insert into repositories (registry_id, name, created_at_ms, encryption_type, policy_text, is_purging)
      select id, '${name}', 9, 'AES256', ${policy}, 0 from registries where region = 'us-east-1'`
  return [
    `create table schema_version (version ${types.integer} not null, probes ${types.integer} not null)`,
    'insert into schema_version values (1, 0)',
    ...createTables.statements(types, engine),
    ...[7, 5].map(
      (atMs) => `insert into registries (account_id, region, created_at_ms)
        values ('${ACCOUNT}', '${atMs === 7 ? 'us-east-1' : 'eu-west-1'}', ${atMs})`,
    ),
    repository('with/policy', `'{ "a": 1 }'`),
    repository('without/policy', 'null'),
    ...images(),
  ]
}

/** Two that share a blob, one that was deleted; of the blobs one is hidden and one no manifest's. */
function images(): string[] {
  const of = `from repositories where name = 'with/policy'`
  const manifest = (digest: string, sizeBytes: number, deletedAtMs: string) =>
    `insert into manifests (repository_id, digest, media_type, size_bytes, image_size_bytes, pushed_at_ms,
      deleted_at_ms, tag_count) select id, '${digest}', 'm', ${sizeBytes}, 0, 5, ${deletedAtMs}, 0 ${of}`
  const edge = (from: string, blob: string) => `insert into manifest_blobs select id, '${from}', '${blob}' ${of}`
  const blob = (digest: string, sizeBytes: number, hidden: number) => [
    `insert into blobs (digest, size_bytes, location, state, lease_until_ms)
      values ('${digest}', ${sizeBytes}, '${digest}', 'live', 0)`,
    `insert into repository_blobs (repository_id, digest, hidden) select id, '${digest}', ${hidden} ${of}`,
  ]
  return [
    manifest('one', 1, 'null'),
    manifest('two', 2, 'null'),
    manifest('deleted', 4, '7'),
    ...[
      ['one', 'shared'],
      ['two', 'shared'],
      ['two', 'second'],
      ['deleted', 'gone'],
      ['deleted', 'second'],
    ].map(([from = '', to = '']) => edge(from, to)),
    ...blob('shared', 10, 0),
    ...blob('second', 20, 0),
    ...blob('gone', 40, 1),
    ...blob('loose', 80, 0),
  ]
}

/** What the newest release makes of it. */
export async function expectMigrated(store: MetadataStore): Promise<void> {
  const account = { accountId: ACCOUNT, name: '', state: 'enabled' as const, createdAtMs: 5 }
  expect(await store.listAccounts({ limit: 10 })).toEqual([account])
  expect(await store.listIdentityEpochs()).toEqual([{ accountId: ACCOUNT, epoch: 1 }])
  const registry = await store.findRegistry(ACCOUNT, 'us-east-1')
  if (registry === undefined) throw new Error('the registry is gone')
  const find = async (name: string) => await store.findRepository(registry.id, parseRepositoryName(name))
  const [withPolicy, without] = [await find('with/policy'), await find('without/policy')]
  if (withPolicy === undefined || without === undefined) throw new Error('a repository is gone')
  expect(withPolicy.policyRevision).toBe(1)
  expect(await store.readRepositoryPolicy(withPolicy.id)).toBe('{ "a": 1 }')
  expect(without.policyRevision).toBeUndefined()
  expect(await store.repositoryUsage(withPolicy.id)).toEqual({ images: 2, bytes: 33 })
  expect(await store.repositoryUsage(without.id)).toEqual({ images: 0, bytes: 0 })
  for (const { id } of [withPolicy, without]) {
    await store.transact((transaction) => transaction.putRepositoryPolicy(id, '{}'))
  }
  expect((await find('with/policy'))?.policyRevision).toBe(2)
  expect((await find('without/policy'))?.policyRevision).toBe(1)
  await store.transact((transaction) => transaction.putRegistryPolicy(registry.id, '{}'))
  expect(await store.readRegistryPolicy(registry.id)).toEqual({ text: '{}', revision: 1 })
}
