import { oidcProviderArn, parseOidcProviderArn } from '../../core/iam/oidc-provider-arn.ts'
import { nameOfIssuer } from '../../core/iam/oidc-provider-url.ts'
import { overQuota } from '../../core/iam/policy-size.ts'
import { Refusal } from '../../core/refusal.ts'
import type { IdentityReads, OidcProvider } from '../../ports/metadata/identity.ts'
import type { ResourceTag } from '../../ports/metadata/repositories.ts'
import type { Action } from '../authorize.ts'
import type { Caller, Services } from '../context.ts'
import { findOidcProvider } from '../identity/find-oidc-provider.ts'
import { requireUnbounded } from './bounded-maker.ts'
import { type AccountChange, changeAccount } from './change-account.ts'
import { withTags } from './tags.ts'

/** IAM's default, which an operator of many clusters would reach: so it is what it can be raised to. */
export const MOST_PROVIDERS = 700
const MOST_CLIENT_IDS = 100

export interface NewProvider {
  readonly issuer: string
  /** As `providerNameFor` has it. */
  readonly name: string
  readonly clientIds: readonly string[]
  readonly thumbprints: readonly string[]
  readonly tags: readonly ResourceTag[]
}

/** Registers an issuer. @throws {Refusal} `entity-exists`; `limit-exceeded`; `denied` to a bounded maker */
export async function createProvider(
  services: Services,
  caller: Caller,
  { clientIds, ...given }: NewProvider,
): Promise<{ readonly arn: string; readonly provider: OidcProvider }> {
  const id = services.ids.entityId('AOID')
  return await changeAccount(services, caller, async ({ accountId, maker, reads, changes, nowMs }) => {
    const arn = oidcProviderArn(accountId, given.name)
    requireUnbounded(maker, { action: 'iam:CreateOpenIDConnectProvider', resource: arn })
    if ((await reads.countIdentities(accountId, 'oidc-provider')) >= MOST_PROVIDERS) {
      throw overQuota('OpenIDConnectProvidersPerAccount', MOST_PROVIDERS)
    }
    const tags = withTags([], given.tags)
    const provider: OidcProvider = { ...FRESH, ...given, id, tags, clientIds: unique(clientIds), createdAtMs: nowMs }
    if (await changes.insert(provider)) return { arn, provider }
    const what = given.name === nameOfIssuer(given.issuer) ? `url ${given.issuer}` : `name ${given.name}`
    throw new Refusal('entity-exists', `Provider with ${what} already exists.`)
  })
}

const FRESH = {
  kind: 'oidc-provider',
  path: '/',
  keys: undefined,
  kubernetesCluster: undefined,
  claimTags: [],
} as const satisfies Partial<OidcProvider>

/** @throws {Refusal} `entity-unknown`; `parameter-invalid` when it is no ARN of a provider */
export async function getProvider(reader: IdentityReads, accountId: string, arn: string): Promise<OidcProvider> {
  const provider = await findProvider(reader, accountId, arn)
  if (provider !== undefined) return provider
  throw new Refusal('entity-unknown', `OpenIDConnect Provider not found for arn ${arn}`)
}

/** @throws {Refusal} `parameter-invalid` when it is no ARN of a provider */
export async function findProvider(
  reader: IdentityReads,
  accountId: string,
  arn: string,
): Promise<OidcProvider | undefined> {
  const named = parseOidcProviderArn(arn)
  if (named.accountId !== accountId) return undefined
  return await findOidcProvider(reader, accountId, named.name)
}

/** What is not there is passed over (IAM API reference, DeleteOpenIDConnectProvider). @throws {Refusal} `denied` to a bounded maker */
export async function deleteProvider(services: Services, caller: Caller, arn: string): Promise<void> {
  await changeAccount(services, caller, async ({ accountId, maker, reads, changes }) => {
    requireUnbounded(maker, { action: 'iam:DeleteOpenIDConnectProvider', resource: arn })
    const provider = await findProvider(reads, accountId, arn)
    if (provider !== undefined) await changes.delete('oidc-provider', provider.id)
  })
}

/** @throws {Refusal} `entity-unknown`; `denied` to a bounded maker */
export async function setThumbprints(
  services: Services,
  caller: Caller,
  { arn, thumbprints }: { readonly arn: string; readonly thumbprints: readonly string[] },
): Promise<void> {
  const action = 'iam:UpdateOpenIDConnectProviderThumbprint'
  await changeProvider(services, caller, { arn, action }, async (provider, { changes }) => {
    await changes.replace({ ...provider, thumbprints })
  })
}

/** One that is there already stays. @throws {Refusal} `entity-unknown`; `limit-exceeded`; `denied` to a bounded maker */
export async function addClientId(
  services: Services,
  caller: Caller,
  { arn, clientId }: { readonly arn: string; readonly clientId: string },
): Promise<void> {
  const action = 'iam:AddClientIDToOpenIDConnectProvider'
  await changeProvider(services, caller, { arn, action }, async (provider, { changes }) => {
    const clientIds = unique([...provider.clientIds, clientId])
    if (clientIds.length > MOST_CLIENT_IDS) throw overQuota('ClientIdsPerOpenIdConnectProvider', MOST_CLIENT_IDS)
    await changes.replace({ ...provider, clientIds })
  })
}

/** One that is not there is passed over. @throws {Refusal} `entity-unknown`; `denied` to a bounded maker */
export async function removeClientId(
  services: Services,
  caller: Caller,
  { arn, clientId }: { readonly arn: string; readonly clientId: string },
): Promise<void> {
  const action = 'iam:RemoveClientIDFromOpenIDConnectProvider'
  await changeProvider(services, caller, { arn, action }, async (provider, { changes }) => {
    await changes.replace({ ...provider, clientIds: provider.clientIds.filter((id) => id !== clientId) })
  })
}

async function changeProvider(
  services: Services,
  caller: Caller,
  { arn, action }: { readonly arn: string; readonly action: Action },
  work: (provider: OidcProvider, change: AccountChange) => Promise<void>,
): Promise<void> {
  await changeAccount(services, caller, async (change) => {
    requireUnbounded(change.maker, { action, resource: arn })
    const provider = await getProvider(change.reads, change.accountId, arn)
    await work(provider, change)
  })
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)]
}
