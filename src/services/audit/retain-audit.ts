import type { CheckpointBound } from '../../ports/metadata/audit.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import { nextTurn } from '../next-turn.ts'

interface RetainServices {
  readonly metadata: MetadataStore
}

/** A few milliseconds of SQLite's one thread. */
const BATCH = 100

export interface RetainReport {
  readonly deleted: number
  /** The first record that is left, which follows on a checkpoint; undefined when nothing could go. */
  readonly from: number | undefined
}

/**
 * Deletes the records of an account before record `sequence`, as far as there is a checkpoint that the rest can be
 * verified from: up to the newest one before it. Killed anywhere, it has deleted the first ones, and the next run goes on.
 *
 * @throws {Refusal} as `MetadataStore.transact`
 */
export async function deleteAuditBefore(
  services: RetainServices,
  accountId: string,
  sequence: number,
): Promise<RetainReport> {
  return await deleteThroughCheckpoint(services, accountId, { sequence: sequence - 1 })
}

/** The same for records older than `atMs`: those that a checkpoint of that time or before vouches for. */
export async function deleteAuditOlderThan(
  services: RetainServices,
  accountId: string,
  atMs: number,
): Promise<RetainReport> {
  return await deleteThroughCheckpoint(services, accountId, { atMs })
}

async function deleteThroughCheckpoint(
  { metadata }: RetainServices,
  accountId: string,
  bound: CheckpointBound,
): Promise<RetainReport> {
  const checkpoint = await metadata.findAuditCheckpoint(accountId, bound)
  if (checkpoint === undefined) return { deleted: 0, from: undefined }
  const { sequence } = checkpoint.checkpoint
  let deleted = 0
  for (let batch = BATCH; batch === BATCH; await nextTurn()) {
    batch = await metadata.transact((transaction) => transaction.deleteAuditThrough(accountId, sequence, BATCH))
    deleted += batch
  }
  // After the records, as whatever is left of them begins after one of these.
  await metadata.transact((transaction) => transaction.deleteAuditCheckpointsBefore(accountId, sequence))
  return { deleted, from: sequence + 1 }
}
