import type { Principal } from '../core/principal.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Credentials } from '../ports/credentials.ts'
import type { IdentityProviderKeys } from '../ports/identity-provider-keys.ts'
import type { Ids } from '../ports/ids.ts'
import type { Registry } from '../ports/metadata/registries.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'
import type { WebhookReceivers } from '../ports/webhook-receivers.ts'
import type { AnswerRoom } from './answer-room.ts'
import type { AuditTrail } from './audit/audit-trail.ts'
import type { BackgroundWork } from './background-work.ts'
import type { BlobCache } from './blob-cache.ts'
import type { BodyRoom } from './body-room.ts'
import type { CostMemory } from './costs/cost-memory.ts'
import type { EventHub } from './events/event-hub.ts'
import type { Directory } from './identity/directory.ts'
import type { InstallationKeys } from './identity/installation-keys.ts'
import type { RepositoryPolicies } from './identity/repository-policies.ts'
import type { UseRecorder } from './identity/use-recorder.ts'
import type { LoginCache } from './login-cache.ts'
import type { PullRecorder } from './pull-recorder.ts'
import type { RequestOrigin } from './request-origin.ts'

/** What the services work with; made once by `main/compose.ts`, and by tests from memory adapters. */
export interface Services {
  readonly metadata: MetadataStore
  readonly blobs: BlobStore
  readonly blobCache: BlobCache
  readonly pulls: PullRecorder
  /** Of access keys and roles. */
  readonly uses: UseRecorder
  /** The memory that large bodies and large answers share, so that nobody can fill the process's. */
  readonly bodyRoom: BodyRoom
  readonly answerRoom: AnswerRoom
  /** The root key of the default account, which is not in the metadata. */
  readonly credentials: Credentials
  readonly directory: Directory
  readonly audit: AuditTrail
  /** What requests have begun and do not wait for. */
  readonly background: BackgroundWork
  /** What the whole installation costs, as last weighed. */
  readonly costs: CostMemory
  /** What is told when there are events. */
  readonly eventHub: EventHub
  /** Where webhooks are sent. */
  readonly receivers: WebhookReceivers
  /** Of the identity providers that roles trust. */
  readonly providerKeys: IdentityProviderKeys
  readonly repositoryPolicies: RepositoryPolicies
  /** What everything that the installation seals or signs is made with. */
  readonly keys: InstallationKeys
  /** Stands for all accounts together in policies, as `aws:PrincipalOrgID`. */
  readonly installationId: string
  readonly logins: LoginCache
  readonly clock: Clock
  readonly ids: Ids
  readonly limits: Limits
  /** The registry that a bare host stands for. */
  readonly defaultRegistry: Registry
}

/** Bounds and periods. All times in milliseconds. */
export interface Limits {
  /** How long a blob that nothing refers to stays, at least, after it was last pushed, mounted or seen. */
  readonly blobLeaseMs: number
  /** How long a deleted manifest can be brought back. */
  readonly restoreWindowMs: number
  /** How long bytes stay after their metadata went, for reads that had begun. */
  readonly removalDelayMs: number
  /** How long an upload that nobody goes on with is kept, at least. */
  readonly uploadExpiryMs: number
  readonly uploadsPerPrincipal: number
  /** An image goes with its tags in one transaction, and is shown with all of them. The same as ECR's. */
  readonly tagsPerManifest: number
  /** ECR's bound for a layer: 52,000 MiB. */
  readonly blobBytes: number
  /** Exactly 4 MiB: every client reads that much, and containers/image no more (oci.md 1.3). */
  readonly manifestBytes: number
  /**
   * Globs over repository names where a manifest may be pushed although something that it refers to is missing (a
   * sparse index, an image whose base layers live elsewhere). Nowhere, unless an operator says so.
   */
  readonly sparseRepositories: readonly string[]
}

export const DEFAULT_LIMITS: Limits = {
  blobLeaseMs: 24 * 3_600_000,
  restoreWindowMs: 7 * 24 * 3_600_000,
  removalDelayMs: 60_000,
  uploadExpiryMs: 24 * 3_600_000,
  uploadsPerPrincipal: 10_000,
  tagsPerManifest: 1000,
  blobBytes: 52_000 * 1024 * 1024,
  manifestBytes: 4 * 1024 * 1024,
  sparseRepositories: [],
}

/** Who asks for what registry: the part of a request that every service needs. */
export interface Caller {
  readonly principal: Principal
  readonly registry: Registry
  readonly requestId: string
  readonly origin: RequestOrigin
}
