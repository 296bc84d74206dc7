import { closeSync, fdatasync, fstatSync, openSync, statSync } from 'node:fs'
import { storageUnavailable } from './sqlite-errors.ts'

/** Makes what was committed durable. Callers that come while one sync runs share the next one. */
export interface CommitSync {
  /** Resolves once everything written before the call survives a power cut; refuses for ever after a failure. */
  sync(): Promise<void>
  /** Why it refuses for ever, or undefined. */
  readonly failure: unknown
  close(): void
}

/** For a database that goes with the process. */
export const NO_SYNC: CommitSync = { sync: async () => {}, failure: undefined, close: () => {} }

/**
 * Syncs a write-ahead log off the thread, which `synchronous=FULL` does on it (docs/adr/0001). Opening and closing the
 * log is harmless: SQLite's locks are on the database and on `-shm`, which must never be opened here, as closing any
 * descriptor of a file drops the process's locks on it.
 */
export class WalSync implements CommitSync {
  readonly #path: string
  readonly #descriptor: number
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined
  #failure: unknown

  /** @param path of the log, which must exist by now and keep its inode as long as the database is open */
  constructor(path: string) {
    this.#path = path
    this.#descriptor = openSync(path, 'r')
  }

  async sync(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#syncOnce()
      return await this.#running
    }
    // What runs already may have begun before the caller's write.
    this.#next ??= this.#afterRunning(this.#running)
    return await this.#next
  }

  get failure(): unknown {
    return this.#failure
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  async #afterRunning(running: Promise<void>): Promise<void> {
    await running.catch(() => {})
    this.#next = undefined
    this.#running = this.#syncOnce()
    await this.#running
  }

  async #syncOnce(): Promise<void> {
    try {
      if (this.#failure !== undefined) throw this.#failure
      this.#checkInode()
      await fileDataSync(this.#descriptor)
    } catch (error) {
      // After a failed sync the kernel may have dropped the pages: trying again would say that all is well.
      this.#failure ??= storageUnavailable(
        'Writing the metadata database to disk failed, and what it holds is unknown until the server is restarted.',
        error,
      )
      throw this.#failure
    } finally {
      if (this.#next === undefined) this.#running = undefined
    }
  }

  /** Somebody who moves the log away would have us sync a file that nobody writes to. */
  #checkInode(): void {
    const here = statSync(this.#path)
    const opened = fstatSync(this.#descriptor)
    if (here.ino !== opened.ino || here.dev !== opened.dev) throw new Error(`${this.#path} was replaced`)
  }
}

function fileDataSync(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(descriptor, (error) => (error === null || error === undefined ? resolve() : reject(error)))
  })
}
