import { afterEach, beforeEach, expect, test } from 'bun:test'
import { FOUNDING_POLICY } from '../../../test/lifecycle/world.ts'
import { allow, basic, deny, makeUser, policy } from '../../../test/support/accounts.ts'
import { callEcr } from '../../../test/support/aws-requests.ts'
import { callManage } from '../../../test/support/manage-requests.ts'
import { openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  await callEcr(registry, 'CreateRepository', { repositoryName: 'team/app', tags: [{ Key: 'keep', Value: 'yes' }] })
})
afterEach(async () => await registry[Symbol.asyncDispose]())

const POLICY = { policy: JSON.parse(FOUNDING_POLICY) }
const ADDRESS = '/repositories/team%2Fapp'

async function statusFor(statements: readonly object[], method: string, path: string, body?: object): Promise<number> {
  const { key } = await makeUser(registry, `user-${crypto.randomUUID()}`, {
    policies: statements.length === 0 ? [] : [policy(...statements)],
  })
  const authorization = basic(key.accessKeyId, key.secret)
  return (await callManage(registry, method, path, { authorization, ...(body !== undefined && { body }) })).status
}

test('what a repository’s own policy denies is denied by the management API too, and what it allows is allowed', async () => {
  const everything = [allow(['ecr:*', 'lading:*'])]
  expect(await statusFor(everything, 'PUT', `${ADDRESS}/lifecycle-policy`, POLICY)).toBe(200)
  const own = policy(
    { ...deny('ecr:PutLifecyclePolicy'), Principal: '*', Resource: undefined },
    { ...allow('ecr:GetLifecyclePolicy'), Principal: '*', Resource: undefined },
  )
  const { status } = await callEcr(registry, 'SetRepositoryPolicy', {
    repositoryName: 'team/app',
    policyText: own,
    force: true,
  })
  expect(status).toBe(200)
  expect(await statusFor(everything, 'PUT', `${ADDRESS}/lifecycle-policy`, POLICY)).toBe(403)
  expect(await statusFor([], 'GET', `${ADDRESS}/lifecycle-policy`)).toBe(200)
})

test('what a policy says about repositories with a tag holds for the management API too', async () => {
  const kept = { ...deny('lading:*'), Condition: { StringEquals: { 'aws:ResourceTag/keep': 'yes' } } }
  expect(await statusFor([allow('lading:*')], 'POST', `${ADDRESS}/plans`, POLICY)).toBe(201)
  await registry.services.background.idle()
  expect(await statusFor([allow('lading:*'), kept], 'POST', `${ADDRESS}/plans`, POLICY)).toBe(403)
})
