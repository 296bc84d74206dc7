/** What there is to know of an OpenID Connect provider to judge its tokens; `OidcProvider` of the ports is one. */
export interface TrustedProvider {
  readonly name: string
  readonly issuer: string
  readonly clientIds: readonly string[]
  readonly kubernetesCluster: string | undefined
  readonly claimTags: readonly { readonly tagKey: string; readonly claim: string }[]
}

/**
 * Policies and answers of STS name a provider so. It is made of its name and not of its issuer's address, as AWS's is:
 * clusters have one issuer and different keys (iam.md 3.5).
 */
export function oidcProviderArn(accountId: string, name: string): string {
  return `arn:aws:iam::${accountId}:oidc-provider/${name}`
}
