/** The parts of an HTTP request that a signature covers, as plain values. */
export interface SignedRequest {
  readonly method: string
  /** The path as it was sent. */
  readonly path: string
  /** What followed the `?`, still encoded; empty when nothing did. */
  readonly query: string
  /** By lower-case name; a name that was sent twice is one value, joined by commas. */
  readonly headers: ReadonlyMap<string, string>
}
