import { Refusal } from '../refusal.ts'

/** What the ARN of an identity provider says. */
export interface OidcProviderArn {
  readonly accountId: string
  readonly name: string
}

const OIDC_PROVIDER_ARN = /^arn:aws:iam::([0-9]{12}):oidc-provider\/([!-~]{1,255})$/

/**
 * Policies and answers of STS name a provider so. It is made of its name and not of its issuer's address, as AWS's is:
 * clusters have one issuer and different keys (iam.md 3.5).
 */
export function oidcProviderArn(accountId: string, name: string): string {
  return `arn:aws:iam::${accountId}:oidc-provider/${name}`
}

/** @returns undefined for what is no ARN of a provider */
export function matchOidcProviderArn(text: string): OidcProviderArn | undefined {
  const [, accountId, name] = OIDC_PROVIDER_ARN.exec(text) ?? []
  return accountId === undefined || name === undefined ? undefined : { accountId, name }
}

/** @throws {Refusal} `parameter-invalid` for what is no ARN of a provider, whether or not there is such a one */
export function parseOidcProviderArn(text: string): OidcProviderArn {
  const named = matchOidcProviderArn(text)
  if (named !== undefined) return named
  throw new Refusal('parameter-invalid', `Invalid ARN: ${text} is not that of an OpenID Connect provider.`)
}
