import { describe } from 'bun:test'
import { testAccounts } from './metadata-store-accounts.ts'
import { testAudit } from './metadata-store-audit.ts'
import { testBlobs } from './metadata-store-blobs.ts'
import { testCollection } from './metadata-store-collection.ts'
import { testCosts } from './metadata-store-costs.ts'
import { testDeletion } from './metadata-store-deletion.ts'
import { testEvents } from './metadata-store-events.ts'
import type { OpenMetadataStore } from './metadata-store-fixture.ts'
import { testIdentities } from './metadata-store-identities.ts'
import { testLifecycle } from './metadata-store-lifecycle.ts'
import { testLists } from './metadata-store-lists.ts'
import { testManifests } from './metadata-store-manifests.ts'
import { testPlans } from './metadata-store-plans.ts'
import { testRaces } from './metadata-store-races.ts'
import { testRepositories } from './metadata-store-repositories.ts'
import { testSettings } from './metadata-store-settings.ts'
import { testTags } from './metadata-store-tags.ts'
import { testTransactions } from './metadata-store-transactions.ts'
import { testWebhooks } from './metadata-store-webhooks.ts'

/** What every metadata store promises; see src/ports/metadata-store.ts. */
export function describeMetadataStore(name: string, open: OpenMetadataStore): void {
  describe(`MetadataStore: ${name}`, () => {
    testTransactions(open)
    testRepositories(open)
    testDeletion(open)
    testManifests(open)
    testTags(open)
    testLists(open)
    testBlobs(open)
    testCollection(open)
    testCosts(open)
    testAccounts(open)
    testIdentities(open)
    testAudit(open)
    testEvents(open)
    testWebhooks(open)
    testLifecycle(open)
    testPlans(open)
    testSettings(open)
    testRaces(open)
  })
}
