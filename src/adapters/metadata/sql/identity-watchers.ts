import type { ChangedAccounts } from './identity-epochs.ts'

type Listener = (accountIds: readonly string[]) => void

/** Who wants to know at once when identities have changed. */
export class IdentityWatchers {
  readonly #listeners: Listener[] = []

  watch(listener: Listener): void {
    this.#listeners.push(listener)
  }

  /** To be called when what a transaction has changed can just be seen by others. */
  tell(changed: ChangedAccounts): void {
    if (changed.size === 0) return
    const accountIds = [...changed]
    for (const listener of this.#listeners) listener(accountIds)
  }
}
