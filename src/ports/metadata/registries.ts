/** One account in one region. */
export interface Registry {
  readonly id: number
  readonly accountId: string
  readonly region: string
}

/** What applies to the registry as a whole. */
export interface RegistryPolicy {
  /** As it was put. */
  readonly text: string
  /** Goes up with every policy that is put, and is never used twice in the registry. */
  readonly revision: number
}

export interface RegistryReads {
  /** The id of the installation that this is the metadata of, once it has one. */
  findInstallation(): Promise<string | undefined>
  findRegistry(accountId: string, region: string): Promise<Registry | undefined>
  /** All of them, in the order in which they were made: an installation has few. */
  listRegistries(): Promise<Registry[]>
  /** What has been set, by name; a setting that is not here has its default, which the caller knows. */
  getAccountSettings(registryId: number): Promise<Readonly<Record<string, string>>>
  readRegistryPolicy(registryId: number): Promise<RegistryPolicy | undefined>
}

export interface RegistryChanges {
  /** The installation's id: `id` when it had none. */
  ensureInstallation(id: string): Promise<string>
  /** The registry, and the account that it is of, made when there is none. */
  ensureRegistry(accountId: string, region: string, nowMs: number): Promise<Registry>
  /** Inserts or replaces. Refuses nothing: the caller has checked name and value. */
  putAccountSetting(registryId: number, name: string, value: string): Promise<void>
  /**
   * Puts the policy in the place of the one there was. Counts as a change of the account's identities, and is taken
   * before any other lock, as `changeIdentities` is. Refuses nothing: the caller has checked the text.
   */
  putRegistryPolicy(registryId: number, text: string): Promise<void>
  /** Counts as `putRegistryPolicy` does, unless there is none. */
  deleteRegistryPolicy(registryId: number): Promise<void>
}
