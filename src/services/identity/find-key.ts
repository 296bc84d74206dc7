import type { AuthenticatedPrincipal } from '../../core/principal.ts'
import type { Services } from '../context.ts'
import { openSecret } from './access-key-secret.ts'
import { principalOfKey } from './principal-of.ts'

/** A long-lived access key: the installation's root key, or one of the directory's. */
export interface FoundKey {
  /** Never logged. */
  readonly secretAccessKey: string
  /**
   * Whom it speaks for. Asked only once the secret, or a token of ours, has proved whose it is.
   *
   * @param issuedAtMs when the token was made that names the key, if it came by a token
   * @throws {Refusal} `credential-revoked`
   */
  readonly principal: (issuedAtMs?: number) => Promise<AuthenticatedPrincipal>
}

/** @returns undefined for an id that no key has */
export async function findKey(services: Services, accessKeyId: string): Promise<FoundKey | undefined> {
  const root = await services.credentials.find(accessKeyId)
  if (root !== undefined) return { secretAccessKey: root.secretAccessKey, principal: async () => root.principal }
  const known = await services.directory.accessKey(accessKeyId)
  if (known === undefined) return undefined
  const { accountId, record } = known
  return {
    secretAccessKey: openSecret(services, accountId, record),
    principal: (issuedAtMs) => principalOfKey(services.directory, known, issuedAtMs),
  }
}
