import { closeSync, openSync } from 'node:fs'
import { syncAll } from './file-descriptor.ts'

interface Pending {
  readonly running: Promise<void>
  /** Begins when `running` has ended, for those who came after it had begun. */
  next: Promise<void> | undefined
}

/**
 * Makes directory entries durable, one fsync for all who ask at the same time. A sync that has begun may miss a later
 * rename, so whoever comes meanwhile waits for the next one.
 */
export class DirectorySync {
  readonly #pending = new Map<string, Pending>()
  readonly #syncOne: (directory: string) => Promise<void>

  /** @param syncOne one sync of a directory */
  constructor(syncOne = syncDirectory) {
    this.#syncOne = syncOne
  }

  /** Resolves when everything that was done in the directory before this call is durable. */
  sync(directory: string): Promise<void> {
    const pending = this.#pending.get(directory)
    if (pending === undefined) return this.#begin(directory)
    pending.next ??= pending.running.then(
      () => this.#begin(directory),
      () => this.#begin(directory),
    )
    return pending.next
  }

  #begin(directory: string): Promise<void> {
    const running = this.#syncOne(directory)
    const pending: Pending = { running, next: undefined }
    this.#pending.set(directory, pending)
    const settle = () => {
      // whoever waits for `next` has begun it by now, under this same key
      if (this.#pending.get(directory) === pending && pending.next === undefined) this.#pending.delete(directory)
    }
    running.then(settle, settle)
    return running
  }
}

/** One fsync of a directory. */
export async function syncDirectory(directory: string): Promise<void> {
  const fd = openSync(directory, 'r')
  try {
    await syncAll(fd)
  } finally {
    closeSync(fd)
  }
}
