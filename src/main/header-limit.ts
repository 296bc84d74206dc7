import http from 'node:http'

/** podman's multi-range requests need 25 KB of headers; Bun's default is 16 KB. */
const MOST_HEADER_BYTES = 65_536

/** Lets servers of this process take larger headers; holds for those that start afterwards. */
export function raiseHeaderLimit(): void {
  // Bun has a setter here, which Node.js's types do not know; a flag would be lost in the compiled executable.
  const settings = http as { maxHeaderSize: number }
  settings.maxHeaderSize = MOST_HEADER_BYTES
}
