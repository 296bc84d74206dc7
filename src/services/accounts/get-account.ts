import { Refusal } from '../../core/refusal.ts'
import type { Account, AccountReads } from '../../ports/metadata/accounts.ts'

/** @throws {Refusal} `entity-unknown` */
export async function getAccount(reader: AccountReads, accountId: string): Promise<Account> {
  const account = await reader.findAccount(accountId)
  if (account === undefined) throw new Refusal('entity-unknown', `There is no account ${accountId}.`)
  return account
}
