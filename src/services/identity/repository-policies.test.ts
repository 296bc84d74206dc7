import { expect, test } from 'bun:test'
import { createRepository, openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { RepositoryPolicies } from './repository-policies.ts'

const POLICY = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}}'

async function putPolicy({ services }: TestRegistry, { id, registryId, name }: Repository): Promise<Repository> {
  await services.metadata.transact((transaction) => transaction.putRepositoryPolicy(id, POLICY))
  const repository = await services.metadata.findRepository(registryId, name)
  if (repository === undefined) throw new Error(`${name} is not there`)
  return repository
}

test('a policy is compiled once for each revision, and kept while there is room for its text', async () => {
  await using registry = await openTestRegistry()
  const policies = new RepositoryPolicies(registry.services.metadata, 2 * POLICY.length)
  const created = await createRepository(registry, 'one')
  expect(await policies.find(created)).toBeUndefined()
  const one = await putPolicy(registry, created)
  const compiled = await policies.find(one)
  expect(compiled).toBeDefined()
  expect(await policies.find(one)).toBe(compiled)
  const two = await putPolicy(registry, await createRepository(registry, 'two'))
  const other = await policies.find(two)
  expect(await policies.find(one)).toBe(compiled)
  const again = await putPolicy(registry, one)
  expect(await policies.find(again)).not.toBe(compiled)
  expect(await policies.find(two)).not.toBe(other)
})
