import { checkGivenName } from '../../core/iam/oidc-provider-url.ts'
import { overQuota } from '../../core/iam/policy-size.ts'
import { isKubernetesTagKey } from '../../core/oidc/kubernetes-tags.ts'
import { Refusal } from '../../core/refusal.ts'
import type { OidcProvider } from '../../ports/metadata/identity.ts'
import type { Caller, Services } from '../context.ts'
import { requireUnbounded } from './bounded-maker.ts'
import { changeAccount } from './change-account.ts'
import { MOST_PROVIDERS } from './oidc-providers.ts'
import { refuseTemporaryMaker } from './restricted-session.ts'

/** All that is said of a provider beside what it got when it was made. */
export type ProviderTerms = Pick<
  OidcProvider,
  'name' | 'issuer' | 'clientIds' | 'keys' | 'kubernetesCluster' | 'claimTags'
>

/**
 * Makes a provider, or replaces what is said of the one with that name.
 *
 * @param resource its ARN, for the sentence that refuses it
 * @throws {Refusal} `parameter-invalid`; `entity-exists` for a name that another has in other letters;
 *   `entity-unmodifiable` for another issuer; `limit-exceeded`; `denied` to whoever would get beyond their own
 */
export async function putOidcProvider(
  services: Services,
  caller: Caller,
  { terms, resource }: { readonly terms: ProviderTerms; readonly resource: string },
): Promise<OidcProvider> {
  checkClaimTags(terms.claimTags)
  refuseTemporaryMaker(caller)
  const id = services.ids.entityId('AOID')
  return await changeAccount(services, caller, async ({ accountId, maker, reads, changes, nowMs }) => {
    // Whoever signs tokens for a provider is whatever role trusts it.
    requireUnbounded(maker, { action: 'lading:PutOidcProvider', resource })
    const found = await reads.findIdentity(accountId, 'oidc-provider', terms.name)
    if (found !== undefined) {
      if (found.name !== terms.name) throw nameTaken(found.name)
      // Roles trust its id, and would trust whoever has it.
      if (found.issuer !== terms.issuer) throw otherIssuer(found)
      const provider = { ...found, ...terms }
      await changes.replace(provider)
      return provider
    }
    // Those that IAM's API makes have the names of their issuers, which may be others.
    checkGivenName(terms.name, 'name:')
    const count = await reads.countIdentities(accountId, 'oidc-provider')
    if (count >= MOST_PROVIDERS) throw overQuota('OpenIDConnectProvidersPerAccount', MOST_PROVIDERS)
    const provider: OidcProvider = { ...FRESH, ...terms, id, createdAtMs: nowMs }
    if (!(await changes.insert(provider))) throw new Error(`an identity provider has the id ${id} already`)
    return provider
  })
}

const FRESH = { kind: 'oidc-provider', path: '/', tags: [], thumbprints: [] } as const satisfies Partial<OidcProvider>

function checkClaimTags(claimTags: OidcProvider['claimTags']): void {
  const keys = new Set<string>()
  for (const { tagKey } of claimTags) {
    const key = tagKey.toLowerCase()
    if (isKubernetesTagKey(key))
      throw tagInvalid(`the tag ${tagKey} is made of the tokens of registered clusters alone`)
    if (keys.has(key)) throw tagInvalid(`the tag ${tagKey} is made of two claims`)
    keys.add(key)
  }
}

function tagInvalid(why: string): Refusal {
  return new Refusal('parameter-invalid', `claimTags: ${why}.`)
}

function nameTaken(name: string): Refusal {
  return new Refusal('entity-exists', `There is an identity provider called ${name}; names differ by more than case.`)
}

function otherIssuer({ name, issuer }: OidcProvider): Refusal {
  return new Refusal(
    'entity-unmodifiable',
    `The issuer of identity provider ${name} stays ${issuer}: delete the provider and create it, and roles have to ` +
      'trust it anew.',
  )
}
