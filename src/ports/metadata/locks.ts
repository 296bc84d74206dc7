import type { Digest } from '../../core/digest.ts'
import type { Tag } from '../../core/tag.ts'
import type { Repository } from './repositories.ts'

/**
 * Locks last until the transaction ends. A transaction locks one repository, then tags in byte order, then blobs in byte
 * order, and takes from quotas last: in any other order two of them can wait for each other.
 */
export interface MetadataLocks {
  /**
   * Keeps the repository as it is until the transaction ends. `shared`: others may push at the same time, none may
   * delete from it; `exclusive`: nobody else changes anything in it. Either keeps the settings of all scopes as they are
   * (`lockSettings`).
   *
   * @returns the repository as it is now, or undefined when it is gone or deleted
   */
  lockRepository(repositoryId: number, mode: 'shared' | 'exclusive'): Promise<Repository | undefined>
  /** Keeps anybody else from writing this tag until the transaction ends. Lock several in byte order. */
  lockTag(repositoryId: number, tag: Tag): Promise<void>
  /**
   * Keeps blobs from being collected until the transaction ends, and the collector from them while others hold them.
   * Whoever holds a blob and is going to write its row (`leaseBlobs`, `setBlobState`, …) holds it `exclusive`: two who
   * hold it `shared` and then write it wait for each other. The end of an upload and the scrub's note that a copy is
   * intact decide nothing by the row, and hold none.
   */
  lockBlobs(digests: readonly Digest[], mode: 'shared' | 'exclusive'): Promise<void>
  /**
   * Keeps blobs that the repository does not see from coming to it (`linkBlob`) until the transaction ends: whoever
   * writes a manifest over them, or links one, knows of the other. Comes after `lockBlobs`.
   */
  lockArrivals(repositoryId: number, digests: readonly Digest[]): Promise<void>
}
