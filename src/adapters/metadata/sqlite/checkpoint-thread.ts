/**
 * Moves the write-ahead log into the database on a thread of its own: copying the pages and syncing them takes tens of
 * milliseconds, in which this thread would answer nobody (docs/adr/0001).
 */
export class CheckpointThread {
  readonly #path: string
  readonly #onBacklog: () => void
  #worker: Worker | undefined
  #transactions = 0
  #running = false

  /** @param onBacklog called when commits outran the thread, and the log should be finished between two of them */
  constructor(path: string, onBacklog: () => void) {
    this.#path = path
    this.#onBacklog = onBacklog
  }

  /** To be told of every commit; starts a checkpoint once enough of them have come together. */
  committed(transactions: number): void {
    this.#transactions += transactions
    if (this.#transactions < TRANSACTIONS_BETWEEN || this.#running) return
    this.#transactions = 0
    this.#running = true
    this.#worker ??= this.#start()
    this.#worker.postMessage(this.#path)
  }

  /** Lets go of the database; resolves when the thread has. */
  async close(): Promise<void> {
    const worker = this.#worker
    if (worker === undefined) return
    this.#worker = undefined
    await new Promise<void>((resolve) => {
      worker.onmessage = (event) => {
        if (event.data === CLOSED) resolve()
      }
      worker.onerror = () => resolve()
      worker.postMessage(CLOSED)
    })
    worker.terminate()
  }

  #start(): Worker {
    const worker = new Worker(URL.createObjectURL(new Blob([SOURCE], { type: 'text/javascript' })))
    // Bun's workers have it, and the type that browsers share does not: it must not keep the process alive.
    ;(worker as Worker & { unref(): void }).unref()
    worker.onmessage = (event) => {
      this.#running = false
      if (Number(event.data) > BACKLOG_FRAMES) this.#onBacklog()
    }
    // The log then grows until the writer's own limit makes it do the work itself.
    worker.onerror = () => {
      this.#running = true
    }
    return worker
  }
}

/** A transaction writes about 15 pages of 4 KiB: some 16 MiB of log. */
const TRANSACTIONS_BETWEEN = 256
/** 32 MiB of log that the thread did not get to. */
const BACKLOG_FRAMES = 8192
const CLOSED = 'close'

/**
 * As text, because a worker in a file of its own would have to be found beside a built executable. Each message is a
 * path; the answer is how many frames of its log are still to be moved, or -1 when it could not be done this time.
 */
const SOURCE = `
  import { Database } from 'bun:sqlite'
  let database
  self.onmessage = ({ data }) => {
    if (data === '${CLOSED}') {
      database?.close()
      self.postMessage('${CLOSED}')
      return
    }
    try {
      if (database === undefined) {
        database = new Database(data, { readwrite: true })
        database.run('pragma busy_timeout = 2000')
        database.run('pragma synchronous = full')
      }
      const { log, checkpointed } = database.query('pragma wal_checkpoint(passive)').get()
      self.postMessage(log - checkpointed)
    } catch {
      database?.close()
      database = undefined
      self.postMessage(-1)
    }
  }
`
