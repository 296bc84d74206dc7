import { Refusal } from '../../core/refusal.ts'
import type { Account } from '../../ports/metadata/accounts.ts'
import type { Caller, Services } from '../context.ts'
import { getAccount } from './get-account.ts'
import { requireOperator } from './root-keys.ts'

/**
 * An account that is enabled again has its credentials again, so it is for those who may make credentials.
 *
 * @returns the account as it is now
 * @throws {Refusal} `entity-unknown`; `entity-unmodifiable` when the default account would be disabled; `denied` to
 *   whoever would get beyond their own
 */
export async function updateAccount(
  services: Services,
  caller: Caller,
  { accountId, change }: { readonly accountId: string; readonly change: Partial<Pick<Account, 'name' | 'state'>> },
): Promise<Account> {
  if (change.state === 'disabled' && accountId === services.defaultRegistry.accountId) {
    throw new Refusal('entity-unmodifiable', `Account ${accountId} operates all others, so it cannot be disabled.`)
  }
  return await services.metadata.transact(async (transaction) => {
    if (change.state === 'enabled')
      await requireOperator(transaction, caller, { action: 'lading:UpdateAccount', accountId })
    await getAccount(transaction, accountId)
    await transaction.updateAccount(accountId, change)
    return await getAccount(transaction, accountId)
  })
}
