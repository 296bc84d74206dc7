import type { Registry, RegistryChanges, RegistryReads } from '../../../ports/metadata/registries.ts'
import { insertAccount } from './accounts.ts'
import type { SqlConnection } from './connection.ts'
import type { ChangedAccounts } from './identity-epochs.ts'
import { registryPolicyReads, registryPolicyWrites } from './registry-policies.ts'
import { type Parts, statement } from './statement.ts'

const findInstallation = statement(({ db }: Parts<Record<never, never>>) => db.selectFrom('installation').select('id'))

/** The only key there is makes it the only row. */
const insertInstallation = statement(({ db, p }: Parts<{ id: string }>) =>
  db
    .insertInto('installation')
    .values({ only_row: 1, id: p.id })
    .onConflict((conflict) => conflict.doNothing()),
)

const findRegistry = statement(({ db, p }: Parts<{ accountId: string; region: string }>) =>
  db
    .selectFrom('registries')
    .select(['id', 'account_id as accountId', 'region'])
    .where('account_id', '=', p.accountId)
    .where('region', '=', p.region),
)

const listRegistries = statement(({ db }: Parts<Record<never, never>>) =>
  db.selectFrom('registries').select(['id', 'account_id as accountId', 'region']).orderBy('id'),
)

const insertRegistry = statement(({ db, p }: Parts<{ accountId: string; region: string; nowMs: number }>) =>
  db
    .insertInto('registries')
    .values({ account_id: p.accountId, region: p.region, created_at_ms: p.nowMs })
    .onConflict((conflict) => conflict.doNothing()),
)

const listSettings = statement(({ db, p }: Parts<{ registryId: number }>) =>
  db.selectFrom('account_settings').select(['name', 'value']).where('registry_id', '=', p.registryId),
)

const putSetting = statement(({ db, p }: Parts<{ registryId: number; name: string; value: string }>) =>
  db
    .insertInto('account_settings')
    .values({ registry_id: p.registryId, name: p.name, value: p.value })
    .onConflict((conflict) => conflict.columns(['registry_id', 'name']).doUpdateSet({ value: p.value })),
)

export function registryReads(connection: SqlConnection): RegistryReads {
  return {
    ...registryPolicyReads(connection),
    async findInstallation() {
      return (await connection.first(findInstallation, {}))?.id
    },
    findRegistry: (accountId, region) => connection.first(findRegistry, { accountId, region }),
    listRegistries: () => connection.all(listRegistries, {}),
    async getAccountSettings(registryId) {
      const rows = await connection.all(listSettings, { registryId })
      return Object.fromEntries(rows.map(({ name, value }) => [name, value]))
    },
  }
}

export function registryWrites(connection: SqlConnection, changed: ChangedAccounts): RegistryChanges {
  return {
    ...registryPolicyWrites(connection, changed),
    async ensureInstallation(id) {
      await connection.run(insertInstallation, { id })
      return (await connection.first(findInstallation, {}))?.id ?? id
    },
    async ensureRegistry(accountId, region, nowMs) {
      const account = { accountId, name: '', state: 'enabled', createdAtMs: nowMs } as const
      await insertAccount(connection, changed, account)
      await connection.run(insertRegistry, { accountId, region, nowMs })
      const registry: Registry | undefined = await connection.first(findRegistry, { accountId, region })
      if (registry === undefined) throw new Error('a registry that was just inserted is gone')
      return registry
    },
    async putAccountSetting(registryId, name, value) {
      await connection.run(putSetting, { registryId, name, value })
    },
  }
}
