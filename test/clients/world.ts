import type { Images } from './images.ts'
import type { Endpoint } from './server.ts'

/** Everything a client's steps may use. */
export interface World {
  /** The registry under test, plain HTTP on the loopback interface. */
  readonly registry: Endpoint
  /** The same registry software with TLS, or undefined when only a stand-in was given. */
  readonly secure: Endpoint | undefined
  /** `host:port` where the registry lets anybody read, or undefined when only a stand-in was given. */
  readonly anonymousHost: string | undefined
  readonly images: Images
  /** An empty directory of this client's own, removed after the run. */
  readonly directory: string
}
