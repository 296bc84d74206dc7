import type { JsonObject } from '../strict-json.ts'
import type { CompactToken } from './compact-token.ts'
import { fittingKeys } from './fitting-keys.ts'
import { type Claims, flattenClaims } from './flatten-claims.ts'
import { tokenInvalid, tokenRejected } from './refusals.ts'
import { audienceOf } from './token-audience.ts'
import { checkTokenTimes } from './token-times.ts'
import type { TrustedProvider } from './trusted-provider.ts'
import type { VerificationKey } from './verification-key.ts'
import { verifySignature } from './verify-signature.ts'

/** What a provider has said, for certain. Times are Unix time in milliseconds. */
export interface VerifiedToken {
  readonly issuer: string
  readonly subject: string
  /** The one that made the token one for us. */
  readonly audience: string
  readonly issuedAtMs: number
  readonly expiresAtMs: number
  /** Of this token among all of the issuer's; undefined when the issuer does not number them. */
  readonly tokenId: string | undefined
  /** All that has the form of texts, those above included. */
  readonly claims: Claims
}

/**
 * The longest that we know of, `system:serviceaccount:` with the longest names of Kubernetes, has 338. AWS's bound is
 * 255.
 */
const LONGEST_SUBJECT = 1024
const LONGEST_TOKEN_ID = 256

/**
 * Decides whether a token is of this provider, for us, and good now. Pure: the keys are the provider's, never those of
 * whoever has the same issuer.
 *
 * @param options.keys all keys of the provider, or those that fit
 * @throws {Refusal} `identity-token-invalid`, `identity-token-rejected`, `credential-expired`; no sentence repeats a part
 *   of the token
 */
export function verifyIdentityToken(options: {
  readonly token: CompactToken
  readonly provider: TrustedProvider
  readonly keys: readonly VerificationKey[]
  readonly nowMs: number
}): VerifiedToken {
  const { token, provider, keys, nowMs } = options
  checkIssuer(token, provider)
  checkSignature(token, keys)
  const claims = token.unverifiedClaims
  const { issuedAtMs, expiresAtMs } = checkTokenTimes(claims, nowMs)
  return {
    issuer: provider.issuer,
    subject: subjectOf(claims),
    audience: audienceOf(claims, provider.clientIds),
    issuedAtMs,
    expiresAtMs,
    tokenId: tokenIdOf(claims),
    claims: flattenClaims(claims),
  }
}

/**
 * Byte for byte, as OpenID Connect Core section 3.1.3.7 has it. It proves nothing by itself, but may be asked before
 * keys are fetched.
 *
 * @throws {Refusal} `identity-token-invalid`
 */
export function checkIssuer(token: CompactToken, provider: TrustedProvider): void {
  const { iss } = token.unverifiedClaims
  if (typeof iss !== 'string') throw tokenInvalid('The identity token must have "iss", a text.')
  if (iss === provider.issuer) return
  const bySlash = `${iss}/` === provider.issuer || iss === `${provider.issuer}/`
  throw tokenInvalid(
    bySlash
      ? 'The issuer of the identity token and that of the identity provider differ by one slash at the end; they must be the same.'
      : 'The identity token is of another issuer than that of the identity provider.',
  )
}

function checkSignature(token: CompactToken, keys: readonly VerificationKey[]): void {
  const candidates = fittingKeys(keys, token)
  if (candidates.length === 0) {
    throw tokenInvalid(
      "The identity provider has no key with the id and for the algorithm in the identity token's header.",
    )
  }
  if (!candidates.some((key) => verifySignature(token, key))) {
    throw tokenInvalid("The signature of the identity token was not made with a key of the identity provider's.")
  }
}

function subjectOf({ sub }: JsonObject): string {
  if (typeof sub !== 'string' || sub === '' || sub.length > LONGEST_SUBJECT) {
    throw tokenRejected(`The identity token must have "sub", a text of 1 to ${LONGEST_SUBJECT} characters.`)
  }
  return sub
}

function tokenIdOf({ jti }: JsonObject): string | undefined {
  if (jti === undefined || jti === null) return undefined
  if (typeof jti !== 'string' || jti.length > LONGEST_TOKEN_ID) {
    throw tokenRejected(`The "jti" of the identity token must be a text of at most ${LONGEST_TOKEN_ID} characters.`)
  }
  return jti
}
