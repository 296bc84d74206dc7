import { afterEach, beforeEach, expect, test } from 'bun:test'
import { allow, deny, makeUser, policy } from '../../../test/support/accounts.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { decideAccess, repositoryArn } from '../authorize.ts'
import type { Caller } from '../context.ts'
import { findKey } from './find-key.ts'

let registry: TestRegistry
let repository: Repository
beforeEach(async () => {
  registry = await openTestRegistry()
  repository = await createRepository(registry, 'team/app')
})
afterEach(async () => await registry[Symbol.asyncDispose]())

/** As one login, whose decisions are remembered. */
async function callerWith(...policies: readonly string[]): Promise<Caller> {
  const { key } = await makeUser(registry, 'user', { policies })
  const found = await findKey(registry.services, key.accessKeyId)
  if (found === undefined) throw new Error('the key is not there')
  return { ...registry.caller, principal: await found.principal() }
}

async function may(caller: Caller, more: { keys?: Record<string, string>; repository?: Repository } = {}) {
  const resource = repositoryArn(caller.registry, 'team/app')
  const access = { action: 'ecr:PutImage', resource, repository, ...more } as const
  return (await decideAccess(registry.services, caller, access)).isAllowed
}

test('the same decision is the very same object, until a policy of the repository says otherwise', async () => {
  const caller = await callerWith(policy(allow('ecr:*')))
  const access = { action: 'ecr:PutImage', resource: repositoryArn(caller.registry, 'team/app'), repository } as const
  const first = await decideAccess(registry.services, caller, access)
  expect(await decideAccess(registry.services, caller, access)).toBe(first)
  const { metadata } = registry.services
  const denial = policy({ Effect: 'Deny', Principal: '*', Action: 'ecr:PutImage' })
  await metadata.transact(async (transaction) => {
    await transaction.lockRepository(repository.id, 'exclusive')
    await transaction.putRepositoryPolicy(repository.id, denial)
  })
  const changed = await metadata.findRepository(caller.registry.id, repository.name)
  expect(await may(caller, changed === undefined ? {} : { repository: changed })).toBe(false)
  expect(await may(caller)).toBe(true)
})

test('what the request itself says is asked each time', async () => {
  const ofProd = { ...deny('ecr:PutImage'), Condition: { StringLike: { 'lading:ImageTag': 'prod-*' } } }
  const caller = await callerWith(policy(allow('ecr:*'), ofProd))
  expect(await may(caller, { keys: { 'lading:imagetag': 'dev-1' } })).toBe(true)
  expect(await may(caller, { keys: { 'lading:imagetag': 'prod-1' } })).toBe(false)
  expect(await may(caller, { keys: { 'lading:imagetag': 'dev-1' } })).toBe(true)
})

test('what hour it is is asked each time', async () => {
  const untilMs = registry.clock.nowMs() + 1000
  const condition = { DateLessThan: { 'aws:CurrentTime': new Date(untilMs).toISOString() } }
  const caller = await callerWith(policy({ ...allow('ecr:*'), Condition: condition }))
  expect(await may(caller)).toBe(true)
  registry.clock.set(untilMs)
  expect(await may(caller)).toBe(false)
})

test('what tags the repository has is asked each time', async () => {
  const condition = { StringEquals: { 'aws:ResourceTag/open': 'yes' } }
  const caller = await callerWith(policy({ ...allow('ecr:*'), Condition: condition }))
  expect(await may(caller)).toBe(false)
  await registry.services.metadata.transact((transaction) =>
    transaction.putResourceTags(repository.id, [{ key: 'open', value: 'yes' }]),
  )
  expect(await may(caller)).toBe(true)
})

test('from where it comes is part of what is remembered', async () => {
  const condition = { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' }, Bool: { 'aws:SecureTransport': 'true' } }
  const caller = await callerWith(policy({ ...allow('ecr:*'), Condition: condition }))
  const from = (clientAddress: string, secure: boolean) =>
    may({ ...caller, origin: { clientAddress, secure, userAgent: undefined } })
  const tries: readonly [string, boolean, boolean][] = [
    ['10.0.0.1', true, true],
    ['192.0.2.1', true, false],
    ['10.0.0.1', false, false],
    ['10.0.0.1', true, true],
  ]
  for (const [address, secure, expected] of tries) expect(await from(address, secure)).toBe(expected)
})
