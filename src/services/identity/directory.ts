import type { CompiledPolicy } from '../../core/policy/compile-policy.ts'
import type { Account } from '../../ports/metadata/accounts.ts'
import type { AccessKeyRecord, Identities, IdentityKind } from '../../ports/metadata/identity.ts'
import type { Registry } from '../../ports/metadata/registries.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import { AccountMemory } from './account-memory.ts'
import { compileText } from './compile-text.ts'
import { findManagedPolicyText } from './find-managed-policy.ts'
import { ScopePolicies } from './scope-policies.ts'

/** After so long without news of other processes nothing is answered from memory: what it says may be over. */
const LONGEST_WITHOUT_NEWS_MS = 2000
/** Accounts whose identities are remembered at the same time. */
const MOST_ACCOUNTS = 10_000
const MOST_KEYS = 100_000

/** Stands for every account where one has changed (`IdentityEpoch`). */
const EVERYBODY = ''

/** An account, and what applies to all of its registry. */
export interface KnownAccount {
  readonly account: Account
  readonly registry: Registry
  readonly registryPolicy: CompiledPolicy | undefined
  /** Of the scopes above its repositories. */
  readonly scopePolicies: ScopePolicies
}

export interface KnownKey {
  readonly accountId: string
  readonly record: AccessKeyRecord
}

/** Kinds that are asked for by every request. */
export type RememberedKind = Extract<IdentityKind, 'user' | 'group' | 'role'>

/**
 * Who there is and what they may do, from memory. What this process changes is known at the instant of its commit;
 * what others change, with the next `refresh`. What is absent is never remembered.
 */
export class Directory {
  readonly #metadata: MetadataStore
  readonly #region: string
  readonly #monotonicMs: () => number
  readonly #accounts = new Map<string, AccountMemory>()
  readonly #keys = new Map<string, KnownKey & { readonly memory: AccountMemory }>()
  readonly #listeners: (() => void)[] = []
  #epochs: ReadonlyMap<string, number> = new Map()
  #newsAtMs: number
  /** Goes up whenever something is forgotten. */
  #version = 0

  /**
   * @param options.region of the registries
   * @param options.monotonicMs a clock that nobody sets, in milliseconds
   */
  constructor(options: { metadata: MetadataStore; region: string; monotonicMs: () => number }) {
    this.#metadata = options.metadata
    this.#region = options.region
    this.#monotonicMs = options.monotonicMs
    this.#newsAtMs = options.monotonicMs()
    options.metadata.watchIdentities((accountIds) => this.#forget(accountIds))
  }

  /** Calls the listener whenever something was forgotten, so that nothing made of it is used any more. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Whether what is remembered may be used: other processes have been heard of lately. */
  get isFresh(): boolean {
    return this.#monotonicMs() - this.#newsAtMs < LONGEST_WITHOUT_NEWS_MS
  }

  /** Finds out what other processes have changed; to be called twice a second. */
  async refresh(): Promise<void> {
    const askedAtMs = this.#monotonicMs()
    const epochs = new Map<string, number>()
    for (const { accountId, epoch } of await this.#metadata.listIdentityEpochs()) epochs.set(accountId, epoch)
    const changed = [...epochs].filter(([accountId, epoch]) => this.#epochs.get(accountId) !== epoch)
    this.#epochs = epochs
    this.#newsAtMs = askedAtMs
    this.#forget(changed.map(([accountId]) => accountId))
  }

  /** The account, disabled ones too; undefined when there is none. */
  async account(accountId: string): Promise<KnownAccount | undefined> {
    return await this.#memory(accountId).remember('account', () => this.#readAccount(accountId))
  }

  /** The same without waiting, when it is remembered: every request asks for it. */
  rememberedAccount(accountId: string): KnownAccount | undefined {
    return this.isFresh ? this.#accounts.get(accountId)?.peek('account') : undefined
  }

  /** Of whichever account; undefined when there is none. */
  async accessKey(accessKeyId: string): Promise<KnownKey | undefined> {
    const known = this.#keys.get(accessKeyId)
    if (known !== undefined && this.isFresh && this.#accounts.get(known.accountId) === known.memory) return known
    const version = this.#version
    const found = await this.#metadata.findIdentityById('access-key', accessKeyId)
    if (found === undefined) return undefined
    const { accountId, identity: record } = found
    // A change that came meanwhile may be one of this very key.
    if (version === this.#version && this.isFresh) this.#rememberKey(accessKeyId, { accountId, record })
    return { accountId, record }
  }

  /** Undefined when the account has none with that id. */
  async identity<Kind extends RememberedKind>(
    accountId: string,
    kind: Kind,
    id: string,
  ): Promise<Identities[Kind] | undefined> {
    return await this.#memory(accountId).remember(`${kind} ${id}`, async () => {
      const found = await this.#metadata.findIdentityById(kind, id)
      return found?.accountId === accountId ? found.identity : undefined
    })
  }

  /**
   * The default version of a managed policy of the account, or of one that is built in; undefined when there is none.
   *
   * @param kind what it is used as, which a decision by it says
   */
  async managedPolicy(
    accountId: string,
    arn: string,
    kind: 'identity' | 'boundary' | 'session',
  ): Promise<CompiledPolicy | undefined> {
    return await this.#memory(accountId).remember(`${kind} policy ${arn}`, async () => {
      const text = await findManagedPolicyText(this.#metadata, accountId, arn)
      return text === undefined ? undefined : compileText(text, { kind, name: arn })
    })
  }

  /** Anything that was made of an account's identities, until one of them changes. */
  async made<Value>(accountId: string, name: string, make: () => Promise<Value>): Promise<Value> {
    return await this.#memory(accountId).remember(`made ${name}`, make)
  }

  async #readAccount(accountId: string): Promise<KnownAccount | undefined> {
    const account = await this.#metadata.findAccount(accountId)
    if (account === undefined) return undefined
    const registry = await this.#metadata.findRegistry(accountId, this.#region)
    if (registry === undefined) return undefined
    const policy = await this.#metadata.readRegistryPolicy(registry.id)
    const source = { kind: 'registry', name: `registry policy of ${accountId}` } as const
    const registryPolicy = policy === undefined ? undefined : compileText(policy.text, source)
    const scopePolicies = new ScopePolicies(await this.#metadata.listScopePolicies(registry.id))
    return { account, registry, registryPolicy, scopePolicies }
  }

  /** A memory that nobody remembers while other processes have not been heard of: it is used once, and dropped. */
  #memory(accountId: string): AccountMemory {
    if (!this.isFresh) return new AccountMemory()
    const known = this.#accounts.get(accountId)
    if (known !== undefined) return known
    if (this.#accounts.size >= MOST_ACCOUNTS) this.#accounts.clear()
    const memory = new AccountMemory()
    this.#accounts.set(accountId, memory)
    return memory
  }

  #rememberKey(accessKeyId: string, key: KnownKey): void {
    if (this.#keys.size >= MOST_KEYS) this.#keys.clear()
    this.#keys.set(accessKeyId, { ...key, memory: this.#memory(key.accountId) })
  }

  #forget(accountIds: readonly string[]): void {
    if (accountIds.length === 0) return
    this.#version++
    if (accountIds.includes(EVERYBODY)) this.#accounts.clear()
    for (const accountId of accountIds) this.#accounts.delete(accountId)
    for (const listener of this.#listeners) listener()
  }
}
