import { Refusal } from '../../core/refusal.ts'
import type { IdentityReads, OidcProvider } from '../../ports/metadata/identity.ts'
import { findOidcProvider } from '../identity/find-oidc-provider.ts'

/** @throws {Refusal} `entity-unknown` */
export async function getOidcProvider(reader: IdentityReads, accountId: string, name: string): Promise<OidcProvider> {
  const found = await findOidcProvider(reader, accountId, name)
  if (found !== undefined) return found
  throw new Refusal('entity-unknown', `There is no identity provider called ${name}.`)
}
