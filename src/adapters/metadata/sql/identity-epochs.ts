import type { SqlConnection } from './connection.ts'
import { type Parts, statement } from './statement.ts'

/** The accounts of which a transaction has changed identities, for those who are told when it commits. */
export type ChangedAccounts = Set<string>

/** In the place of an account: what has changed counts for everybody. */
export const EVERY_ACCOUNT = ''

/** On PostgreSQL the row stays locked until the transaction ends, whether it was there or not. */
const countUp = statement(({ db, p }: Parts<{ accountId: string }>) =>
  db
    .insertInto('identity_epochs')
    .values({ account_id: p.accountId, epoch: 1 })
    .onConflict((conflict) =>
      conflict.column('account_id').doUpdateSet((eb) => ({ epoch: eb('identity_epochs.epoch', '+', 1) })),
    ),
)

/** Locks the account's identities and counts a change of them: once in a transaction, as others see it at once. */
export async function countChange(
  connection: SqlConnection,
  changed: ChangedAccounts,
  accountId: string,
): Promise<void> {
  if (changed.has(accountId)) return
  await connection.run(countUp, { accountId })
  changed.add(accountId)
}
