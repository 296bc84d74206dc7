import type { CompactToken } from '../../core/oidc/compact-token.ts'
import { fittingKeys } from '../../core/oidc/fitting-keys.ts'
import { importKey, type VerificationKey } from '../../core/oidc/verification-key.ts'
import type { Clock } from '../../ports/clock.ts'
import type { IdentityProviderKeys } from '../../ports/identity-provider-keys.ts'
import type { JsonWebKey, OidcProvider } from '../../ports/metadata/identity.ts'
import type { PublicDocuments } from '../../ports/public-documents.ts'
import { fetchIssuerKeys } from './fetch-issuer-keys.ts'
import { FetchedKeys } from './fetched-keys.ts'
import type { ProviderKeysEvent } from './provider-keys-event.ts'

export interface ProviderKeysOptions {
  readonly documents: PublicDocuments
  readonly clock: Clock
  readonly observe: (event: ProviderKeysEvent) => void
  /** Of keys that are remembered, of all providers together; one takes a kilobyte or two. */
  readonly mostKeys?: number
}

const MOST_KEYS = 10_000
/** Providers cost memory also when their keys cannot be fetched. */
const MOST_PROVIDERS = 2_000

/**
 * Keys by provider. Two providers with one issuer have their own memory each, and so their own answers: what they may
 * share is a fetch that is under way.
 */
export class ProviderKeys implements IdentityProviderKeys {
  readonly #options: ProviderKeysOptions
  /** By id and issuer, as a provider could be changed; the one that was asked for least recently first. */
  readonly #fetched = new Map<string, FetchedKeys>()
  readonly #underway = new Map<string, Promise<readonly VerificationKey[]>>()
  /** Uploaded keys never change, so that an object of theirs stands for its key for as long as somebody holds it. */
  readonly #imported = new WeakMap<JsonWebKey, VerificationKey>()

  constructor(options: ProviderKeysOptions) {
    this.#options = options
  }

  async find(
    provider: OidcProvider,
    token: Pick<CompactToken, 'algorithm' | 'keyId'>,
  ): Promise<readonly VerificationKey[]> {
    if (provider.keys !== undefined) {
      return fittingKeys(
        provider.keys.map((members) => this.#import(members)),
        token,
      )
    }
    const fetched = this.#fetchedOf(provider)
    const sizeBefore = fetched.size
    try {
      return await fetched.find(token)
    } finally {
      if (fetched.size !== sizeBefore || this.#fetched.size > MOST_PROVIDERS) this.#evict()
    }
  }

  #import(members: JsonWebKey): VerificationKey {
    const known = this.#imported.get(members)
    if (known !== undefined) return known
    const key = importKey(members)
    this.#imported.set(members, key)
    return key
  }

  #fetchedOf({ id, issuer }: OidcProvider): FetchedKeys {
    const name = `${id}\n${issuer}`
    const { clock, observe } = this.#options
    const fetched =
      this.#fetched.get(name) ?? new FetchedKeys({ issuer, clock, observe, load: () => this.#fetchOnce(issuer) })
    this.#fetched.delete(name)
    this.#fetched.set(name, fetched)
    return fetched
  }

  async #fetchOnce(issuer: string): Promise<readonly VerificationKey[]> {
    const underway = this.#underway.get(issuer) ?? fetchIssuerKeys(this.#options.documents, issuer)
    this.#underway.set(issuer, underway)
    try {
      return await underway
    } finally {
      if (this.#underway.get(issuer) === underway) this.#underway.delete(issuer)
    }
  }

  #evict(): void {
    let keys = 0
    for (const fetched of this.#fetched.values()) keys += fetched.size
    for (const [name, fetched] of this.#fetched) {
      if (this.#fetched.size <= MOST_PROVIDERS && keys <= (this.#options.mostKeys ?? MOST_KEYS)) return
      this.#fetched.delete(name)
      keys -= fetched.size
    }
  }
}
