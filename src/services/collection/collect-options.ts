import { type BrakeLimits, DEFAULT_BRAKE } from '../../core/collection/judge-plan.ts'
import { CollectionMemory } from './collection-memory.ts'
import type { CollectionReport } from './collection-report.ts'

export interface CollectOptions {
  /** What one run has to tell the next; the same object for every run of a process. */
  readonly memory: CollectionMemory
  readonly brake: BrakeLimits
  /** Candidates per transaction: what foreground work may have to wait for. */
  readonly batch: number
  /** The same while there are no requests: a transaction costs a sync, and of those a disk gives only so many. */
  readonly quietBatch: number
  /** Rows per transaction, when a deleted repository is purged. */
  readonly purgeRows: number
  /** The share of the time in which the collector works; it rests for the rest of it, so that requests hardly notice. */
  readonly busyShare: number
  /** Whether there are no requests just now; then it works all the time. */
  readonly isQuiet: () => boolean
  /** How long events are kept. */
  readonly eventRetentionMs: number
  /** Carries out an implausible run too: an operator has looked at it. */
  readonly force: boolean
  readonly observer: CollectionObserver
}

/** What logs and metrics want to know. */
export interface CollectionObserver {
  /** After every run, whatever its outcome. */
  collected(report: CollectionReport): void
  /** One candidate or removal could not be dealt with; it is tried again later, and the others go on. */
  failed(what: { readonly kind: string; readonly name: string; readonly error: unknown }): void
}

const NOBODY: CollectionObserver = { collected() {}, failed() {} }

/** Everything by default; every call has a memory of its own. */
export function defaultCollectOptions(): CollectOptions {
  return {
    memory: new CollectionMemory(),
    brake: DEFAULT_BRAKE,
    batch: 4,
    quietBatch: 32,
    purgeRows: 200,
    busyShare: 0.05,
    isQuiet: () => false,
    eventRetentionMs: 90 * 24 * 3_600_000,
    force: false,
    observer: NOBODY,
  }
}
