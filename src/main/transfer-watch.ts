import { Refusal } from '../core/refusal.ts'

/** What an upload must bring, on average, while we wait for it. */
const LEAST_BYTES_PER_SECOND = 1024

interface Transfer {
  /** Bytes that came altogether. */
  totalBytes: number
  /** Bytes that came and time spent waiting for them since the window began. */
  bytes: number
  waitedMs: number
  /** When the read that is under way began or was last looked at; undefined while nobody waits for the client. */
  waitingSinceMs: number | undefined
  /** Ends the transfer: the reader of the body gets the error. */
  fail(error: Error): void
}

export interface WatchedRequest {
  readonly request: Request
  /** How much of the body has been read so far. */
  readonly receivedBytes: () => number
}

/**
 * Watches request bodies, because a client that sends a byte a minute would hold its connection, its session and its
 * file for ever. Only time in which we wait for the client counts, so a slow disk of ours fails nobody.
 */
export class TransferWatch {
  readonly #transfers = new Set<Transfer>()
  readonly #periodMs: number
  readonly #timer: ReturnType<typeof setInterval>
  #receivedBytes = 0

  /** @param periodMs the time over which the average is taken */
  constructor(periodMs: number) {
    this.#periodMs = periodMs
    this.#timer = setInterval(() => this.#sweep(), Math.min(1000, periodMs / 4))
    this.#timer.unref()
  }

  /** Bodies that are being read. */
  get active(): number {
    return this.#transfers.size
  }

  get receivedBytes(): number {
    return this.#receivedBytes
  }

  /**
   * The same request with a watched body. The body fails with a `Refusal` `upload-too-slow` when the client does not
   * keep up; what had arrived before was handed on. Nothing is read before somebody reads.
   */
  watch(request: Request): WatchedRequest {
    // A GET with a body is legal and means nothing; `Request` does not let one be made.
    if (request.body === null || request.method === 'GET' || request.method === 'HEAD')
      return { request, receivedBytes: () => 0 }
    const transfer: Transfer = { totalBytes: 0, bytes: 0, waitedMs: 0, waitingSinceMs: undefined, fail: () => {} }
    const watched = new Request(request, { body: this.#watchBody(request.body, transfer) })
    return { request: watched, receivedBytes: () => transfer.totalBytes }
  }

  /** Ends every transfer that is under way: what arrived is kept, the rest is refused. */
  failAll(error: Error): void {
    for (const transfer of this.#transfers) transfer.fail(error)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #watchBody(body: ReadableStream<Uint8Array>, transfer: Transfer): ReadableStream<Uint8Array> {
    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
    const end = () => this.#transfers.delete(transfer)
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
      if (reader === undefined) {
        reader = body.getReader()
        this.#begin(transfer, controller, reader)
      }
      const chunk = await this.#read(transfer, reader).catch((error: unknown) => {
        end()
        throw error
      })
      if (!this.#transfers.has(transfer)) return
      if (chunk !== undefined) return controller.enqueue(chunk)
      end()
      controller.close()
    }
    const cancel = async (reason: unknown): Promise<void> => {
      end()
      await (reader ?? body).cancel(reason)
    }
    return new ReadableStream<Uint8Array>({ pull, cancel }, { highWaterMark: 0 })
  }

  #begin(
    transfer: Transfer,
    controller: ReadableStreamDefaultController<Uint8Array>,
    reader: ReadableStreamDefaultReader<Uint8Array>,
  ): void {
    transfer.fail = (error) => {
      this.#transfers.delete(transfer)
      controller.error(error)
      reader.cancel(error).catch(() => {})
    }
    this.#transfers.add(transfer)
  }

  async #read(transfer: Transfer, reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | undefined> {
    transfer.waitingSinceMs = performance.now()
    const { value } = await reader.read()
    this.#countWaiting(transfer, performance.now())
    transfer.waitingSinceMs = undefined
    transfer.bytes += value?.byteLength ?? 0
    transfer.totalBytes += value?.byteLength ?? 0
    this.#receivedBytes += value?.byteLength ?? 0
    return value
  }

  #countWaiting(transfer: Transfer, nowMs: number): void {
    if (transfer.waitingSinceMs === undefined) return
    transfer.waitedMs += nowMs - transfer.waitingSinceMs
    transfer.waitingSinceMs = nowMs
  }

  #sweep(): void {
    const nowMs = performance.now()
    for (const transfer of this.#transfers) {
      this.#countWaiting(transfer, nowMs)
      if (transfer.waitedMs < this.#periodMs) continue
      if (transfer.bytes < (LEAST_BYTES_PER_SECOND * transfer.waitedMs) / 1000) transfer.fail(tooSlow(this.#periodMs))
      transfer.bytes = 0
      transfer.waitedMs = 0
    }
  }
}

function tooSlow(periodMs: number): Refusal {
  return new Refusal(
    'upload-too-slow',
    `The body came at less than ${LEAST_BYTES_PER_SECOND} bytes a second over ${periodMs / 1000} seconds; what arrived is kept.`,
  )
}
