import type { Digest } from '../../core/digest.ts'
import type { Tag } from '../../core/tag.ts'
import type { RepositoryChange } from './repositories.ts'

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

interface Event<Kind extends string, Detail> {
  readonly kind: Kind
  /** Unix time in milliseconds. */
  readonly atMs: number
  readonly detail: Readonly<Detail>
}

type RequestEvent<Kind extends string, Detail> = ByRequest & Event<Kind, Detail>
type JanitorEvent<Kind extends string, Detail> = ByJanitor & Event<Kind, Detail>
/** What a plan did: for somebody who asked, or by the server itself. */
type PlanEvent<Kind extends string, Detail> = EventPlace & { readonly principal: string | undefined } & Event<
    Kind,
    Detail
  >
type InstallationEvent<Kind extends string, Detail> = ToInstallation & Event<Kind, Detail>

/**
 * A fact for operators and, later, for subscribers; written in the transaction that made it true. Sizes in bytes.
 *
 * Whoever adds a kind says here what its detail is. What is read back was written by some release before, so members
 * that are added later are optional.
 */
export type EventRecord =
  | RequestEvent<'repository-created', { requestId: string }>
  | RequestEvent<'repository-changed', RepositoryChange & { requestId: string }>
  | RequestEvent<'repository-deleted', { hasImages: boolean; requestId: string }>
  | PlanEvent<'tag-deleted', { tag: Tag; digest?: Digest; planId?: string; requestId?: string }>
  | PlanEvent<
      'manifest-deleted',
      { digest: Digest; tags: readonly Tag[]; tagCount: number; planId?: string; requestId?: string }
    >
  | RequestEvent<'blob-repaired', { digest: Digest }>
  | JanitorEvent<'manifests-purged', { why: string; digests: readonly Digest[] }>
  | JanitorEvent<'repository-purged', { why: string }>
  | InstallationEvent<'blobs-collected', { why: string; blobs: readonly { digest: Digest; sizeBytes: number }[] }>
  | InstallationEvent<'blob-damaged', { digest: Digest; finding: 'missing' | 'damaged'; sizeBytes: number }>
  | InstallationEvent<'blob-recovered', { digest: Digest; sizeBytes: number }>
  | InstallationEvent<'scrub-stopped', { why: string; checked: number; wrong: number }>
  | InstallationEvent<
      'collection-refused',
      {
        measure: 'manifests' | 'blobs' | 'blobBytes'
        wouldTake: number
        outOf: number
        share: number
        floor: number
      }
    >

export type EventKind = EventRecord['kind']
export type EventOf<Kind extends EventKind> = EventRecord & { readonly kind: Kind }

/** An event as it comes back: ids go up in the order of writing. */
export type StoredEvent = EventRecord & { readonly id: number }
