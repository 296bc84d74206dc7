import { Refusal } from '../../core/refusal.ts'
import type { Ids } from '../../ports/ids.ts'
import type { Account } from '../../ports/metadata/accounts.ts'
import type { Caller, Services } from '../context.ts'
import { makeRootKey, type NewRootKey, requireOperator } from './root-keys.ts'

export interface NewAccount {
  readonly account: Account
  readonly rootKey: NewRootKey
}

/**
 * An account with its registry and a root key.
 *
 * @param asked.accountId 12 digits; undefined for some that are free
 * @throws {Refusal} `entity-exists`; `denied` to whoever would get beyond their own
 */
export async function createAccount(
  services: Services,
  caller: Caller,
  asked: { readonly accountId: string | undefined; readonly name: string },
): Promise<NewAccount> {
  const { metadata, clock, ids, defaultRegistry } = services
  const accountId = asked.accountId ?? makeAccountId(ids)
  const account: Account = { accountId, name: asked.name, state: 'enabled', createdAtMs: clock.nowMs() }
  return await metadata.transact(async (transaction) => {
    await requireOperator(transaction, caller, { action: 'lading:CreateAccount', accountId })
    const changes = await transaction.changeIdentities(accountId)
    if ((await transaction.insertAccount(account)) === undefined) {
      throw new Refusal('entity-exists', `There is an account ${accountId} already.`)
    }
    await transaction.ensureRegistry(accountId, defaultRegistry.region, account.createdAtMs)
    const { key, record } = makeRootKey(services, accountId)
    if (!(await changes.insert(record))) throw new Error(`an access key has the id ${record.id} already`)
    return { account, rootKey: key }
  })
}

/** 12 digits of which the first is none: of 900 thousand million, so that nobody has to ask which are free. */
function makeAccountId(ids: Ids): string {
  const random = BigInt(`0x${ids.uuid().replaceAll('-', '').slice(16)}`)
  return String(100_000_000_000n + (random % 900_000_000_000n))
}
