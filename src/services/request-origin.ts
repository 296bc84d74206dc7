/** Where a request comes from, as conditions and records have it. */
export interface RequestOrigin {
  /** The peer's address without its port; empty when it is gone already. */
  readonly clientAddress: string
  /** Whether it came over TLS. */
  readonly secure: boolean
  /** As the client has it; undefined when it says nothing. */
  readonly userAgent: string | undefined
}
