import type { Digest } from '../../core/digest.ts'
import type { BlobLocation } from '../blob-store.ts'

/** What the collector looks at: a blob in a repository, or a deleted manifest or repository whose restore window ends. */
export type Candidate =
  | {
      readonly kind: 'blob'
      readonly repositoryId: number | undefined
      readonly digest: Digest
      readonly dueAtMs: number
    }
  | { readonly kind: 'manifest'; readonly repositoryId: number; readonly digest: Digest; readonly dueAtMs: number }
  | {
      readonly kind: 'repository'
      readonly repositoryId: number
      readonly digest?: undefined
      readonly dueAtMs: number
    }

/** Bytes that no metadata refers to any more and that are to be unlinked. */
export interface BlobRemoval {
  readonly location: BlobLocation
  readonly digest: Digest
  readonly sizeBytes: number
  readonly dueAtMs: number
  /** Why it goes, for the one who asks afterwards. */
  readonly why: 'unreferenced' | 'replaced'
}

export interface CandidateReads {
  /** Due candidates, oldest first (ties in any fixed order); with `after`, what follows it, whether or not it is still there. */
  listDueCandidates(nowMs: number, limit: number, after?: Candidate): Promise<Candidate[]>
}

export interface CandidateChanges {
  /** There is one candidate per kind, repository and digest: a new due time replaces the old one. */
  addCandidate(candidate: Candidate): Promise<void>
  /** @returns whether it was there with this very due time; with another one it has been made anew, and stays */
  deleteCandidate(candidate: Candidate): Promise<boolean>
}

export interface RemovalReads {
  /** Due at `nowMs` or before, oldest first. */
  listDueRemovals(nowMs: number, limit: number): Promise<BlobRemoval[]>
}

export interface RemovalChanges {
  /** To be called when the bytes are gone. No error when there is no such removal. */
  deleteRemoval(location: BlobLocation): Promise<void>
}

export interface UsageReads {
  /** Counts and sums for the collector's brake and for metrics; deleted manifests count until they are purged. May be a few minutes old. */
  usage(): Promise<{ readonly blobs: number; readonly blobBytes: number; readonly manifests: number }>
}
