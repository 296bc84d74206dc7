import { setTimeout as sleep } from 'node:timers/promises'
import type { Digest, DigestAlgorithm } from '../../core/digest.ts'
import type { VerifyOptions } from '../../ports/blob-store.ts'
import { readAt } from './file-descriptor.ts'
import { RunningHash } from './running-hash.ts'

/** Small enough that hashing one piece holds up other requests for a quarter of a millisecond at most. */
const PIECE_BYTES = 256 * 1024

/**
 * Hashes a file from its start to its end.
 *
 * @throws the reason of `options.signal`
 */
export async function hashFile(fd: number, algorithm: DigestAlgorithm, options: VerifyOptions = {}): Promise<Digest> {
  const { bytesPerSecond = Infinity, signal } = options
  const hash = new RunningHash(algorithm)
  const buffer = new Uint8Array(PIECE_BYTES)
  const startedAtMs = performance.now()
  signal?.throwIfAborted()
  for (let count = await readAt(fd, buffer, 0); count > 0; count = await readAt(fd, buffer, hash.sizeBytes)) {
    hash.update(buffer.subarray(0, count))
    const earlyMs = (hash.sizeBytes / bytesPerSecond) * 1000 - (performance.now() - startedAtMs)
    if (earlyMs > 1) await pause(earlyMs, signal)
    signal?.throwIfAborted()
  }
  return hash.digest()
}

/** Ends early at the signal; whether it was given is then for the caller to ask. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {})
}
