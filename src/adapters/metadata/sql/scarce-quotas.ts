/** Asks for the transaction to be run again from the start: it has to take its locks in another order. */
export class RunAgain extends Error {
  override readonly name = 'RunAgain'
}

/**
 * Quotas of which a transaction has found no share with enough in it. It may have locked shares on its way, in whatever
 * order it came by them, so before it waits for all of them it has to let go of those.
 */
export interface ScarceQuotas {
  /** Whether to lock all shares at once, in order. */
  mustGather(quota: string): boolean
  /** To be called before shares are gathered. @throws {RunAgain} where others may be waiting for what is locked */
  found(quota: string): void
}

/** Where one transaction runs at a time, nobody waits. */
export const NOBODY_WAITS: ScarceQuotas = { mustGather: () => false, found: () => {} }

/** Of all runs of one transaction. */
export function scarceQuotas(): ScarceQuotas {
  const gathered = new Set<string>()
  return {
    mustGather: (quota) => gathered.has(quota),
    found(quota) {
      if (gathered.has(quota)) return
      gathered.add(quota)
      throw new RunAgain(`the quota ${quota} is scarce`)
    },
  }
}
