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
  for (const { id } of [withPolicy, without]) {
    await store.transact((transaction) => transaction.putRepositoryPolicy(id, '{}'))
  }
  expect((await find('with/policy'))?.policyRevision).toBe(2)
  expect((await find('without/policy'))?.policyRevision).toBe(1)
  await store.transact((transaction) => transaction.putRegistryPolicy(registry.id, '{}'))
  expect(await store.readRegistryPolicy(registry.id)).toEqual({ text: '{}', revision: 1 })
}
