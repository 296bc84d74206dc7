import type { ChangedAccounts } from './identity-epochs.ts'

/** What others are told of a transaction when it has taken effect. */
export interface TransactionNotes {
  /** The accounts of which it changed identities. */
  readonly accounts: ChangedAccounts
  /** Whether it recorded an event. */
  hasEvents: boolean
}

export function noNotes(): TransactionNotes {
  return { accounts: new Set(), hasEvents: false }
}
