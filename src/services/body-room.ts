import { Refusal } from '../core/refusal.ts'

/** Most calls are smaller; those are always taken, so that large ones cannot keep anybody from the rest of the API. */
export const SMALL_BYTES = 64 * 1024
/** What a body must bring when others want the room that it holds: half a megabit a second. */
const LEAST_BYTES_PER_SECOND = 64 * 1024
/** Over how long that is measured. */
const WINDOW_MS = 5000

/** A body in memory. What it holds of the room is free again when it is disposed of. */
export interface HeldBody extends Disposable {
  readonly bytes: Uint8Array
}

/** The most that a body may have, and what is said to a larger one. */
export interface BodyLimit {
  readonly bytes: number
  refusal(): Refusal
}

/** A body that is on its way. */
interface Arrival {
  heldBytes: number
  windowStartMs: number
  windowBytes: number
  /** Bytes per second in the last whole window; undefined in the first. */
  lastRate: number | undefined
  /** Ends the reading of it. */
  evict(error: Refusal): void
}

/**
 * The memory that bodies past `SMALL_BYTES` share, until they are done with. Nobody knows who sends a body before it
 * is there whole, so anybody could fill it: where it is full, those who bring little go first.
 */
export class BodyRoom {
  readonly #capacityBytes: number
  readonly #nowMs: () => number
  readonly #arrivals = new Set<Arrival>()
  #heldBytes = 0

  constructor(capacityBytes: number, nowMs: () => number) {
    this.#capacityBytes = capacityBytes
    this.#nowMs = nowMs
  }

  /**
   * Reads a stream to its end.
   *
   * @throws {Refusal} the limit's; `too-many-requests` when others hold all the room; `upload-too-slow` when
   *   others wanted the room that this one held
   */
  async read(stream: ReadableStream<Uint8Array>, limit: BodyLimit): Promise<HeldBody> {
    const reader = stream.getReader()
    const evicted = Promise.withResolvers<never>()
    const arrival = this.#begin(evicted.reject)
    try {
      const bytes = await this.#readAll(() => Promise.race([reader.read(), evicted.promise]), arrival, limit)
      return { bytes, [Symbol.dispose]: () => this.#release(arrival) }
    } catch (error) {
      this.#release(arrival)
      reader.cancel(error).catch(() => {})
      throw error
    } finally {
      this.#arrivals.delete(arrival)
    }
  }

  #begin(reject: (error: Refusal) => void): Arrival {
    const evict = (error: Refusal): void => {
      this.#arrivals.delete(arrival)
      this.#release(arrival)
      reject(error)
    }
    const arrival: Arrival = {
      heldBytes: 0,
      windowStartMs: this.#nowMs(),
      windowBytes: 0,
      lastRate: undefined,
      evict,
    }
    this.#arrivals.add(arrival)
    return arrival
  }

  async #readAll(
    read: () => Promise<{ done: boolean; value?: Uint8Array | undefined }>,
    arrival: Arrival,
    limit: BodyLimit,
  ): Promise<Uint8Array> {
    const chunks: Uint8Array[] = []
    let sizeBytes = 0
    for (;;) {
      const { done, value } = await read()
      if (done || value === undefined) return Buffer.concat(chunks, sizeBytes)
      sizeBytes += value.byteLength
      if (sizeBytes > limit.bytes) throw limit.refusal()
      this.#measure(arrival, value.byteLength)
      this.#hold(arrival, Math.max(0, sizeBytes - SMALL_BYTES) - arrival.heldBytes)
      chunks.push(value)
    }
  }

  #measure(arrival: Arrival, sizeBytes: number): void {
    const elapsedMs = this.#nowMs() - arrival.windowStartMs
    if (elapsedMs >= WINDOW_MS) {
      arrival.lastRate = (arrival.windowBytes / elapsedMs) * 1000
      arrival.windowStartMs += elapsedMs
      arrival.windowBytes = 0
    }
    arrival.windowBytes += sizeBytes
  }

  #hold(arrival: Arrival, moreBytes: number): void {
    if (this.#heldBytes + moreBytes > this.#capacityBytes) this.#evictSlow(arrival)
    if (this.#heldBytes + moreBytes > this.#capacityBytes) throw tooMuchHeld()
    this.#heldBytes += moreBytes
    arrival.heldBytes += moreBytes
  }

  #evictSlow(besides: Arrival): void {
    for (const arrival of this.#arrivals) {
      if (arrival !== besides && arrival.heldBytes > 0 && this.#isSlow(arrival)) arrival.evict(tooSlow())
    }
  }

  #isSlow({ windowStartMs, windowBytes, lastRate }: Arrival): boolean {
    const elapsedMs = this.#nowMs() - windowStartMs
    const rate = elapsedMs >= WINDOW_MS ? (windowBytes / elapsedMs) * 1000 : lastRate
    return rate !== undefined && rate < LEAST_BYTES_PER_SECOND
  }

  #release(arrival: Arrival): void {
    this.#heldBytes -= arrival.heldBytes
    arrival.heldBytes = 0
  }
}

function tooMuchHeld(): Refusal {
  return new Refusal('too-many-requests', 'Too many large requests are on their way at once; try again in a moment.', {
    retryAfterSeconds: 1,
  })
}

function tooSlow(): Refusal {
  return new Refusal(
    'upload-too-slow',
    `The body came at less than ${LEAST_BYTES_PER_SECOND} bytes a second while others waited for the room that it held.`,
  )
}
