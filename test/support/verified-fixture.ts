import { parseCompactToken } from '../../src/core/oidc/compact-token.ts'
import type { TrustedProvider } from '../../src/core/oidc/trusted-provider.ts'
import { verifyIdentityToken } from '../../src/core/oidc/verify-identity-token.ts'
import { makeSigner, newProvider, tokenFixture } from './identity-tokens.ts'

const signer = makeSigner('RS256')

/** The claims of a fixture, signed, sent when they were fresh, and verified, with the provider that trusts them. */
export async function verifiedFixture(
  name: string,
  changes: Readonly<Record<string, unknown>> = {},
  trusted: Partial<TrustedProvider> = {},
) {
  const claims = await tokenFixture(name)
  const clientIds = [claims.aud].flat().map(String)
  const provider = newProvider({ name, issuer: claims.iss, clientIds, ...trusted })
  const token = parseCompactToken(signer.sign({ ...claims, ...changes }))
  const nowMs = (claims.iat + 10) * 1000
  return { provider, verified: verifyIdentityToken({ token, provider, keys: [signer.verificationKey], nowMs }) }
}
