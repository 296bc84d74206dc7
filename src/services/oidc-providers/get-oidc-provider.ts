import { Refusal } from '../../core/refusal.ts'
import type { IdentityReads, OidcProvider } from '../../ports/metadata/identity.ts'

/**
 * The provider of that very name: the permission was asked for it, and not for one in other letters.
 *
 * @throws {Refusal} `entity-unknown`
 */
export async function getOidcProvider(reader: IdentityReads, accountId: string, name: string): Promise<OidcProvider> {
  const found = await reader.findIdentity(accountId, 'oidc-provider', name)
  if (found?.name === name) return found
  throw new Refusal('entity-unknown', `There is no identity provider called ${name}.`)
}
