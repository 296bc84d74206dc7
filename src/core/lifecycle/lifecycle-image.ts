import type { Digest } from '../digest.ts'
import type { Tag } from '../tag.ts'

/** ECR's two storage classes (ecr.md 7.3). An archived image cannot be pulled until it is restored. */
export type StorageClass = 'standard' | 'archive'

/** A live tag of an image. */
export interface ImageTag {
  readonly tag: Tag
  /** Since when it points at this image; bringing a deleted tag back does not change it. */
  readonly setAtMs: number
  /** Nothing but a person takes a locked tag off, or the image away that it is on. */
  readonly isLocked?: boolean
}

/**
 * A manifest as the planner sees it: a snapshot of one repository is an iterable of these, in any order, each digest
 * once. Times are Unix times in milliseconds.
 */
export interface LifecycleImage {
  readonly digest: Digest
  /** In any order. */
  readonly tags: readonly ImageTag[]
  readonly mediaType: string
  readonly artifactType: string | undefined
  /** Of the manifest itself; undefined when no rule asks for them, or it has none. */
  readonly annotations?: Readonly<Record<string, string>> | undefined
  readonly pushedAtMs: number
  /** Undefined when it was never pulled. */
  readonly lastPulledAtMs: number | undefined
  /** When its last tag was taken off; undefined while it has one, and when it never had any. */
  readonly untaggedAtMs: number | undefined
  readonly storageClass: StorageClass
  /** When it was last archived, and last restored. */
  readonly archivedAtMs: number | undefined
  readonly restoredAtMs: number | undefined
  /** Manifests that this index holds; they may include some that are not in the snapshot. */
  readonly children: readonly Digest[]
  /** May name what is not in the snapshot. */
  readonly subject: Digest | undefined
  /** Nothing but a person deletes or archives a locked image. */
  readonly isLocked?: boolean
}

/** @throws {RangeError} if there is no such place: a bug of the planner's */
export function imageAt(images: readonly LifecycleImage[], index: number): LifecycleImage {
  const image = images[index]
  if (image === undefined) throw new RangeError(`no image at ${index} of ${images.length}`)
  return image
}

/** Whether it, or a tag on it, is locked. */
export function hasLock(image: LifecycleImage): boolean {
  if (image.isLocked === true) return true
  for (const tag of image.tags) if (tag.isLocked === true) return true
  return false
}
