/** One account in one region. */
export interface Registry {
  readonly id: number
  readonly accountId: string
  readonly region: string
}

export interface RegistryReads {
  /** The id of the installation that this is the metadata of, once it has one. */
  findInstallation(): Promise<string | undefined>
  findRegistry(accountId: string, region: string): Promise<Registry | undefined>
  /** All of them, in the order in which they were made: an installation has few. */
  listRegistries(): Promise<Registry[]>
  /** What has been set, by name; a setting that is not here has its default, which the caller knows. */
  getAccountSettings(registryId: number): Promise<Readonly<Record<string, string>>>
}

export interface RegistryChanges {
  /** The installation's id: `id` when it had none. */
  ensureInstallation(id: string): Promise<string>
  /** The registry, made when there is none. */
  ensureRegistry(accountId: string, region: string, nowMs: number): Promise<Registry>
  /** Inserts or replaces. Refuses nothing: the caller has checked name and value. */
  putAccountSetting(registryId: number, name: string, value: string): Promise<void>
}
