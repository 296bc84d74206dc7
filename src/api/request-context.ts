/** What the edge knows of a request before anybody reads it; made by `main/server.ts`, and by tests by hand. */
export interface RequestContext {
  /** Ours, a UUID; goes out as `X-Request-Id` and into the log. Never a value that the client sent. */
  readonly requestId: string
  /** The peer's address without its port, from the socket; empty when it is gone already. Never from a header. */
  readonly clientAddress: string
  /**
   * The `Host` header in lower case, with its port if it names one; empty when there is none. It says which registry is
   * asked for, and is the client's word: good for a look-up and for telling the client its own address.
   */
  readonly host: string
  /** Whether it came over TLS. */
  readonly secure: boolean
  /** Whether it came in at the anonymous listener: reads only, and no credential is asked for or looked at. */
  readonly anonymousListener: boolean
  /** Which API answered; set by the server, for the metrics. */
  surface?: 'oci' | 'ecr' | 'sts' | 'service'
  /**
   * A name from a fixed set, such as `blob-get` or `PutImage`, never text from the request; set by the surface as soon
   * as it knows, for the log and the metrics.
   */
  operation?: string
  /** The ARN of who asks, set by the surface, for the log. */
  principal?: string
}
