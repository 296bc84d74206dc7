import type { EventDetails } from '../../core/events/event-details.ts'

/** Which repository it happened to. The name stays readable when the repository is gone, and its number is no use. */
export interface EventPlace {
  readonly registryId: number
  readonly repositoryId: number
  readonly repositoryName: string
}

/** Done by a request; `principal` is the ARN of who asked. */
type ByRequest = EventPlace & { readonly principal: string }
/** Done by the server itself. */
type ByJanitor = EventPlace & { readonly principal: undefined }
/** Done by the server itself to what all repositories share. */
type ToInstallation = { readonly [Column in keyof ByRequest]: undefined }

/** Done by either. */
type ByEither = EventPlace & { readonly principal: string | undefined }

type Event<Kind extends keyof EventDetails> = Kind extends keyof EventDetails
  ? {
      readonly kind: Kind
      /** Unix time in milliseconds. */
      readonly atMs: number
      readonly detail: Readonly<EventDetails[Kind]>
    }
  : never

/** What a person does with their own hands. */
type RequestKind =
  | 'repository-created'
  | 'repository-changed'
  | 'repository-deleted'
  | 'image-pushed'
  | 'referrer-pushed'
  | 'blob-repaired'
/** What a policy or a plan does too. */
type EitherKind =
  | 'repository-undeleted'
  | 'tag-deleted'
  | 'manifest-deleted'
  | 'image-archived'
  | 'image-restored'
  | 'image-undeleted'
  | 'tag-rolled-back'
  | 'image-locked'
  | 'image-unlocked'
  | 'plan-applied'
type JanitorKind = 'plan-waiting' | 'lifecycle-evaluated' | 'manifests-purged' | 'repository-purged'
type InstallationKind = 'blobs-collected' | 'blob-damaged' | 'blob-recovered' | 'scrub-stopped' | 'collection-refused'

/**
 * A fact for operators and subscribers; written in the transaction that made it true. What its detail is says
 * `core/events/event-details.ts`.
 */
export type EventRecord =
  | (ByRequest & Event<RequestKind>)
  | (ByEither & Event<EitherKind>)
  | (ByJanitor & Event<JanitorKind>)
  | (ToInstallation & Event<InstallationKind>)

export type EventKind = EventRecord['kind']
export type EventOf<Kind extends EventKind> = EventRecord & { readonly kind: Kind }

/** An event as it comes back: ids go up in the order of writing. */
export type StoredEvent = EventRecord & { readonly id: number }

/**
 * An event at its place among all events of the installation: sequences have no gap, and one that can be seen never comes
 * before another that was seen already.
 */
export type SequencedEvent = EventRecord & {
  readonly sequence: number
  /** Whose subscribers are told: the event's own registry, or the default one for what is no registry's. */
  readonly audienceId: number
}
