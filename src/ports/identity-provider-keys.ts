import type { CompactToken } from '../core/oidc/compact-token.ts'
import type { VerificationKey } from '../core/oidc/verification-key.ts'
import type { OidcProvider } from './metadata/identity.ts'

/** The public keys of identity providers, uploaded or as their issuers publish them. */
export interface IdentityProviderKeys {
  /**
   * The keys of this provider, and of no other with the same issuer, that may have made the token's signature.
   *
   * @param token its key id decides whether the issuer is asked again
   * @returns at most 20; none when the provider has none that fits
   * @throws {Refusal} `identity-provider-unreachable` when the issuer does not tell its keys, and none are remembered that
   *   are young enough
   */
  find(provider: OidcProvider, token: Pick<CompactToken, 'algorithm' | 'keyId'>): Promise<readonly VerificationKey[]>
}
