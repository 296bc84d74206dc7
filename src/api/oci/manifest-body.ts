import type { Digest } from '../../core/digest.ts'
import type { StoredManifest } from '../../ports/metadata/manifests.ts'

/** Up to here a copy costs less than sharing, and few of them fit a machine's sockets anyway. */
const MOST_COPIED_BYTES = 64 * 1024
const MOST_KEPT_BYTES = 32 * 1024 * 1024

/** By digest, so never stale; least lately used first. */
const shared = new Map<Digest, Blob>()
let keptBytes = 0

/**
 * What a response is made of. Of bytes every response takes a copy, and keeps it until its client has read it: three
 * hundred that do not read were a gigabyte. Of a `Blob` all responses send the same bytes, with their length.
 */
export function manifestBody({ digest, content }: StoredManifest): Uint8Array<ArrayBuffer> | Blob {
  // Its content came from the store as its own buffer, never as a view on a shared one.
  const bytes = content as Uint8Array<ArrayBuffer>
  if (bytes.byteLength <= MOST_COPIED_BYTES) return bytes
  const known = shared.get(digest)
  if (known === undefined) return keep(digest, new Blob([bytes]))
  shared.delete(digest)
  shared.set(digest, known)
  return known
}

function keep(digest: Digest, blob: Blob): Blob {
  shared.set(digest, blob)
  keptBytes += blob.size
  for (const [oldest, { size }] of shared) {
    if (keptBytes <= MOST_KEPT_BYTES) break
    shared.delete(oldest)
    keptBytes -= size
  }
  return blob
}
