/** Clients read at most this much of all warnings together (distribution-spec, "Warnings"). */
const MOST_BYTES = 4096

/** One `Warning` header value for all texts (RFC 7234 section 5.5, code 299), or undefined when there are none. */
export function warningHeader(texts: readonly string[]): string | undefined {
  const values: string[] = []
  let sizeBytes = 0
  for (const text of texts) {
    const value = `299 - "${text.replace(/[^\x20-\x7e]/g, '?').replace(/[\\"]/g, '\\$&')}"`
    sizeBytes += value.length + 2
    if (sizeBytes > MOST_BYTES) break
    values.push(value)
  }
  return values.length === 0 ? undefined : values.join(', ')
}
