import type { IdentityReads, OidcProvider } from '../../ports/metadata/identity.ts'

/** The provider of that very name: whoever trusts it or was allowed to change it did not mean one in other letters. */
export async function findOidcProvider(
  reader: IdentityReads,
  accountId: string,
  name: string,
): Promise<OidcProvider | undefined> {
  const provider = await reader.findIdentity(accountId, 'oidc-provider', name)
  return provider?.name === name ? provider : undefined
}
