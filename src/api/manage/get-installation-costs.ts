import * as z from 'zod'
import { costsOfInstallation } from '../../services/costs/scope-costs.ts'
import { asOfField, costsView, viewCosts } from './cost-view.ts'
import { defineOperation } from './define-operation.ts'
import { ladingArn, toTime } from './fields.ts'

const parts = {
  attributedBytes: z.int().describe('What repositories hold.'),
  unheldBytes: z.int().describe('What nobody holds: leased, or waiting for the collector.'),
  outOfSightBytes: z.int().describe('What only manifests hold whose repositories may not see it.'),
  uploadBytes: z.int().describe('What has arrived of uploads that are not finished.'),
  removalBytes: z.int().describe('Collected or replaced, and not unlinked yet.'),
}

/** `GET /api/v1/installation/costs` */
export const getInstallationCosts = defineOperation('GetInstallationCosts', {
  method: 'get',
  path: '/installation/costs',
  summary: 'Says what all there is in the blob store is, and which accounts have it. A minute old at most.',
  decidedIn: 'default account',
  output: z.strictObject({
    asOf: asOfField,
    ...costsView.shape,
    parts: z.strictObject(parts).describe('Together they are totalBytes.'),
    totalBytes: z.int().describe('What lies in the blob store.'),
    accounts: z.array(z.strictObject({ accountId: z.string(), region: z.string(), ...costsView.shape })),
  }),
  resource: (registry) => ladingArn(registry, 'installation/*'),
  handle: async ({ services, signal }) => {
    const { figures, parts, totalBytes, accounts, atMs } = await costsOfInstallation(services, signal)
    return {
      asOf: toTime(atMs),
      ...viewCosts(figures),
      parts,
      totalBytes,
      accounts: accounts.map(({ registry: { accountId, region }, figures }) => ({
        accountId,
        region,
        ...viewCosts(figures),
      })),
    }
  },
})
