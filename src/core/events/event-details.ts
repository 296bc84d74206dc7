import type { Digest } from '../digest.ts'
import type { Tag } from '../tag.ts'
import type { TagMutability } from '../tag-mutability.ts'

/** Of an image, as far as ECR's events name it. */
interface ImageFacts {
  readonly digest: Digest
  readonly mediaType: string
  /** Of a manifest without one, that of its config; undefined when it has neither. */
  readonly artifactType?: string | undefined
}

/** By which request it was done; undefined when the server did it by itself. */
interface ByWhich {
  readonly requestId?: string
  /** Of the plan that it was a part of. */
  readonly planId?: string
}

/** What a lock is on: an image, or a tag wherever it points. */
type Locked = { readonly digest: Digest; readonly tag?: undefined } | { readonly digest?: undefined; readonly tag: Tag }

/**
 * What is told of an event, by its kind. Sizes in bytes, times as Unix time in milliseconds.
 *
 * What is read back was written by some release before, so members that are added later are optional.
 */
export interface EventDetails {
  'repository-created': { requestId: string }
  'repository-changed': {
    /** Null: what was chosen was taken away. */
    tagMutability?: TagMutability | null | undefined
    scanOnPush?: boolean | null | undefined
    requestId: string
  }
  'repository-deleted': { hasImages: boolean; requestId: string; planId?: string }
  /** Brought back after it was deleted, with all that it held. */
  'repository-undeleted': ByWhich
  /** Each tag that the push set has one of its own, and a push without tags has one. */
  'image-pushed': ImageFacts & { tag?: Tag; requestId: string }
  /** The same for an image that refers to another. */
  'referrer-pushed': ImageFacts & { subject: Digest; tag?: Tag; requestId: string }
  'tag-deleted': ByWhich & { tag: Tag; digest?: Digest }
  /** `tags` are the first ones of `tagCount`. */
  'manifest-deleted': ByWhich & { digest: Digest; tags: readonly Tag[]; tagCount: number }
  'image-archived': ByWhich & ImageFacts
  'image-restored': ByWhich & ImageFacts & { lastActivatedAtMs?: number }
  /** Brought back after it was deleted, with these tags. */
  'image-undeleted': ByWhich & { digest: Digest; tags: readonly Tag[] }
  /** `from` is undefined when the tag was gone, `to` when it was so at the time it is rolled back to. */
  'tag-rolled-back': ByWhich & { tag: Tag; from?: Digest; to?: Digest; asOfMs: number }
  'image-locked': ByWhich & Locked & { reason: string; owner: string }
  'image-unlocked': ByWhich & Locked & { reason?: string }
  /** A plan that takes more than `share` of the images of a repository, and waits for somebody to confirm it. */
  /** `undonePlanId`: what the policy did before was undone, and that is why it waits. */
  'plan-waiting': { planId: string; wouldTake: number; outOf: number; share: number; undonePlanId?: string }
  'plan-applied': {
    planId: string
    cause: 'lifecycle' | 'deletion' | 'repository-deletion'
    expired: number
    archived: number
    untagged: number
    failed: number
    requestId?: string
  }
  /** A run of a lifecycle policy, also of one that found nothing to do. */
  'lifecycle-evaluated': { images: number; expired: number; archived: number; failed: number; planId?: string }
  'blob-repaired': { digest: Digest }
  'manifests-purged': { why: string; digests: readonly Digest[] }
  'repository-purged': { why: string }
  'blobs-collected': { why: string; blobs: readonly { digest: Digest; sizeBytes: number }[] }
  'blob-damaged': { digest: Digest; finding: 'missing' | 'damaged'; sizeBytes: number }
  'blob-recovered': { digest: Digest; sizeBytes: number }
  'scrub-stopped': { why: string; checked: number; wrong: number }
  'collection-refused': {
    measure: 'manifests' | 'blobs' | 'blobBytes'
    wouldTake: number
    outOf: number
    share: number
    floor: number
  }
  /** Sent to a webhook to try it, and never stored. */
  ping: { webhook: string }
}

/** Every kind of event that somebody may be told of. */
export type ToldKind = keyof EventDetails

/** An event as others are to be told of it, whatever keeps it. */
export interface ToldEvent<Kind extends ToldKind = ToldKind> {
  readonly kind: Kind
  /** Unix time in milliseconds. */
  readonly atMs: number
  /** Undefined for what is no repository's. */
  readonly repositoryName: string | undefined
  /** The ARN of who asked for it; undefined for what the server did by itself. */
  readonly principal: string | undefined
  readonly detail: Readonly<EventDetails[Kind]>
}

/** Where an event is told from. */
export interface EventOrigin {
  /** A UUID, the same however often and to whomever the event is told. */
  readonly id: string
  readonly accountId: string
  readonly region: string
}
