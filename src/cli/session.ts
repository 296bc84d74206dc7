import { requestToken } from './authorization-token.ts'
import { type AwsCredentials, findCredentials } from './credentials.ts'
import type { CliEnvironment } from './environment.ts'
import { credentialsHash, identityFingerprint } from './identity-fingerprint.ts'
import { type CachedToken, cacheName, isFresh, TokenCache } from './token-cache.ts'

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
   * A token of the cache that is good for half of its life yet, or a new one.
   *
   * @throws {NoCredentials} {CliProblem}
   */
  async password(): Promise<string> {
    const name = await this.#cacheName()
    const cached = await this.#cache.find(name)
    if (cached === undefined || !isFresh(cached, Date.now())) return await this.#renew(name)
    if (cached.credentials === undefined) return cached.password
    // They cost nothing to look at, and a program or a file may give others than before.
    const credentials = await this.#findCredentials()
    if (cached.credentials === credentialsHash(credentials)) return cached.password
    return await this.#renew(name, credentials)
  }

  /** A new token, when one of the cache turned out not to be good any more. */
  async renewedPassword(): Promise<string> {
    return await this.#renew(await this.#cacheName())
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
