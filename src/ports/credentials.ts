import type { AuthenticatedPrincipal } from '../core/principal.ts'

export interface AccessKey {
  readonly accessKeyId: string
  /** Recoverable, because SigV4 needs it to compute HMACs. Never logged. */
  readonly secretAccessKey: string
  readonly principal: AuthenticatedPrincipal
}

/** Access keys that are configured, not stored: the root key of the default account. */
export interface Credentials {
  /** Resolves to undefined for an unknown key; callers take the same time and path as for a wrong secret. */
  find(accessKeyId: string): Promise<AccessKey | undefined>
}
