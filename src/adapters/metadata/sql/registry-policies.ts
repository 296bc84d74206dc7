import type { RegistryChanges, RegistryReads } from '../../../ports/metadata/registries.ts'
import type { SqlConnection } from './connection.ts'
import { type ChangedAccounts, countChange } from './identity-epochs.ts'
import { type Parts, statement } from './statement.ts'

type Key = { registryId: number }

const readPolicy = statement(({ db, p }: Parts<Key>) =>
  db
    .selectFrom('registries')
    .select(['account_id as accountId', 'policy_text as text', 'policy_revision as revision'])
    .where('id', '=', p.registryId),
)

const putPolicy = statement(({ db, p }: Parts<Key & { text: string }>) =>
  db
    .updateTable('registries')
    .set((eb) => ({
      policy_text: p.text,
      policy_revision: eb('policy_revisions_made', '+', 1),
      policy_revisions_made: eb('policy_revisions_made', '+', 1),
    }))
    .where('id', '=', p.registryId),
)

const deletePolicy = statement(({ db, p }: Parts<Key>) =>
  db.updateTable('registries').set({ policy_text: null, policy_revision: null }).where('id', '=', p.registryId),
)

export function registryPolicyReads(connection: SqlConnection): Pick<RegistryReads, 'readRegistryPolicy'> {
  return {
    async readRegistryPolicy(registryId) {
      const row = await connection.first(readPolicy, { registryId })
      if (row === undefined || row.text === null || row.revision === null) return undefined
      return { text: row.text, revision: row.revision }
    },
  }
}

export function registryPolicyWrites(
  connection: SqlConnection,
  changed: ChangedAccounts,
): Pick<RegistryChanges, 'putRegistryPolicy' | 'deleteRegistryPolicy'> {
  return {
    async putRegistryPolicy(registryId, text) {
      const row = await connection.first(readPolicy, { registryId })
      if (row === undefined) return
      await countChange(connection, changed, row.accountId)
      await connection.run(putPolicy, { registryId, text })
    },
    async deleteRegistryPolicy(registryId) {
      const row = await connection.first(readPolicy, { registryId })
      if (row === undefined || row.revision === null) return
      await countChange(connection, changed, row.accountId)
      await connection.run(deletePolicy, { registryId })
    },
  }
}
