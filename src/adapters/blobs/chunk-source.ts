/** Long enough for an efficient write, short enough that hashing it holds nobody up: half a millisecond. */
const PIECE_BYTES = 512 * 1024

/** Bytes that arrive in pieces of at most 512 KiB, and can be called off. */
export interface ChunkSource {
  chunks(): AsyncIterable<Uint8Array>
  /** Ends `chunks` early and tells whoever sends that nobody listens any more. */
  cancel(): void
}

export function chunkSource(source: ReadableStream<Uint8Array> | Uint8Array): ChunkSource {
  return source instanceof Uint8Array ? fromBytes(source) : fromStream(source)
}

function fromBytes(bytes: Uint8Array): ChunkSource {
  let cancelled = false
  return {
    async *chunks() {
      for (const piece of pieces(bytes)) {
        if (cancelled) return
        yield piece
      }
    },
    cancel() {
      cancelled = true
    },
  }
}

function fromStream(stream: ReadableStream<Uint8Array>): ChunkSource {
  const reader = stream.getReader()
  return {
    async *chunks() {
      for (let next = await reader.read(); !next.done; next = await reader.read()) yield* pieces(next.value)
    },
    cancel() {
      // a stream that has failed refuses to be cancelled, with the error that `chunks` has thrown already
      reader.cancel().catch(() => {})
    },
  }
}

function* pieces(bytes: Uint8Array): Iterable<Uint8Array> {
  if (bytes.byteLength <= PIECE_BYTES) yield bytes
  else for (let at = 0; at < bytes.byteLength; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES)
}
