import type { Page } from './page.ts'

/** Who owns registries, users and roles: 12 digits. Every account has one registry, in the installation's region. */
export interface Account {
  readonly accountId: string
  /** For people; empty when nobody gave one. */
  readonly name: string
  /** A disabled account's credentials are not good, and nobody of another account gets in either. Nothing is lost. */
  readonly state: 'enabled' | 'disabled'
  /** Unix time in milliseconds. */
  readonly createdAtMs: number
}

/** How often an account's identities have changed, so that whoever remembers them knows when to look again. */
export interface IdentityEpoch {
  /** Empty for what counts for every account. */
  readonly accountId: string
  /** Goes up with every change; the same number means that nothing has changed. */
  readonly epoch: number
}

export interface AccountReads {
  findAccount(accountId: string): Promise<Account | undefined>
  /** By account id. */
  listAccounts(page: Page): Promise<Account[]>
  /** Of every account, in one query: an installation has few, and this is asked several times a second. */
  listIdentityEpochs(): Promise<IdentityEpoch[]>
}

export interface AccountChanges {
  /** Counts as a change of the account's identities. @returns undefined when the account exists; nothing was changed then */
  insertAccount(account: Account): Promise<Account | undefined>
  /** Also counts as a change of the account's identities. What is not there is passed over. */
  updateAccount(accountId: string, change: Partial<Pick<Account, 'name' | 'state'>>): Promise<void>
}
