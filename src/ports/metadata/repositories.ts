import type { RepositoryName } from '../../core/repository-name.ts'
import type { TagMutability } from '../../core/tag-mutability.ts'
import type { Page } from './page.ts'

export interface Repository {
  /** Never used twice: a repository made again under an old name has another one. */
  readonly id: number
  readonly registryId: number
  readonly name: RepositoryName
  readonly createdAtMs: number
  /** Its own; undefined, as `scanOnPush`, when nobody has chosen one: what is in force is a service's to say. */
  readonly tagMutability: TagMutability | undefined
  readonly scanOnPush: boolean | undefined
  readonly encryption: { readonly type: string; readonly kmsKey?: string }
  /** Goes up with every policy that is put, and is never used twice in the repository; undefined without a policy. */
  readonly policyRevision: number | undefined
  /** Whether any image or tag in it is locked, so that most pushes need not look. */
  readonly hasLocks: boolean
}

/** Kept verbatim. Too large to come with every read. */
export interface PolicyTexts {
  readonly repositoryPolicyText?: string
  readonly lifecyclePolicyText?: string
}

export interface NewRepository extends Omit<Repository, 'id' | 'policyRevision' | 'hasLocks'>, PolicyTexts {}

/** The settings that can change after creation; null takes away what was chosen. */
export interface RepositoryChange {
  readonly tagMutability?: TagMutability | null
  readonly scanOnPush?: boolean | null
}

export interface ResourceTag {
  readonly key: string
  readonly value: string
}

/** A deleted repository is found neither by its name nor in a list; `RepositoryDeletionReads` know of it. */
export interface RepositoryReads {
  findRepository(registryId: number, name: RepositoryName): Promise<Repository | undefined>
  /** In byte order of their names. */
  listRepositories(registryId: number, page: Page): Promise<Repository[]>
  /** The names alone, which an index has. */
  listRepositoryNames(registryId: number, page: Page): Promise<RepositoryName[]>
  /** None when there is no such repository. */
  readPolicyTexts(repositoryId: number): Promise<PolicyTexts>
  /** Undefined when there is no policy, or no such repository. */
  readRepositoryPolicy(repositoryId: number): Promise<string | undefined>
  /** All of them, by key: a repository has few. */
  listResourceTags(repositoryId: number): Promise<ResourceTag[]>
}

export interface RepositoryChanges {
  /** @returns undefined when a live repository of that name exists */
  insertRepository(repository: NewRepository): Promise<Repository | undefined>
  /** Changes the members that are given. The caller holds the exclusive lock; what is not there is passed over. */
  updateRepository(repositoryId: number, change: RepositoryChange): Promise<void>
  /**
   * Puts the policy in the place of the one there was, under a new revision. The caller has checked the text and holds
   * the exclusive lock; what is not there is passed over.
   */
  putRepositoryPolicy(repositoryId: number, text: string): Promise<void>
  /** Afterwards there is none. The caller holds the exclusive lock; what is not there is passed over. */
  deleteRepositoryPolicy(repositoryId: number): Promise<void>
  /** Inserts or replaces by key. Refuses nothing: the caller has counted, under the exclusive lock. */
  putResourceTags(repositoryId: number, tags: readonly ResourceTag[]): Promise<void>
  /** Keys that are not there are passed over. */
  deleteResourceTags(repositoryId: number, keys: readonly string[]): Promise<void>
}
