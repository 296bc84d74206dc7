import type { AuditEntry } from '../../core/audit/audit-entry.ts'
import type { ChainHead } from '../../core/audit/chain.ts'
import type { SignedCheckpoint } from '../../core/audit/checkpoint.ts'
import type { Page } from './page.ts'

/** What `LookupEvents` finds entries by. */
export type AuditAttribute =
  | 'accessKeyId'
  | 'eventId'
  | 'eventName'
  | 'eventSource'
  | 'readOnly'
  | 'resourceName'
  | 'resourceType'
  | 'username'

export interface AuditQuery {
  readonly accountId: string
  /** Entries whose attribute is exactly this; `true` or `false` for `readOnly`. All of the account's without one. */
  readonly attribute: { readonly name: AuditAttribute; readonly value: string } | undefined
  /** Both times included. Unix time in milliseconds. */
  readonly fromMs: number
  readonly untilMs: number
}

/** A place in the list of a query: newest first, and of those of one millisecond the latest written. */
export interface AuditPosition {
  readonly atMs: number
  readonly id: number
}

export interface StoredAuditEntry extends AuditEntry {
  /** Where transactions run side by side, one that commits late may show an entry with an id already passed. */
  readonly id: number
}

export interface UnsealedAuditEntry {
  readonly id: number
  readonly body: string
}

/** An entry at its place in the chain. */
export interface SealedAuditEntry extends ChainHead {
  readonly body: string
}

export interface AuditChain extends ChainHead {
  readonly accountId: string
  /** Where the newest checkpoint is; 0 when there is none. */
  readonly checkpointSequence: number
}

export type CheckpointBound =
  | { readonly sequence: number; readonly atMs?: undefined }
  | { readonly sequence?: undefined; readonly atMs: number }

export interface AuditReads {
  /** Newest first. Of what is not sealed yet, only by its event id. @param page what follows `after` */
  lookUpAudit(query: AuditQuery, page: Page<AuditPosition>): Promise<StoredAuditEntry[]>
  /** An account that has entries to be sealed; of several, the first after `after`. */
  findAccountToSeal(after?: string): Promise<string | undefined>
  /** Of every account that has one, by account. */
  listAuditChains(): Promise<AuditChain[]>
  /** By sequence. */
  listSealedAudit(accountId: string, page: Page<number>): Promise<SealedAuditEntry[]>
  /** By sequence. */
  listAuditCheckpoints(accountId: string, page: Page<number>): Promise<SignedCheckpoint[]>
  /** The newest, or the newest that is not after this record, or not of a time after this one. */
  findAuditCheckpoint(accountId: string, bound?: CheckpointBound): Promise<SignedCheckpoint | undefined>
}

/**
 * Entries are written without a place in the chain, so that changes do not wait for each other; a sealer gives them
 * places afterwards (`services/audit/seal-audit.ts`).
 */
export interface AuditChanges {
  /** Entries with an event id that the account has already are passed over: writing the same again is safe. */
  recordAudit(entries: readonly AuditEntry[]): Promise<void>
  /**
   * Keeps everybody else from sealing in this account, and from writing checkpoints, until the transaction ends. Taken
   * with no other lock.
   *
   * @returns where the chain stands; undefined when nothing has been sealed in it
   */
  lockAuditChain(accountId: string): Promise<ChainHead | undefined>
  /** By id. */
  listUnsealedAudit(accountId: string, limit: number): Promise<UnsealedAuditEntry[]>
  /** Gives entries their places, which must follow on the chain's head. Only with the chain locked. */
  sealAudit(accountId: string, sealed: readonly (ChainHead & { readonly id: number })[]): Promise<void>
  /** Only with the chain locked. */
  insertAuditCheckpoint(signed: SignedCheckpoint): Promise<void>
  /**
   * Forgets records up to and including `sequence`, the first ones first, at most `limit` of them. What is not sealed
   * stays. @returns how many
   */
  deleteAuditThrough(accountId: string, sequence: number, limit: number): Promise<number>
  /** Forgets checkpoints before `sequence`. */
  deleteAuditCheckpointsBefore(accountId: string, sequence: number): Promise<void>
}
