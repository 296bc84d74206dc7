import { sql } from 'kysely'
import type { Account, AccountChanges, AccountReads } from '../../../ports/metadata/accounts.ts'
import type { SqlConnection } from './connection.ts'
import { type ChangedAccounts, countChange } from './identity-epochs.ts'
import { type Parts, statement } from './statement.ts'

const COLUMNS = ['account_id as accountId', 'name', 'state', 'created_at_ms as createdAtMs'] as const

const findAccount = statement(({ db, p }: Parts<{ accountId: string }>) =>
  db.selectFrom('accounts').select(COLUMNS).where('account_id', '=', p.accountId),
)

const listAccounts = statement(({ db, p }: Parts<{ after: string; limit: number }>) =>
  db.selectFrom('accounts').select(COLUMNS).where('account_id', '>', p.after).orderBy('account_id').limit(p.limit),
)

const listEpochs = statement(({ db }: Parts<Record<never, never>>) =>
  db.selectFrom('identity_epochs').select(['account_id as accountId', 'epoch']),
)

const insertRow = statement(({ db, p }: Parts<{ [Key in keyof Account]: Account[Key] }>) =>
  db
    .insertInto('accounts')
    .values({ account_id: p.accountId, name: p.name, state: p.state, created_at_ms: p.createdAtMs })
    .onConflict((conflict) => conflict.doNothing()),
)

type Change = { accountId: string; name: string | null; state: Account['state'] | null }

const updateRow = statement(({ db, p }: Parts<Change>) =>
  db
    .updateTable('accounts')
    .set({
      name: sql<string>`coalesce(${p.name}, name)`,
      state: sql<Account['state']>`coalesce(${p.state}, state)`,
    })
    .where('account_id', '=', p.accountId),
)

export function accountReads(connection: SqlConnection): AccountReads {
  return {
    findAccount: (accountId) => connection.first(findAccount, { accountId }),
    listAccounts: ({ after, limit }) => connection.all(listAccounts, { after: after ?? '', limit }),
    listIdentityEpochs: () => connection.all(listEpochs, {}),
  }
}

export function accountWrites(connection: SqlConnection, changed: ChangedAccounts): AccountChanges {
  return {
    insertAccount: (account) => insertAccount(connection, changed, account),
    async updateAccount(accountId, { name = null, state = null }) {
      // Accounts are never deleted: what is there now is there when it is changed.
      if ((await connection.first(findAccount, { accountId })) === undefined) return
      await countChange(connection, changed, accountId)
      await connection.run(updateRow, { accountId, name, state })
    },
  }
}

export async function insertAccount(
  connection: SqlConnection,
  changed: ChangedAccounts,
  account: Account,
): Promise<Account | undefined> {
  if ((await connection.run(insertRow, { ...account })) === 0) return undefined
  // Somebody may remember that there was none.
  await countChange(connection, changed, account.accountId)
  return account
}
