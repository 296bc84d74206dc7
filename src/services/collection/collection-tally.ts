import { type Amount, NO_AMOUNT } from '../../core/collection/judge-plan.ts'
import type { RefusedPlan } from './collection-memory.ts'
import type { CandidateOutcome, CollectionExample, CollectionReport } from './collection-report.ts'

const MOST_EXAMPLES = 20
const TELLING: ReadonlySet<CandidateOutcome> = new Set(['collected', 'purged', 'emptied', 'failed'])

/** Adds up what a run does while it goes on. Only what is committed is added: a transaction may be run twice. */
export class CollectionTally {
  readonly #startedAtMs: number
  readonly #outcomes: Record<CandidateOutcome, number> = {
    held: 0,
    gone: 0,
    postponed: 0,
    released: 0,
    collected: 0,
    purged: 0,
    emptied: 0,
    revived: 0,
    failed: 0,
  }
  readonly #examples: CollectionExample[] = []
  #taken: Amount = NO_AMOUNT
  #unlinked = { blobs: 0, bytes: 0, failed: 0 }
  #eventsForgotten = 0

  constructor(startedAtMs: number) {
    this.#startedAtMs = startedAtMs
  }

  get taken(): Amount {
    return this.#taken
  }

  add(example: CollectionExample, sizeBytes: number): void {
    this.#outcomes[example.outcome] += 1
    const { manifests, blobs, blobBytes } = this.#taken
    if (example.outcome === 'purged') this.#taken = { manifests: manifests + 1, blobs, blobBytes }
    if (example.outcome === 'collected') {
      this.#taken = { manifests, blobs: blobs + 1, blobBytes: blobBytes + sizeBytes }
    }
    if (TELLING.has(example.outcome) && this.#examples.length < MOST_EXAMPLES) this.#examples.push(example)
  }

  /** Manifests that went with their repository; those that went by themselves are added as candidates. */
  addManifests(count: number): void {
    this.#taken = { ...this.#taken, manifests: this.#taken.manifests + count }
  }

  addUnlinked(blobs: number, bytes: number, failed: number): void {
    const before = this.#unlinked
    this.#unlinked = { blobs: before.blobs + blobs, bytes: before.bytes + bytes, failed: before.failed + failed }
  }

  addEventsForgotten(count: number): void {
    this.#eventsForgotten += count
  }

  report(end: {
    atMs: number
    ended: CollectionReport['ended']
    refusal: RefusedPlan | undefined
    isForced: boolean
  }): CollectionReport {
    const { atMs, ...how } = end
    return {
      startedAtMs: this.#startedAtMs,
      durationMs: atMs - this.#startedAtMs,
      ...how,
      candidates: this.#outcomes,
      taken: this.#taken,
      unlinked: this.#unlinked,
      eventsForgotten: this.#eventsForgotten,
      examples: this.#examples,
    }
  }
}
