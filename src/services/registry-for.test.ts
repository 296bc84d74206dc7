import { expect, test } from 'bun:test'
import { openTestRegistry } from '../../test/support/test-registry.ts'
import { rootPrincipal } from '../core/principal.ts'
import { registryFor, registryOfAccount } from './registry-for.ts'

const OTHER = '111111111111'

test('registryFor() gives the one registry there is, whatever the host', async () => {
  await using registry = await openTestRegistry()
  for (const host of ['', 'localhost:5000', `${OTHER}.dkr.ecr.us-east-1.localhost:5000`]) {
    expect(await registryFor(registry.services, host)).toBe(registry.services.defaultRegistry)
  }
})

test("registryOfAccount() looks up the principal's own registry, and nobody else's", async () => {
  await using registry = await openTestRegistry()
  const { services, caller, clock } = registry
  const asked = caller.registry
  const made = await services.metadata.transact((transaction) =>
    transaction.ensureRegistry(OTHER, asked.region, clock.nowMs()),
  )
  const named = { accountId: OTHER, asked }
  expect(await registryOfAccount(services, rootPrincipal(OTHER, 'AKIAOTHER'), named)).toEqual(made)
  const hidden = await registryOfAccount(services, caller.principal, named)
  expect(hidden).toEqual({ id: -1, accountId: OTHER, region: asked.region })
  const own = { accountId: asked.accountId, asked }
  expect(await registryOfAccount(services, rootPrincipal(OTHER, 'AKIAOTHER'), own)).toBe(asked)
})
