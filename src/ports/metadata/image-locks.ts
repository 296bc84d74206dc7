import type { Digest } from '../../core/digest.ts'
import type { Tag } from '../../core/tag.ts'
import type { Page } from './page.ts'

/** What is locked. */
export type LockTarget =
  | { readonly kind: 'tag'; readonly name: Tag }
  | { readonly kind: 'image'; readonly name: Digest }

/** A lock that no lifecycle, deletion, push or replication passes. */
export type ImageLock = LockTarget & {
  /** Why, for whoever runs into it. */
  readonly reason: string
  /** Who is to be asked: a person or a team, in their own words. */
  readonly owner: string
  /** The ARN of who locked it. */
  readonly lockedBy: string
  readonly lockedAtMs: number
}

export interface ImageLockReads {
  /** Those of `names` that are locked. */
  findImageLocks(repositoryId: number, names: readonly string[]): Promise<ImageLock[]>
  /** By kind and name. */
  listImageLocks(repositoryId: number, page: Page<LockTarget>): Promise<ImageLock[]>
}

export interface ImageLockChanges {
  /** Locks, or says anew why. The caller holds the repository exclusively. */
  putImageLock(repositoryId: number, lock: ImageLock): Promise<void>
  /** The caller holds the repository exclusively. @returns whether it was locked */
  deleteImageLock(repositoryId: number, target: LockTarget): Promise<boolean>
}
