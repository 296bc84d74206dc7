import { closeSync, fstatSync, openSync } from 'node:fs'
import { rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { algorithmOf, type Digest } from '../../core/digest.ts'
import { removeLost } from './append-file.ts'
import type { DirectorySync } from './directory-sync.ts'
import { syncData } from './file-descriptor.ts'
import { hashFile } from './hash-file.ts'
import type { RunningHash } from './running-hash.ts'
import { digestMismatch } from './upload-refusals.ts'

export interface PublishFile {
  readonly from: string
  readonly to: string
  readonly digest: Digest
  /** Finds the hash that ran while the bytes arrived. */
  readonly takeHash: (sizeBytes: number) => RunningHash | undefined
  readonly directorySync: DirectorySync
}

/**
 * Checks a file's bytes and moves it to its place, durably: sync of the bytes, rename, sync of the directory, in this
 * order, so that after a power cut the place holds the whole file or nothing.
 *
 * @returns its size
 * @throws {Refusal} `digest-mismatch`, after which the file is gone
 */
export async function publishFile(publish: PublishFile): Promise<number> {
  const sizeBytes = await checkAndSync(publish)
  await rename(publish.from, publish.to)
  try {
    await publish.directorySync.sync(dirname(publish.to))
  } catch (error) {
    // back to where another commit, or the clean-up, finds it; its caller is told of the first failure
    await rename(publish.to, publish.from).catch(() => {})
    throw error
  }
  return sizeBytes
}

async function checkAndSync(publish: PublishFile): Promise<number> {
  const fd = openSync(publish.from, 'r')
  try {
    const sizeBytes = fstatSync(fd).size
    await check(fd, sizeBytes, publish)
    await syncData(fd).catch((error: unknown) => {
      removeLost(publish.from)
      throw error
    })
    return sizeBytes
  } finally {
    closeSync(fd)
  }
}

async function check(fd: number, sizeBytes: number, publish: PublishFile): Promise<void> {
  const algorithm = algorithmOf(publish.digest)
  const hash = publish.takeHash(sizeBytes)
  const actual = hash?.algorithm === algorithm ? hash.digest() : await hashFile(fd, algorithm)
  if (actual === publish.digest) return
  await unlink(publish.from)
  throw digestMismatch(publish.digest, actual)
}
