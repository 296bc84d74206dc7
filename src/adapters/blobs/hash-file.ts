import type { Digest, DigestAlgorithm } from '../../core/digest.ts'
import { readAt } from './file-descriptor.ts'
import { RunningHash } from './running-hash.ts'

/** Small enough that hashing one piece holds up other requests for a quarter of a millisecond at most. */
const PIECE_BYTES = 256 * 1024

/**
 * Hashes a file from its start to its end.
 *
 * @param bytesPerSecond reads no faster than this on average
 */
export async function hashFile(fd: number, algorithm: DigestAlgorithm, bytesPerSecond = Infinity): Promise<Digest> {
  const hash = new RunningHash(algorithm)
  const buffer = new Uint8Array(PIECE_BYTES)
  const startedAtMs = performance.now()
  for (let count = await readAt(fd, buffer, 0); count > 0; count = await readAt(fd, buffer, hash.sizeBytes)) {
    hash.update(buffer.subarray(0, count))
    const earlyMs = (hash.sizeBytes / bytesPerSecond) * 1000 - (performance.now() - startedAtMs)
    if (earlyMs > 1) await Bun.sleep(earlyMs)
  }
  return hash.digest()
}
