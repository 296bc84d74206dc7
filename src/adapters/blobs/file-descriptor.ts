import { fdatasync, fsync, read, writev } from 'node:fs'

/**
 * Plain promises over file descriptors. `node:fs/promises` has the same on a FileHandle, which costs two more turns
 * on the thread pool for every open and close; a blob of 1 MB would feel them.
 */

/** Writes all of `chunks` at the end of the file, also when the system takes them in several pieces. */
export async function writeAll(fd: number, chunks: readonly Uint8Array[]): Promise<void> {
  let rest = chunks
  while (rest.length > 0) rest = after(rest, await writeSome(fd, rest))
}

/** Makes the file's bytes, and its size, durable. */
export function syncData(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(fd, (error) => (error ? reject(error) : resolve()))
  })
}

/** Makes a file and its attributes, or a directory's entries, durable. */
export function syncAll(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(fd, (error) => (error ? reject(error) : resolve()))
  })
}

/** @returns how many bytes were read into `buffer`, 0 at the end of the file */
export function readAt(fd: number, buffer: Uint8Array, offsetBytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, buffer, 0, buffer.byteLength, offsetBytes, (error, count) => (error ? reject(error) : resolve(count)))
  })
}

function writeSome(fd: number, chunks: readonly Uint8Array[]): Promise<number> {
  return new Promise((resolve, reject) => {
    writev(fd, chunks, (error, count) => (error ? reject(error) : resolve(count)))
  })
}

/** What is left of `chunks` when their first `count` bytes are taken away; empty chunks go too. */
function after(chunks: readonly Uint8Array[], count: number): Uint8Array[] {
  let skip = count
  return chunks.flatMap((chunk) => {
    const skipped = Math.min(skip, chunk.byteLength)
    skip -= skipped
    return skipped === chunk.byteLength ? [] : [chunk.subarray(skipped)]
  })
}
