import type { Digest } from '../../core/digest.ts'
import type { LifecycleImage } from '../../core/lifecycle/lifecycle-image.ts'
import type { Page } from './page.ts'
import type { Repository } from './repositories.ts'

/** A repository's own lifecycle policy, and how it stands with it. */
export interface StoredLifecycle {
  /** As it was put; undefined for none. */
  readonly text: string | undefined
  /** Goes up with every change of it. */
  readonly revision: number
  /** When a policy was last carried out here. */
  readonly evaluatedAtMs: number | undefined
}

export interface LifecycleReads {
  /** Undefined when there is no such repository. */
  readLifecycle(repositoryId: number): Promise<StoredLifecycle | undefined>
  /** Live repositories of all registries that come after this number, by their numbers. */
  listLifecycles(
    afterRepositoryId: number,
    limit: number,
  ): Promise<{ readonly repository: Repository; readonly lifecycle: StoredLifecycle }[]>
  /** What the planner sees of a repository, by digest. @param page.withAnnotations they can be large */
  listLifecycleImages(
    repositoryId: number,
    page: Page<Digest> & { readonly withAnnotations: boolean },
  ): Promise<(LifecycleImage & { readonly sizeBytes: number })[]>
  /** The same of single ones; what is not there is left out. */
  findLifecycleImages(repositoryId: number, digests: readonly Digest[]): Promise<LifecycleImage[]>
  /** What each of these manifests holds: blobs with their sizes, as the installation has them. */
  listBlobsOfManifests(
    repositoryId: number,
    digests: readonly Digest[],
  ): Promise<{ readonly manifest: Digest; readonly blob: Digest; readonly sizeBytes: number }[]>
  /** Of `blobs`, how many live manifests of the whole installation hold each; none are left out. */
  countHolders(blobs: readonly Digest[]): Promise<Map<Digest, number>>
}

export interface LifecycleChanges {
  /** Puts the policy, or takes it away. The caller has checked the text and holds the exclusive lock. */
  putLifecyclePolicy(repositoryId: number, text: string | undefined): Promise<void>
  /**
   * Says that the repository's policy is carried out at `atMs`, unless somebody has said so since `notSinceMs`: of several
   * processes one does it.
   *
   * @returns whether it is the caller who does
   */
  claimLifecycle(repositoryId: number, claim: { readonly atMs: number; readonly notSinceMs: number }): Promise<boolean>
}
