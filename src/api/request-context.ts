import type { PolicyFinding } from '../core/policy/analyse-policy.ts'
import type { Refusal } from '../core/refusal.ts'
import type { RequestOrigin } from '../services/request-origin.ts'

/** Which API answers, for the log and the metrics. */
export type Surface = 'oci' | 'ecr' | 'sts' | 'iam' | 'cloudtrail' | 'manage' | 'service'

/** What the edge knows of a request before anybody reads it; made by `main/server.ts`, and by tests by hand. */
export interface RequestContext extends RequestOrigin {
  /** Ours, a UUID; goes out as `X-Request-Id` and into the log. Never a value that the client sent. */
  readonly requestId: string
  /** From the socket; never from a header, unless the peer is one of our own proxies. */
  readonly clientAddress: string
  /**
   * The `Host` header in lower case, with its port if it names one; empty when there is none. It says which registry is
   * asked for, and is the client's word: good for a look-up and for telling the client its own address.
   */
  readonly host: string
  /** Whether it came in at the anonymous listener: reads only, and no credential is asked for or looked at. */
  readonly anonymousListener: boolean
  /** Lets the answer take as long as it likes, silence included; where there is no server, there is nothing to hold. */
  holdOpen?(): void
  /** Which API answered; set by the server, for the metrics. */
  surface?: Surface
  /**
   * A name from a fixed set, such as `blob-get` or `PutImage`, never text from the request; set by the surface as soon
   * as it knows, for the log and the metrics.
   */
  operation?: string
  /** The ARN of who asks, set by the surface, for the log. */
  principal?: string
  /** What it acts on, for the log, as `describeCall`, `describeInput` and `describeParameters` have it. */
  target?: RequestTarget
  /** Why it was refused, and by what code of its surface; set with `noteRefusal`. */
  refused?: { readonly refusal: Refusal; readonly code: string }
  /** What was found in a policy that it saved, for the log. */
  policyFindings?: readonly PolicyFinding[]
  /** By which what it did can be undone. */
  planId?: string
  /** How a login ended that did not succeed: whether there was no credential, or one that is not good. */
  login?: 'missing' | 'failed'
  /** Whose key a failed login claimed to have, when it looks like a key id. */
  claimedKeyId?: string
}

/** Fields of a log line; texts of the request in it are cut to a sensible length. */
export type RequestTarget = Readonly<Record<string, string>>
