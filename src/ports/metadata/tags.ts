import type { Digest } from '../../core/digest.ts'
import type { Tag } from '../../core/tag.ts'
import type { Page } from './page.ts'

export interface TagEntry {
  readonly tag: Tag
  readonly digest: Digest
  /** Since when the tag points there. */
  readonly fromMs: number
  /** Since when somebody has wanted it so: bringing a tag back begins a new period of it, and leaves this as it was. */
  readonly setAtMs: number
}

/** Why a tag began or ended to point somewhere. */
export type TagCause =
  | 'push' // also what a push moved elsewhere
  | 'rollback'
  | 'untag' // taken off by itself
  | 'deletion' // its image went
  | 'undo'

/** Who, when and what for. */
export interface TagChange {
  readonly atMs: number
  /** The ARN of who did it; undefined for the server itself, and for what is not known. */
  readonly by?: string | undefined
  readonly cause?: TagCause | undefined
  /** The plan that did or undid it. */
  readonly planId?: string | undefined
}

/** One row of a tag's memory: from when to when it pointed where. */
export interface TagPeriod extends TagEntry {
  /** Undefined while it does. */
  readonly untilMs: number | undefined
  readonly from: Omit<TagChange, 'atMs'>
  readonly until: Omit<TagChange, 'atMs'>
}

/** A live tag, and whether its name has ever stood for something else. */
export interface TagState extends TagEntry {
  readonly hasMoved: boolean
}

/** Live tags; what they were before is `TagMemoryReads`'. */
export interface TagReads {
  findTag(repositoryId: number, tag: Tag): Promise<TagEntry | undefined>
  /** The tags that point at the manifest, in byte order. */
  tagsOf(repositoryId: number, digest: Digest): Promise<Tag[]>
  /** The names alone, in byte order: an index has them, and what each points at would be a look-up of its own. */
  listTags(repositoryId: number, page: Page): Promise<Tag[]>
  /** The same with all that is known of each: a look into its history for every tag, for reports. */
  listTagStates(repositoryId: number, page: Page): Promise<TagState[]>
}

/** What tags were. */
export interface TagMemoryReads {
  /** A tag's periods, the live one first, then the last that ended. `after` is the id of the last one of a page. */
  listTagPeriods(repositoryId: number, tag: Tag, page: Page<number>): Promise<(TagPeriod & { readonly id: number })[]>
  /** Where the tag pointed at that instant. A period has its first instant and not its last. */
  findTagAt(repositoryId: number, tag: Tag, atMs: number): Promise<TagPeriod | undefined>
  /** Where all tags pointed at that instant, in byte order. */
  listTagsAt(repositoryId: number, atMs: number, page: Page): Promise<TagPeriod[]>
  /** The tags of which a period began or ended after `afterMs` and not after `untilMs`, in byte order, each once. */
  listChangedTags(
    repositoryId: number,
    span: { readonly afterMs: number; readonly untilMs: number },
    page: Page,
  ): Promise<Tag[]>
  /** What a plan ended of one image's tags, in byte order. */
  listTagsEndedBy(planId: string, digest: Digest): Promise<TagPeriod[]>
}

export interface TagChanges {
  /**
   * Points the tag at the digest; the row that said otherwise is closed, and stays as history. No-op when it points
   * there. Whether it may move is the caller's to decide, under the tag's lock.
   *
   * @param change `setAtMs`: only when a tag is brought back
   * @returns how many tags point at the digest now; undefined when nothing has changed
   * @throws {Error} when the repository does not hold the manifest
   */
  putTag(
    repositoryId: number,
    tag: Tag,
    digest: Digest,
    change: TagChange & { readonly setAtMs?: number },
  ): Promise<number | undefined>
  /** Closes the tag. @returns whether it existed */
  deleteTag(repositoryId: number, tag: Tag, change: TagChange): Promise<boolean>
}
