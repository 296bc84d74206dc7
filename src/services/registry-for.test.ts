import { expect, test } from 'bun:test'
import { openTestRegistry } from '../../test/support/test-registry.ts'
import { NO_REGISTRY, registryFor, registryOfAccount } from './registry-for.ts'

const OTHER = '111111111111'
const hostOf = (account: string, region = 'us-east-1') => `${account}.dkr.ecr.${region}.localhost:5000`

test("registryFor() gives the default account's registry for a bare host, and for its own", async () => {
  await using registry = await openTestRegistry()
  for (const host of ['', 'localhost:5000', hostOf('000000000000')]) {
    expect(await registryFor(registry.services, host)).toBe(registry.services.defaultRegistry)
  }
})

test('registryFor() gives the registry of the account and region that the host names', async () => {
  await using registry = await openTestRegistry()
  const { services, clock } = registry
  const made = await services.metadata.transact((transaction) =>
    transaction.ensureRegistry(OTHER, 'us-east-1', clock.nowMs()),
  )
  expect(await registryFor(services, hostOf(OTHER))).toEqual(made)
  expect((await registryFor(services, hostOf(OTHER, 'eu-west-1'))).id).toBe(NO_REGISTRY)
  expect((await registryFor(services, hostOf('000000000000', 'eu-west-1'))).id).toBe(NO_REGISTRY)
  expect((await registryFor(services, hostOf('222222222222'))).id).toBe(NO_REGISTRY)
})

test('registryOfAccount() gives none while the account is disabled', async () => {
  await using registry = await openTestRegistry()
  const { services, clock } = registry
  const named = { accountId: OTHER, region: 'us-east-1' }
  await services.metadata.transact((transaction) => transaction.ensureRegistry(OTHER, 'us-east-1', clock.nowMs()))
  const set = (state: 'enabled' | 'disabled') =>
    services.metadata.transact((transaction) => transaction.updateAccount(OTHER, { state }))
  await set('disabled')
  expect(await registryOfAccount(services, named)).toEqual({ id: NO_REGISTRY, ...named })
  await set('enabled')
  expect((await registryOfAccount(services, named)).id).not.toBe(NO_REGISTRY)
})
