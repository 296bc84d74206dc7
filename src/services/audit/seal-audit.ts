import { type ChainHead, chainStart, nextHead } from '../../core/audit/chain.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import { nextTurn } from '../next-turn.ts'

export interface SealReport {
  readonly sealed: number
}

/** A few milliseconds of SQLite's one thread. */
const BATCH = 100

/**
 * Gives every record that has no place in its account's chain the next one there, a batch at a time, the accounts by
 * turns. Killed anywhere, it has sealed whole batches, and the next round goes on; rounds of several processes at once
 * take turns at each chain.
 *
 * @throws {Refusal} as `MetadataStore.transact`
 */
export async function sealAudit(
  { metadata }: { readonly metadata: MetadataStore },
  signal?: AbortSignal,
): Promise<SealReport> {
  let sealed = 0
  let account = await metadata.findAccountToSeal()
  while (account !== undefined && signal?.aborted !== true) {
    sealed += await sealBatch(metadata, account)
    await nextTurn()
    account = (await metadata.findAccountToSeal(account)) ?? (await metadata.findAccountToSeal())
  }
  return { sealed }
}

async function sealBatch(metadata: MetadataStore, accountId: string): Promise<number> {
  return await metadata.transact(async (transaction) => {
    let head: ChainHead = (await transaction.lockAuditChain(accountId)) ?? chainStart(accountId)
    const sealed: (ChainHead & { readonly id: number })[] = []
    for (const { id, body } of await transaction.listUnsealedAudit(accountId, BATCH)) {
      head = nextHead(head, body)
      sealed.push({ id, ...head })
    }
    await transaction.sealAudit(accountId, sealed)
    return sealed.length
  })
}
