import { oidcProviderArn } from '../iam/oidc-provider-arn.ts'
import type { ClaimValue } from './flatten-claims.ts'
import { tokenRejected } from './refusals.ts'
import type { TrustedProvider } from './trusted-provider.ts'
import type { VerifiedToken } from './verify-identity-token.ts'

/** What the keys begin with that are not of tokens: an issuer of that name could say who somebody is, or from where. */
const OURS: ReadonlySet<string> = new Set(['aws', 'sts', 'iam', 'ecr', 'lading', 'cloudtrail', 'saml'])

/** By key in lower case; without a prototype, as claims choose the keys. */
export type TokenConditionKeys = Readonly<Record<string, ClaimValue>>

/**
 * What trust policies can ask of a token: `<issuer without https://>:<claim>` for every claim, and who the provider is.
 * AWS knows `aud`, `sub` and `amr`, and of some issuers a few more (IAM user guide, "Available keys for AWS OIDC
 * federation"; iam.md section 4); here all are there.
 *
 * `aud` is the one audience that the token is for, so that it has one value whatever the token lists; `azp` stays to be
 * asked for by itself.
 *
 * @throws {Refusal} `identity-token-rejected` when the issuer's name is that of a namespace of AWS's keys
 */
export function conditionKeysOf(
  provider: TrustedProvider,
  verified: VerifiedToken,
  accountId: string,
): TokenConditionKeys {
  const prefix = issuerPrefix(provider.issuer)
  if (OURS.has(prefix)) throw tokenRejected(`No identity provider may be called "${prefix}".`)
  const keys: Record<string, ClaimValue> = Object.create(null)
  for (const [name, value] of verified.claims) {
    if (!looksLikePort(name)) keys[`${prefix}:${name.toLowerCase()}`] = value
  }
  keys[`${prefix}:sub`] = verified.subject
  keys[`${prefix}:aud`] = verified.audience
  keys['aws:federatedprovider'] = oidcProviderArn(accountId, provider.name)
  return keys
}

/** What comes before the colon in condition keys: the issuer's host and path, in lower case. */
function issuerPrefix(issuer: string): string {
  return issuer.toLowerCase().replace(/^https:\/\//, '')
}

/** With a claim `8443:sub`, the issuer at a host's port 443 could pass for the one at its port 8443. */
function looksLikePort(name: string): boolean {
  return /^\d+[:/]/.test(name)
}
