/** What there is to know of an OpenID Connect provider to judge its tokens; `OidcProvider` of the ports is one. */
export interface TrustedProvider {
  readonly name: string
  readonly issuer: string
  readonly clientIds: readonly string[]
  readonly kubernetesCluster: string | undefined
  readonly claimTags: readonly { readonly tagKey: string; readonly claim: string }[]
}
