import { requestToken } from './authorization-token.ts'
import { type AwsCredentials, findCredentials } from './credentials.ts'
import type { CliEnvironment } from './environment.ts'
import { credentialsHash, identityFingerprint } from './identity-fingerprint.ts'
import { type CachedToken, cacheName, isFresh, TokenCache } from './token-cache.ts'
import { isTokenTaken } from './token-check.ts'

/** Which server is asked, and as whom. */
export interface SessionOptions {
  readonly endpoint: string
  readonly profile: string | undefined
  readonly region: string | undefined
}

/** How this process is known to a server: by a token, for user `AWS`. */
export class Session {
  readonly endpoint: string
  readonly #options: SessionOptions
  readonly #environment: CliEnvironment
  readonly #cache: TokenCache

  constructor(environment: CliEnvironment, options: SessionOptions) {
    this.endpoint = options.endpoint
    this.#environment = environment
    this.#options = options
    this.#cache = new TokenCache(environment.cacheFolder)
  }

  /**
   * A token to hand out: one of the cache that the registry still takes, or a new one. Whoever is given it could not tell
   * why it is refused, nor ask for another.
   *
   * @throws {NoCredentials} {CliProblem}
   */
  async password(): Promise<string> {
    const name = await this.#cacheName()
    const { password, isCached } = await this.#likelyPassword(name)
    const { endpoint } = this.#options
    if (!isCached || (await isTokenTaken({ endpoint, password }, this.#environment.certificates))) return password
    return await this.#replace(name)
  }

  /**
   * A token of the cache that is good for half of its life yet, or a new one: for whoever asks for a
   * `renewedPassword` when it is refused.
   *
   * @throws {NoCredentials} {CliProblem}
   */
  async uncheckedPassword(): Promise<string> {
    return (await this.#likelyPassword(await this.#cacheName())).password
  }

  /** A new token, when one of the cache turned out not to be good any more. */
  async renewedPassword(): Promise<string> {
    return await this.#replace(await this.#cacheName())
  }

  async #likelyPassword(name: string): Promise<{ readonly password: string; readonly isCached: boolean }> {
    const cached = await this.#cache.find(name)
    if (cached === undefined || !isFresh(cached, Date.now())) {
      return { password: await this.#renew(name), isCached: false }
    }
    if (cached.credentials === undefined) return { password: cached.password, isCached: true }
    // They cost nothing to look at, and a program or a file may give others than before.
    const credentials = await this.#findCredentials()
    if (cached.credentials === credentialsHash(credentials)) return { password: cached.password, isCached: true }
    return { password: await this.#renew(name, credentials), isCached: false }
  }

  /** The old one goes first: it is refused whether or not there is a new one. */
  async #replace(name: string): Promise<string> {
    await this.#cache.remove(name)
    return await this.#renew(name)
  }

  async #renew(name: string, known?: AwsCredentials): Promise<string> {
    const { endpoint, region } = this.#options
    const credentials = known ?? (await this.#findCredentials())
    const issuedAtMs = Date.now()
    const { certificates, region: usualRegion } = this.#environment
    const request = { endpoint, credentials, region, certificates }
    const { password, expiresAtMs } = await requestToken(request, usualRegion)
    await this.#cache.put(name, toCached({ endpoint, password, issuedAtMs, expiresAtMs }, credentials))
    return password
  }

  async #findCredentials(): Promise<AwsCredentials> {
    return await findCredentials(this.#environment, this.#options)
  }

  async #cacheName(): Promise<string> {
    const { endpoint, profile } = this.#options
    return cacheName([endpoint, await identityFingerprint(this.#environment, profile)])
  }
}

function toCached(
  { endpoint, ...times }: Pick<CachedToken, 'password' | 'issuedAtMs' | 'expiresAtMs'> & { endpoint: string },
  credentials: AwsCredentials,
): CachedToken {
  const known = credentials.isLocal ? credentialsHash(credentials) : undefined
  return { host: new URL(endpoint).host, ...times, credentials: known }
}
