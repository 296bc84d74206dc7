import { expect, test } from 'bun:test'
import { FOUNDING_POLICY } from '../../../test/lifecycle/world.ts'
import { mustPut } from '../../../test/support/put-settings.ts'
import { createRepository, openTestRegistry } from '../../../test/support/test-registry.ts'
import { effectivePolicy, withPolicy } from './effective-policy.ts'

const SAID = { lifecyclePolicy: { value: FOUNDING_POLICY } }

test('withPolicy() gives exactly those for which effectivePolicy() has one', async () => {
  await using registry = await openTestRegistry()
  const { metadata } = registry.services
  for (const name of ['none', 'other/app', 'own', 'team/app', 'team/web/app', 'teams/app']) {
    await createRepository(registry, name)
  }
  const governed = async () => {
    const all = await metadata.listLifecycles(0, 100)
    const given = (await withPolicy(metadata, all)).map(({ name }) => `${name}`)
    const each = await Promise.all(all.map(async ({ repository }) => await effectivePolicy(metadata, repository)))
    expect(given).toEqual(all.flatMap(({ repository: { name } }, index) => (each[index] ? [`${name}`] : [])))
    return given
  }
  expect(await governed()).toEqual([])
  await mustPut(registry, '?namespace=team/', SAID)
  await mustPut(registry, '?repository=own', SAID)
  expect(await governed()).toEqual(['own', 'team/app', 'team/web/app'])
  await mustPut(registry, '', SAID)
  expect(await governed()).toHaveLength(6)
})
