import { expect, test } from 'bun:test'
import { findPostgres, startPostgres } from '../../../test/contracts/postgres-server.ts'
import { callManage } from '../../../test/support/manage-requests.ts'
import { openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { openPostgresMetadataStore } from '../../adapters/metadata/postgres/open-postgres-metadata-store.ts'

const TEAM = '123456789012'
const RACERS = 8
const binaries = await findPostgres()

/** What is counted and then changed is decided under the account's lock, whoever else is at it. */
async function race(registry: TestRegistry): Promise<void> {
  const many = (make: () => ReturnType<typeof callManage>) => Promise.all(Array.from({ length: RACERS }, make))
  const statuses = (answers: readonly { status: number }[]) => answers.map(({ status }) => status).toSorted()
  const losers = (count: number, status: number) => Array.from({ length: count }, () => status)

  const made = await many(() => callManage(registry, 'POST', '/accounts', { body: { accountId: TEAM } }))
  expect(statuses(made)).toEqual([201, ...losers(RACERS - 1, 409)])
  const keys = await many(() => callManage(registry, 'POST', `/accounts/${TEAM}/root-keys`))
  expect(statuses(keys)).toEqual([201, ...losers(RACERS - 1, 400)])
  const body = { issuer: 'https://issuer.example.com', clientIds: ['lading'] }
  const put = await many(() => callManage(registry, 'PUT', '/oidc-providers/ci', { body }))
  expect(statuses(put)).toEqual(losers(RACERS, 200))
  expect((await callManage(registry, 'GET', '/oidc-providers')).json.oidcProviders).toHaveLength(1)
}

test('of many at once one makes the account, and two root keys are there in the end', async () => {
  await using registry = await openTestRegistry()
  await race(registry)
})

test.skipIf(binaries === undefined)(
  'on PostgreSQL, where they run side by side, too',
  async () => {
    const postgres = await startPostgres(binaries ?? '')
    try {
      await using registry = await openTestRegistry({}, await openPostgresMetadataStore({ url: postgres.url }))
      await race(registry)
    } finally {
      await postgres.stop()
    }
  },
  60_000,
)
