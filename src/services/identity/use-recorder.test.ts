import { afterEach, beforeEach, expect, test } from 'bun:test'
import { altered } from '../../../test/collection/world.ts'
import { allow, basic, makeRole, makeUser, policy, type TestKey } from '../../../test/support/accounts.ts'
import { callManage } from '../../../test/support/manage-requests.ts'
import { callQuery } from '../../../test/support/query-requests.ts'
import { assume, EVERYTHING, roleArnOf, tokenLogin } from '../../../test/support/session-world.ts'
import { openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { rootPrincipal } from '../../core/principal.ts'
import { UseRecorder } from './use-recorder.ts'

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
})
afterEach(async () => await registry[Symbol.asyncDispose]())

async function made(): Promise<TestKey> {
  return (await makeUser(registry, 'ci', { policies: [EVERYTHING] })).key
}

async function keyUse({ accessKeyId }: TestKey) {
  await registry.services.uses.flush()
  return await registry.services.metadata.findKeyUse(accessKeyId)
}

const pull = (authorization: string) => registry.send('GET', '/v2/', { authorization })

const USES: readonly [how: string, service: string, use: (key: TestKey) => Promise<unknown>][] = [
  ['its secret at the registry', 'ecr', ({ accessKeyId, secret }) => pull(basic(accessKeyId, secret))],
  ['a signature for ECR', 'ecr', (key) => tokenLogin(registry, key)],
  ['a signature for STS', 'sts', (key) => callQuery(registry, 'sts', { Action: 'GetCallerIdentity' }, key)],
  ['a signature for IAM', 'iam', (key) => callQuery(registry, 'iam', { Action: 'ListUsers' }, key)],
  [
    'its secret at the management API',
    'lading',
    ({ accessKeyId, secret }) =>
      callManage(registry, 'GET', '/accounts', { authorization: basic(accessKeyId, secret) }),
  ],
]

test.each(USES)('a key is used by %s, for %s', async (_how, service, use) => {
  const key = await made()
  expect(await keyUse(key)).toBeUndefined()
  await use(key)
  expect(await keyUse(key)).toEqual({ atMs: registry.clock.nowMs(), service, region: 'us-east-1' })
})

test('a token made with a key is a use of the key, one of a session is one of its role', async () => {
  const key = await made()
  const trust = policy({ Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' })
  await makeRole(registry, 'pods', trust, { policies: [policy(allow('ecr:GetAuthorizationToken'))] })
  const ofKey = await tokenLogin(registry, key)
  const ofRole = await tokenLogin(registry, await assume(registry, key, roleArnOf('pods')))
  registry.clock.advance(60_000)
  for (const login of [ofKey, ofRole]) expect((await pull(login)).status).toBe(200)
  const at = { atMs: registry.clock.nowMs(), region: 'us-east-1' }
  expect(await keyUse(key)).toEqual({ ...at, service: 'ecr' })
  const role = await registry.services.metadata.findIdentity('000000000000', 'role', 'pods')
  expect(role?.lastUsed).toEqual(at)
})

test('what is refused is no use, nor is what a user does in a session of its own', async () => {
  const { accessKeyId } = await made()
  expect((await pull(basic(accessKeyId, 'wrong'))).status).toBe(401)
  const session = { issuedAtMs: 0, expiresAtMs: 1, policyLayers: [], tags: [], transitiveTagKeys: [] }
  registry.services.uses.note(rootPrincipal('000000000000', accessKeyId, session), 'ecr')
  await registry.services.uses.flush()
  expect(await registry.services.metadata.findKeyUse(accessKeyId)).toBeUndefined()
})

test('UseRecorder writes each key once a minute, and later what could not be written', async () => {
  const { metadata } = registry.services
  let writes = 0
  let isDown = true
  const transact: typeof metadata.transact = async (work) => {
    if (isDown) throw new Error('the database is away')
    writes++
    return await metadata.transact(work)
  }
  const uses = new UseRecorder({ metadata: altered(metadata, { transact }), clock: registry.clock }, 'r')
  const startMs = registry.clock.nowMs()
  const note = (key: string) => uses.note(rootPrincipal('000000000000', key), 'iam')
  const usedAt = async (key: string) => (await metadata.findKeyUse(key))?.atMs
  note('AKIA1')
  note('AKIA2')
  await expect(uses.flush()).rejects.toThrow('away')
  registry.clock.advance(59_999)
  note('AKIA1')
  isDown = false
  await uses.flush()
  expect([await usedAt('AKIA1'), await usedAt('AKIA2'), writes]).toEqual([startMs, startMs, 1])
  note('AKIA1')
  await uses.flush()
  expect(writes).toBe(1)
  registry.clock.advance(1)
  note('AKIA1')
  await uses.flush()
  expect([await usedAt('AKIA1'), writes]).toEqual([startMs + 60_000, 2])
})

test('UseRecorder keeps no more than ten thousand uses', async () => {
  const { uses, metadata } = registry.services
  const idOf = (n: number) => `AKIA${n}`
  for (let n = 0; n <= 10_000; n++) uses.note(rootPrincipal('000000000000', idOf(n)), 'ecr')
  await uses.flush()
  expect(await metadata.findKeyUse(idOf(9_999))).toBeDefined()
  expect(await metadata.findKeyUse(idOf(10_000))).toBeUndefined()
})
