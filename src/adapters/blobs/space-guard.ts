import { type StatsFs, statfsSync } from 'node:fs'
import { storageFull } from './storage-error.ts'

const MOST_RESERVED_BYTES = 64 * 1024 * 1024
const RESERVED_SHARE = 0.03
/** How much may be written before the disk is looked at again: other programs fill it too. */
const BETWEEN_LOOKS_BYTES = 32 * 1024 * 1024

/** All blocks, those that anybody may still take, and the size of one in bytes. */
type DiskSpace = Pick<StatsFs, 'blocks' | 'bavail' | 'bsize'>

/**
 * Keeps the end of the disk free of blobs' bytes. Freeing space takes a transaction first, to cancel an upload or to
 * forget a blob, and the database often lies on the same disk: if blobs could fill it, it would stay full for ever.
 */
export class SpaceGuard {
  readonly #path: string
  readonly #look: (path: string) => DiskSpace
  #budgetBytes = 0

  /**
   * @param path of a directory on the disk that is guarded
   * @param look what statfs tells of that disk
   */
  constructor(path: string, look: (path: string) => DiskSpace = (at) => statfsSync(at)) {
    this.#path = path
    this.#look = look
  }

  /**
   * To be asked before `bytes` are written.
   *
   * @throws {Refusal} `storage-full` when only the reserve is left
   */
  take(bytes: number): void {
    this.#budgetBytes -= bytes
    if (this.#budgetBytes >= 0) return
    const { blocks, bavail, bsize } = this.#look(this.#path)
    const reservedBytes = Math.min(MOST_RESERVED_BYTES, blocks * bsize * RESERVED_SHARE)
    const roomBytes = bavail * bsize - reservedBytes - bytes
    this.#budgetBytes = 0
    if (roomBytes < 0) throw storageFull(new Error(`only the reserve is free on the disk of ${this.#path}`))
    // Half of it, as what was granted before may still be on its way to the disk.
    this.#budgetBytes = Math.min(BETWEEN_LOOKS_BYTES, roomBytes / 2)
  }
}
