import type { Digest } from '../../core/digest.ts'
import type { Tag } from '../../core/tag.ts'
import type { Page } from './page.ts'

export interface TagEntry {
  readonly tag: Tag
  readonly digest: Digest
  /** Since when the tag points there. */
  readonly fromMs: number
}

/** A live tag, and whether its name has ever stood for something else. */
export interface TagState extends TagEntry {
  readonly hasMoved: boolean
}

/** Live tags; closed ones, which are their history, are never seen. */
export interface TagReads {
  findTag(repositoryId: number, tag: Tag): Promise<TagEntry | undefined>
  /** The tags that point at the manifest, in byte order. */
  tagsOf(repositoryId: number, digest: Digest): Promise<Tag[]>
  /** The names alone, in byte order: an index has them, and what each points at would be a look-up of its own. */
  listTags(repositoryId: number, page: Page): Promise<Tag[]>
  /** The same with all that is known of each: a look into its history for every tag, for reports. */
  listTagStates(repositoryId: number, page: Page): Promise<TagState[]>
}

export interface TagChanges {
  /**
   * Points the tag at the digest; the row that said otherwise is closed, and stays as history. No-op when it points
   * there. Whether it may move is the caller's to decide, under the tag's lock.
   *
   * @returns how many tags point at the digest now; undefined when nothing has changed
   * @throws {Error} when the repository does not hold the manifest
   */
  putTag(repositoryId: number, tag: Tag, digest: Digest, nowMs: number): Promise<number | undefined>
  /** Closes the tag. @returns whether it existed */
  deleteTag(repositoryId: number, tag: Tag, nowMs: number): Promise<boolean>
}
