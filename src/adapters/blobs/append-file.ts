import { closeSync, constants, fstatSync, ftruncateSync, openSync, unlinkSync } from 'node:fs'
import { type ChunkSource, chunkSource } from './chunk-source.ts'
import type { RunningHash } from './running-hash.ts'
import type { SpaceGuard } from './space-guard.ts'
import { StagedWriter } from './staged-writer.ts'
import { tooLarge, uploadBusy, wrongOffset } from './upload-refusals.ts'

export interface AppendToFile {
  readonly path: string
  readonly offsetBytes: number
  readonly limitBytes: number
  readonly source: ReadableStream<Uint8Array> | Uint8Array
  readonly space: SpaceGuard
  /** Finds the hash of the bytes so far. */
  readonly takeHash: (sizeBytes: number) => RunningHash | undefined
  /** Keeps the hash for the next append or for commit; not called when it and the file may differ. */
  readonly keepHash: (hash: RunningHash) => void
  /** Is given what ends the append early. */
  readonly onStart: (stop: () => void) => void
}

/**
 * Appends to a file that exists, and always leaves it holding what arrived and nothing else. Where the disk lost
 * bytes it had taken, the file is removed. The file is opened for
 * appending only, so that another process that writes to it as well can spoil the order of bytes, which the digest
 * then shows, but never overwrite them.
 *
 * @returns the size of the file afterwards
 */
export async function appendFile(append: AppendToFile): Promise<number> {
  const fd = openSync(append.path, constants.O_WRONLY | constants.O_APPEND)
  try {
    const sizeBytes = fstatSync(fd).size
    if (sizeBytes !== append.offsetBytes) throw wrongOffset(append.offsetBytes, sizeBytes)
    return await appendTo(fd, append)
  } finally {
    closeSync(fd)
  }
}

async function appendTo(fd: number, append: AppendToFile): Promise<number> {
  const hash = append.takeHash(append.offsetBytes)
  const writer = new StagedWriter(fd, hash, append.space)
  const stopped = await pump(writer, append)
  try {
    await writer.finish()
  } catch (error) {
    if (writer.lostBytes) removeLost(append.path)
    else truncate(fd, append.offsetBytes + writer.writtenBytes)
    throw error
  }
  const sizeBytes = fstatSync(fd).size
  if (sizeBytes !== append.offsetBytes + writer.writtenBytes) throw uploadBusy(sizeBytes)
  if (hash !== undefined) append.keepHash(hash)
  if (stopped !== undefined) throw stopped.error
  return sizeBytes
}

/** Hands everything that arrives to the writer. @returns why it stopped before the end of the source, if it did */
async function pump(writer: StagedWriter, append: AppendToFile): Promise<{ readonly error: unknown } | undefined> {
  const source = chunkSource(append.source)
  append.onStart(() => source.cancel())
  try {
    await pumpAll(source, writer, append)
    return undefined
  } catch (error) {
    source.cancel()
    return { error }
  }
}

async function pumpAll(source: ChunkSource, writer: StagedWriter, append: AppendToFile): Promise<void> {
  let leftBytes = Math.max(0, append.limitBytes - append.offsetBytes)
  for await (const chunk of source.chunks()) {
    await writer.add(chunk.byteLength > leftBytes ? chunk.subarray(0, leftBytes) : chunk)
    leftBytes -= chunk.byteLength
    if (leftBytes < 0) throw tooLarge(append.limitBytes)
  }
}

/** Takes away what a failed write may have left. Where even that fails, the file's size still says what it holds. */
function truncate(fd: number, sizeBytes: number): void {
  try {
    if (fstatSync(fd).size > sizeBytes) ftruncateSync(fd, sizeBytes)
  } catch {
    // the caller hears of the write's failure
  }
}

/**
 * Ends an upload whose bytes the disk has lost after taking them: the system reports that once, and a later sync
 * would seem to succeed.
 */
export function removeLost(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // the caller hears of the sync's failure
  }
}
