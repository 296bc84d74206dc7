import { Refusal } from '../core/refusal.ts'

const CHUNK_BYTES = 64 * 1024
/** Clients that read are never asked to hurry; only this long without a read counts as standing still. */
const STILL_MS = 10_000

interface Answer {
  readonly sizeBytes: number
  lastReadMs: number
  end(error: Error): void
}

/**
 * The memory that large answers share until their clients have read them. Anybody may ask and not read: where the room
 * is full, those that stand still make way.
 */
export class AnswerRoom {
  readonly #capacityBytes: number
  readonly #nowMs: () => number
  readonly #answers = new Set<Answer>()
  #heldBytes = 0

  constructor(capacityBytes: number, nowMs: () => number) {
    this.#capacityBytes = capacityBytes
    this.#nowMs = nowMs
  }

  get heldBytes(): number {
    return this.#heldBytes
  }

  /**
   * The bytes as a body that holds its room until it is read, cancelled or made way for.
   *
   * @param isOwed whether something was done that this tells of: then it is let in where there is no room, too
   * @throws {Refusal} `too-many-requests` when clients that read hold all the room
   */
  stream(bytes: Uint8Array, isOwed = false): ReadableStream<Uint8Array> {
    if (!this.#makeRoom(bytes.byteLength) && !isOwed) throw noRoom()
    const answer: Answer = { sizeBytes: bytes.byteLength, lastReadMs: this.#nowMs(), end: () => {} }
    this.#answers.add(answer)
    this.#heldBytes += bytes.byteLength
    let left = bytes
    const release = () => {
      left = new Uint8Array()
      this.#release(answer)
    }
    const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      answer.end = (error) => {
        release()
        controller.error(error)
      }
    }
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      answer.lastReadMs = this.#nowMs()
      if (left.byteLength > 0) controller.enqueue(left.subarray(0, CHUNK_BYTES))
      left = left.subarray(CHUNK_BYTES)
      if (left.byteLength > 0) return
      release()
      controller.close()
    }
    return new ReadableStream<Uint8Array>({ start, pull, cancel: release }, { highWaterMark: 0 })
  }

  /** @returns whether there is room now */
  #makeRoom(sizeBytes: number): boolean {
    const fits = () => this.#heldBytes + sizeBytes <= this.#capacityBytes
    if (fits()) return true
    const beforeMs = this.#nowMs() - STILL_MS
    for (const answer of this.#answers) {
      if (answer.lastReadMs <= beforeMs) answer.end(new Error('a client that did not read its answer made way'))
    }
    return fits()
  }

  #release(answer: Answer): void {
    if (this.#answers.delete(answer)) this.#heldBytes -= answer.sizeBytes
  }
}

function noRoom(): Refusal {
  return new Refusal('too-many-requests', 'Too many large answers are on their way at once; try again in a moment.', {
    retryAfterSeconds: 1,
  })
}
