import { existsSync, readFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncDirectory } from './directory-sync.ts'
import { errorCode, storageUnavailable } from './storage-error.ts'

const PRIVATE = 0o600

/**
 * The file that says whose blobs lie beside it. Once it has been seen, its absence means that the disk is gone, and
 * not that every blob was lost: an empty folder stays behind where a volume was mounted.
 */
export class OwnerFile {
  readonly #path: string
  #seen = false

  constructor(path: string) {
    this.#path = path
  }

  read(): string | undefined {
    try {
      const owner = readFileSync(this.#path, 'utf8').trim()
      this.#seen = true
      return owner
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    }
  }

  /** Written whole or not at all, also across a power cut. */
  async write(owner: string): Promise<void> {
    const fresh = `${this.#path}.new`
    const file = await open(fresh, 'w', PRIVATE)
    try {
      await file.write(`${owner}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(fresh, this.#path)
    await syncDirectory(dirname(this.#path))
    this.#seen = true
  }

  /** @throws {Refusal} `storage-unavailable` when it was there and no longer is */
  requirePresent(): void {
    if (this.#seen && !existsSync(this.#path)) throw storageUnavailable(new Error(`${this.#path} does not exist`))
  }
}
