import type { Digest } from '../../core/digest.ts'
import type { Usage } from '../../core/settings/quota.ts'
import type { NamespacePath, ParentScope, Scope } from '../../core/settings/scope.ts'
import type { Setting, SettingName } from '../../core/settings/settings.ts'
import type { Page } from './page.ts'
import type { Repository } from './repositories.ts'

/** A setting with who said it. */
export type SettingRecord = Setting & {
  readonly locked: boolean
  readonly changedAtMs: number
  /** The principal's ARN. */
  readonly changedBy: string
}

export type StoredSetting = SettingRecord & { readonly scope: Scope }

/** Whose settings are asked for, beside those of the installation and of the registry. */
export interface SettingsOf {
  readonly namespaces: readonly NamespacePath[]
  /** Its own, those apart that its row has: `tagMutability`, `scanOnPush` and the texts of policies. */
  readonly repository?: Pick<Repository, 'id' | 'name'>
}

/** A scope's policy, whose statements count for every repository below. */
export interface ScopePolicy {
  readonly scope: ParentScope
  readonly text: string
}

/** Whose quota: a scope of the registry, or one of its repositories. */
export type QuotaKey =
  | { readonly registryId: number; readonly scope: ParentScope }
  | { readonly registryId: number; readonly repositoryId: number }

export interface SettingReads {
  /** What is said, farthest scope first. */
  listSettings(registryId: number, of: SettingsOf): Promise<StoredSetting[]>
  /** Namespaces that say something, in byte order, with what they say. */
  listNamespacesWithSettings(
    registryId: number,
    page: Page,
  ): Promise<{ readonly path: NamespacePath; readonly names: readonly SettingName[] }[]>
  /** Of the installation, the registry and its namespaces: what every decision in the registry may need. */
  listScopePolicies(registryId: number): Promise<ScopePolicy[]>
  /** What the live repositories of the scope hold, all registries' for the installation. */
  sumUsage(registryId: number, scope: ParentScope): Promise<Usage>
  repositoryUsage(repositoryId: number): Promise<Usage>
}

/** Whom a change of policies is for: everybody in an account, or in the installation. */
export type PolicyReach = { readonly accountId: string } | 'everybody'

export interface SettingChanges {
  /**
   * Waits for whoever has locked a repository, and keeps everybody else from locking one until the transaction ends: the
   * settings that they have read stay as they are. Comes before any other lock but that of an account, which `reach`
   * takes: it counts as a change of identities then, as policies do.
   */
  lockSettings(reach: PolicyReach | undefined): Promise<void>
  /** Inserts or replaces. The caller has checked the value, and holds the settings. */
  putScopeSetting(registryId: number, scope: ParentScope, setting: SettingRecord): Promise<void>
  /** The caller holds the settings. @returns whether it was there */
  deleteScopeSetting(registryId: number, scope: ParentScope, name: SettingName): Promise<boolean>
  /** Of what `SettingsOf.repository` has, and never locked. The caller has checked the value and holds the repository exclusively. */
  putRepositorySetting(repositoryId: number, setting: SettingRecord): Promise<void>
  /** The caller holds the repository exclusively. @returns whether it was there */
  deleteRepositorySetting(repositoryId: number, name: SettingName): Promise<boolean>
}

/** What repositories hold, and what is left of quotas. All of it is exact at the end of every transaction. */
export interface UsageChanges {
  /**
   * Charges the repository for those blobs of the manifest that it may see and was not charged for. Two who do so at once
   * wait for each other where both are about the same blob.
   *
   * @returns their sizes
   */
  chargeBlobs(repositoryId: number, manifest: Digest): Promise<number>
  /** The same for a blob that came later than a live manifest that refers to it. */
  chargeLateBlob(repositoryId: number, blob: Digest): Promise<number>
  /** Ends the charge for those blobs of the manifest that no live manifest refers to. The caller holds the repository exclusively. */
  releaseBlobs(repositoryId: number, manifest: Digest): Promise<number>
  addUsage(repositoryId: number, usage: Usage): Promise<void>
  /**
   * Takes what is needed from what is left of the quota. Nothing that another transaction needs is locked longer than
   * this one runs, and of many who take at once few wait. A transaction takes once from each quota, after all its other
   * locks, in the order of `listSettings`.
   *
   * @returns undefined when it was taken, else what is left, to the byte: nothing has changed then
   */
  takeQuota(key: QuotaKey, needed: Usage): Promise<Usage | undefined>
  /** Adds to what is left; with negative numbers it takes whether or not there is enough. */
  returnQuota(key: QuotaKey, usage: Usage): Promise<void>
  /** What is left from now on; undefined when there is no quota any more. The caller holds the settings, or the repository exclusively. */
  setQuotaLeft(key: QuotaKey, left: Usage | undefined): Promise<void>
}
