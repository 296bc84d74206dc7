import { parseCompactToken } from '../../core/oidc/compact-token.ts'
import { checkIssuer, type VerifiedToken, verifyIdentityToken } from '../../core/oidc/verify-identity-token.ts'
import type { Clock } from '../../ports/clock.ts'
import type { IdentityProviderKeys } from '../../ports/identity-provider-keys.ts'
import type { OidcProvider } from '../../ports/metadata/identity.ts'

/**
 * What a provider's token says, verified with the keys of that very provider. The issuer is compared before any key is
 * asked for, so that tokens of others make no requests.
 *
 * @throws {Refusal} `identity-token-invalid`, `identity-token-rejected`, `credential-expired`,
 *   `identity-provider-unreachable`
 */
export async function authenticateIdentityToken(
  services: { readonly providerKeys: IdentityProviderKeys; readonly clock: Clock },
  provider: OidcProvider,
  tokenText: string,
): Promise<VerifiedToken> {
  const token = parseCompactToken(tokenText)
  checkIssuer(token, provider)
  const keys = await services.providerKeys.find(provider, token)
  return verifyIdentityToken({ token, provider, keys, nowMs: services.clock.nowMs() })
}
