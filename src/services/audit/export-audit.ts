import { type ChainHead, chainStart } from '../../core/audit/chain.ts'
import type { SignedCheckpoint } from '../../core/audit/checkpoint.ts'
import { formatCheckpoint, formatEnd, formatHeader, formatRecord } from '../../core/audit/export-line.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'

interface ExportServices {
  readonly metadata: MetadataStore
}

const BATCH = 100

/**
 * The lines of an account's trail (`core/audit/export-line.ts`), without line feeds: sealed records up to the newest one
 * there is when it begins, with their checkpoints.
 *
 * It begins at or before record `from`, where it can be verified from: at the first record, or after a checkpoint. When
 * those records have been deleted, it begins after the first checkpoint that nothing is missing behind, and the first line
 * says where that is.
 *
 * @throws {Error} when records are deleted or changed while it runs: what has come out is then not a whole export
 */
export async function* exportAudit({ metadata }: ExportServices, accountId: string, from = 1): AsyncGenerator<string> {
  // In this order, so that the chain reaches the checkpoint.
  const newest = await metadata.findAuditCheckpoint(accountId)
  const head = await headOf(metadata, accountId)
  const start = await startOf(metadata, accountId, from)
  const first = start === undefined ? 1 : start.checkpoint.sequence + 1
  yield formatHeader({ account: accountId, from: first, newest })
  if (start !== undefined) yield formatCheckpoint(start)
  yield* chainLines(metadata, { accountId, first, last: head.sequence })
  yield formatEnd(head)
}

async function headOf(metadata: MetadataStore, accountId: string): Promise<ChainHead> {
  const chains = await metadata.listAuditChains()
  return chains.find((chain) => chain.accountId === accountId) ?? chainStart(accountId)
}

/** @returns the checkpoint to begin after; undefined for the beginning of the chain */
async function startOf(
  metadata: MetadataStore,
  accountId: string,
  from: number,
): Promise<SignedCheckpoint | undefined> {
  const [oldest] = await metadata.listSealedAudit(accountId, { limit: 1 })
  const firstKept = oldest?.sequence
  const before = await metadata.findAuditCheckpoint(accountId, { sequence: from - 1 })
  if (before !== undefined && (firstKept === undefined || before.checkpoint.sequence >= firstKept - 1)) return before
  if (firstKept === 1) return undefined
  // Of the newest one, when every record has been deleted; of none, when there have never been any.
  if (firstKept === undefined) return await metadata.findAuditCheckpoint(accountId)
  const [next] = await metadata.listAuditCheckpoints(accountId, { after: firstKept - 2, limit: 1 })
  if (next === undefined) throw new Error(`the trail of ${accountId} begins at ${firstKept} without a checkpoint`)
  return next
}

/** Records `first` to `last` in their order, each checkpoint after its record. */
async function* chainLines(
  metadata: MetadataStore,
  { accountId, first, last }: { accountId: string; first: number; last: number },
): AsyncGenerator<string> {
  const checkpoints = checkpointsAfter(metadata, accountId, first - 1)
  let checkpoint = await checkpoints.next()
  for (let sequence = first; sequence <= last; ) {
    const records = await metadata.listSealedAudit(accountId, { after: sequence - 1, limit: BATCH })
    if (records.length === 0) throw deletedMeanwhile(accountId, sequence)
    for (const record of records) {
      if (sequence > last) return
      if (record.sequence !== sequence) throw deletedMeanwhile(accountId, sequence)
      yield formatRecord(record)
      if (checkpoint.value?.checkpoint.sequence === sequence) {
        yield formatCheckpoint(checkpoint.value)
        checkpoint = await checkpoints.next()
      }
      sequence++
    }
  }
}

async function* checkpointsAfter(
  metadata: MetadataStore,
  accountId: string,
  sequence: number,
): AsyncGenerator<SignedCheckpoint, undefined> {
  for (let after = sequence; ; ) {
    const page = await metadata.listAuditCheckpoints(accountId, { after, limit: BATCH })
    yield* page
    const last = page.at(-1)
    if (last === undefined) return undefined
    after = last.checkpoint.sequence
  }
}

function deletedMeanwhile(accountId: string, sequence: number): Error {
  return new Error(
    `record ${sequence} of the trail of ${accountId} is not there: was it deleted while it was exported?`,
  )
}
