import * as z from 'zod'
import { oidcProviderArn } from '../../core/iam/oidc-provider-arn.ts'
import type { OidcProvider } from '../../ports/metadata/identity.ts'
import type { Registry } from '../../ports/metadata/registries.ts'
import { ladingArn, timeField, toTime } from './fields.ts'

const claimTagsView = z.array(z.strictObject({ tagKey: z.string(), claim: z.string() }))

/** A provider in a list: keys are large. */
export const providerSummary = z.strictObject({
  name: z.string(),
  arn: z.string().describe('As trust policies name it: made of its name, and not of its issuer as at AWS.'),
  issuer: z.string(),
  clientIds: z.array(z.string()),
  keyCount: z.number().int().optional().describe('Of uploaded keys; absent when they are fetched from the issuer.'),
  kubernetesCluster: z.string().optional(),
  claimTags: claimTagsView,
  createdAt: timeField,
})

export const providerView = providerSummary.extend({
  keys: z.array(z.record(z.string(), z.unknown())).optional().describe('As RFC 7517 has them, public members only.'),
})

export function summarizeProvider(accountId: string, provider: OidcProvider): z.output<typeof providerSummary> {
  const { name, issuer, clientIds, keys, kubernetesCluster, claimTags, createdAtMs } = provider
  return {
    name,
    arn: oidcProviderArn(accountId, name),
    issuer,
    clientIds: [...clientIds],
    ...(keys !== undefined && { keyCount: keys.length }),
    ...(kubernetesCluster !== undefined && { kubernetesCluster }),
    claimTags: claimTags.map(({ tagKey, claim }) => ({ tagKey, claim })),
    createdAt: toTime(createdAtMs),
  }
}

export function viewProvider(accountId: string, provider: OidcProvider): z.output<typeof providerView> {
  const { keys } = provider
  return {
    ...summarizeProvider(accountId, provider),
    ...(keys !== undefined && { keys: keys.map((key) => ({ ...key })) }),
  }
}

export function providerArn(registry: Registry, name: string): string {
  return ladingArn(registry, `oidc-provider/${name}`)
}
