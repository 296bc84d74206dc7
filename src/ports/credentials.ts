import type { Principal } from '../core/principal.ts'

export interface AccessKey {
  readonly accessKeyId: string
  /** Recoverable, because SigV4 needs it to compute HMACs. Never logged. */
  readonly secretAccessKey: string
  readonly principal: Principal
}

/** The access keys that may sign requests or log in. */
export interface Credentials {
  /** Resolves to undefined for an unknown or disabled key; callers take the same time and path as for a wrong secret. */
  find(accessKeyId: string): Promise<AccessKey | undefined>
}
