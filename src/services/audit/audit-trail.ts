import { type AuditEntry, auditEntry } from '../../core/audit/audit-entry.ts'
import type { AuditRecord } from '../../core/audit/audit-record.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Ids } from '../../ports/ids.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import { nextTurn } from '../next-turn.ts'
import { AuditLosses } from './audit-losses.ts'
import { type Read, SummedReads } from './summed-reads.ts'

export interface AuditTrailServices {
  readonly metadata: MetadataStore
  readonly clock: Clock
  readonly ids: Ids
}

export interface AuditTrailOptions {
  /** Where the records that tell of losses are of. */
  readonly region: string
  /** Told of the first of several failures in a row to write what is pending; nothing is lost by one. */
  readonly failed: (error: unknown) => void
  /** How much waits at most, for tests. */
  readonly mostPending?: number
  readonly mostPendingBytes?: number
}

const MOST_PENDING = 10_000
const MOST_PENDING_BYTES = 32 * 1024 * 1024
const FLUSH_INTERVAL_MS = 500
const FLUSH_COUNT = 500
const BLOB_WINDOW_MS = 60_000
/** A few milliseconds of SQLite's one thread. */
const BATCH = 100

/**
 * Records of reads and denials. Noting one never waits: it is kept in memory and written in bulk, within half a second or
 * as soon as there are 500. What has not been written when the process dies is lost, and so is what comes while memory for
 * it is full; that is counted, and the trail itself says so once it can be written again.
 *
 * Changes do not come here: their records are written with `recordAudit` in the transaction that makes them.
 */
export class AuditTrail {
  readonly #services: AuditTrailServices
  readonly #options: AuditTrailOptions
  /** Stay in it until they are written, so that they can be found. */
  readonly #pending: AuditEntry[] = []
  #pendingBytes = 0
  readonly #losses: AuditLosses
  readonly #blobReads: SummedReads
  readonly #pulls: SummedReads
  #written = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #last: Promise<void> = Promise.resolve()
  #isFlushing = false
  #isFailing = false
  #isClosed = false

  constructor(services: AuditTrailServices, options: AuditTrailOptions) {
    this.#services = services
    this.#options = options
    this.#losses = new AuditLosses(services, options.region)
    this.#blobReads = new SummedReads(services, BLOB_WINDOW_MS)
    this.#pulls = new SummedReads(services, FLUSH_INTERVAL_MS)
  }

  /** How many records there were no room for, and reads of blobs that are in no record. */
  get lost(): number {
    return this.#losses.count
  }

  /** Records that were written, be it here or with the changes that they are of. */
  get written(): number {
    return this.#written
  }

  get pending(): number {
    return this.#pending.length
  }

  /** Some were written with their change. */
  countWritten(count: number): void {
    this.#written += count
  }

  note(record: AuditRecord): void {
    this.#add(auditEntry(record))
  }

  /**
   * One record for all that somebody reads of a repository's blobs in a minute, and for all pulls of one manifest by one
   * name in half a second.
   */
  noteRead(read: Read): void {
    const reads = read.operation === 'blob-get' ? this.#blobReads : this.#pulls
    for (const record of reads.endBefore(this.#services.clock.nowMs())) this.note(record)
    if (this.#isClosed || !reads.note(read)) this.#losses.add(read.accountId)
    this.#schedule()
  }

  /** An account's record by its event id, written or not. */
  async find(accountId: string, eventId: string): Promise<AuditEntry | undefined> {
    const pending = this.#pending.find((entry) => entry.accountId === accountId && entry.eventId === eventId)
    if (pending !== undefined) return pending
    const attribute = { name: 'eventId', value: eventId } as const
    const query = { accountId, attribute, fromMs: 0, untilMs: Number.MAX_SAFE_INTEGER }
    return (await this.#services.metadata.lookUpAudit(query, { limit: 1 }))[0]
  }

  /**
   * Writes all that has been noted, but for reads of blobs in the minute that has not ended.
   *
   * @throws {Refusal} when the database does; what could not be written waits for the next time
   */
  flush(): Promise<void> {
    const flushing = this.#last.then(() => this.#flushAll())
    // Whoever asked for it hears how it went; the next one comes after it either way.
    this.#last = flushing.catch(() => {})
    return flushing
  }

  /** Writes everything, for a stop. What is noted afterwards is lost, and counted. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    for (const reads of [this.#blobReads, this.#pulls]) for (const record of reads.endAll()) this.note(record)
    this.#isClosed = true
    await this.flush()
  }

  #add(entry: AuditEntry): void {
    const bytes = Buffer.byteLength(entry.body)
    const { mostPending = MOST_PENDING, mostPendingBytes = MOST_PENDING_BYTES } = this.#options
    if (this.#isClosed || this.#pending.length >= mostPending || this.#pendingBytes + bytes > mostPendingBytes) {
      this.#losses.add(entry.accountId)
      return
    }
    this.#push(entry, bytes)
    if (this.#pending.length >= FLUSH_COUNT && !this.#isFailing) this.#flushInBackground()
    else this.#schedule()
  }

  #push(entry: AuditEntry, bytes = Buffer.byteLength(entry.body)): void {
    this.#pending.push(entry)
    this.#pendingBytes += bytes
  }

  #schedule(): void {
    if (this.#isClosed) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#flushInBackground()
    }, FLUSH_INTERVAL_MS)
  }

  #flushInBackground(): void {
    if (this.#isFlushing) return
    // At once, as many are noted in one turn.
    this.#isFlushing = true
    this.flush().catch(() => {
      // `#write` has told of it.
    })
  }

  async #flushAll(): Promise<void> {
    this.#isFlushing = true
    try {
      for (const record of this.#blobReads.endBefore(this.#services.clock.nowMs())) this.note(record)
      for (const record of this.#pulls.endAll()) this.note(record)
      while (this.#pending.length > 0 || this.#losses.areUntold) {
        await this.#write(this.#pending.slice(0, BATCH))
        // It can be written to, so it can be told; also beyond the bounds, as these are few.
        for (const record of this.#losses.tell()) this.#push(auditEntry(record))
        await nextTurn()
      }
    } finally {
      this.#isFlushing = false
      if (this.#pending.length > 0 || this.#losses.areUntold || this.#blobReads.size + this.#pulls.size > 0)
        this.#schedule()
    }
  }

  /** @param batch the first ones of those that are pending */
  async #write(batch: readonly AuditEntry[]): Promise<void> {
    try {
      await this.#services.metadata.transact((transaction) => transaction.recordAudit(batch))
      this.#isFailing = false
      this.#written += batch.length
      this.#forget(batch.length)
    } catch (error) {
      if (!this.#isFailing) this.#options.failed(error)
      this.#isFailing = true
      const isOurBug = !(error instanceof Refusal) && batch.length > 0
      if (!isOurBug) throw error
      await this.#writeEach(batch)
    }
  }

  /** One that the database does not take must not keep all others from being written for ever. */
  async #writeEach(batch: readonly AuditEntry[]): Promise<void> {
    for (const entry of batch) {
      try {
        await this.#services.metadata.transact((transaction) => transaction.recordAudit([entry]))
        this.#written++
      } catch (error) {
        if (error instanceof Refusal) throw error
        this.#losses.add(entry.accountId)
      }
      this.#forget(1)
    }
  }

  #forget(count: number): void {
    for (const { body } of this.#pending.splice(0, count)) this.#pendingBytes -= Buffer.byteLength(body)
  }
}
