import type { SettingName } from '../../../core/settings/settings.ts'
import type { PolicyReach, SettingChanges } from '../../../ports/metadata/settings.ts'
import type { SqlConnection } from './connection.ts'
import { type ChangedAccounts, countChange, EVERY_ACCOUNT } from './identity-epochs.ts'
import { type ScopeKey, scopeKey } from './setting-row.ts'
import { type Parts, statement } from './statement.ts'

type Said = { name: SettingName; value: string; changedAtMs: number; changedBy: string }

const holdSettings = statement(({ db, dialect }: Parts<Record<never, never>>) =>
  db.selectNoFrom(dialect.settingsLock().as('held')),
)

const putOfScope = statement(({ db, p }: Parts<{ registryId: number; path: string; locked: number } & Said>) =>
  db
    .insertInto('scope_settings')
    .values({
      registry_id: p.registryId,
      path: p.path,
      name: p.name,
      value: p.value,
      locked: p.locked,
      changed_at_ms: p.changedAtMs,
      changed_by: p.changedBy,
    })
    .onConflict((conflict) =>
      conflict.columns(['registry_id', 'path', 'name']).doUpdateSet((eb) => ({
        value: eb.ref('excluded.value'),
        locked: eb.ref('excluded.locked'),
        changed_at_ms: eb.ref('excluded.changed_at_ms'),
        changed_by: eb.ref('excluded.changed_by'),
      })),
    ),
)

const deleteOfScope = statement(({ db, p }: Parts<{ registryId: number; path: string; name: SettingName }>) =>
  db
    .deleteFrom('scope_settings')
    .where('registry_id', '=', p.registryId)
    .where('path', '=', p.path)
    .where('name', '=', p.name),
)

const putOfRepository = statement(({ db, p }: Parts<{ repositoryId: number } & Said>) =>
  db
    .insertInto('repository_settings')
    .values({
      repository_id: p.repositoryId,
      name: p.name,
      value: p.value,
      changed_at_ms: p.changedAtMs,
      changed_by: p.changedBy,
    })
    .onConflict((conflict) =>
      conflict.columns(['repository_id', 'name']).doUpdateSet((eb) => ({
        value: eb.ref('excluded.value'),
        changed_at_ms: eb.ref('excluded.changed_at_ms'),
        changed_by: eb.ref('excluded.changed_by'),
      })),
    ),
)

const deleteOfRepository = statement(({ db, p }: Parts<{ repositoryId: number; name: SettingName }>) =>
  db.deleteFrom('repository_settings').where('repository_id', '=', p.repositoryId).where('name', '=', p.name),
)

export function settingWrites(connection: SqlConnection, changed: ChangedAccounts): SettingChanges {
  return {
    async lockSettings(reach) {
      if (reach !== undefined) await countChange(connection, changed, accountOf(reach))
      await connection.all(holdSettings, {})
    },
    async putScopeSetting(registryId, scope, { name, value, locked, changedAtMs, changedBy }) {
      const said = { name, value: JSON.stringify(value), locked: locked ? 1 : 0, changedAtMs, changedBy }
      await connection.run(putOfScope, { ...keyOf(scopeKey(registryId, scope)), ...said })
    },
    deleteScopeSetting: async (registryId, scope, name) =>
      (await connection.run(deleteOfScope, { ...keyOf(scopeKey(registryId, scope)), name })) > 0,
    async putRepositorySetting(repositoryId, { name, value, changedAtMs, changedBy }) {
      const said = { name, value: JSON.stringify(value), changedAtMs, changedBy }
      await connection.run(putOfRepository, { repositoryId, ...said })
    },
    deleteRepositorySetting: async (repositoryId, name) =>
      (await connection.run(deleteOfRepository, { repositoryId, name })) > 0,
  }
}

function accountOf(reach: PolicyReach): string {
  return reach === 'everybody' ? EVERY_ACCOUNT : reach.accountId
}

/** A statement's values are of a type without an interface. */
function keyOf({ registryId, path }: ScopeKey): { registryId: number; path: string } {
  return { registryId, path }
}
