import { afterEach, beforeEach, expect, test } from 'bun:test'
import { callQuery } from '../../../test/support/aws-requests.ts'
import { insertIdentities, newUser, runIam, userPrincipal } from '../../../test/support/identities.ts'
import { openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { openSecret } from '../../services/identity/access-key-secret.ts'

const ACCOUNT = '000000000000'

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  await insertIdentities(registry, [newUser('bob'), newUser('eve')])
})
afterEach(async () => {
  await registry[Symbol.asyncDispose]()
})

const call = (operation: string, input: Record<string, string> = {}) => callQuery(registry, operation, input)

async function refusal(operation: string, input: Record<string, string> = {}) {
  const { status, code, message } = await call(operation, input)
  return [status, code, message]
}

async function createKey(input: Record<string, string> = { UserName: 'bob' }) {
  const { xml } = await call('CreateAccessKey', input)
  const [, id = ''] = /<AccessKeyId>(.*?)</.exec(xml) ?? []
  const [, secret = ''] = /<SecretAccessKey>(.*?)</.exec(xml) ?? []
  return { id, secret, xml }
}

async function findKey(id: string) {
  return (await registry.services.metadata.findIdentityById('access-key', id))?.identity
}

test('CreateAccessKey shows the secret once, and keeps it sealed', async () => {
  const { id, secret, xml } = await createKey()
  expect(id).toMatch(/^AKIA[A-Z2-7]{16}$/)
  expect(secret).toMatch(/^[A-Za-z0-9+/]{40}$/)
  expect(xml).toContain(`<UserName>bob</UserName><AccessKeyId>${id}</AccessKeyId>`)
  expect(xml).toContain('<Status>Active</Status>')
  const key = await findKey(id)
  if (key === undefined) throw new Error('the key is not there')
  expect(JSON.stringify(key)).not.toContain(secret)
  expect(openSecret(registry.services, ACCOUNT, key)).toBe(secret)
  const { xml: listed } = await call('ListAccessKeys', { UserName: 'bob' })
  expect(listed).toContain(`<AccessKeyId>${id}</AccessKeyId>`)
  expect(listed).not.toContain('Secret')
})

test('a user has two keys at most, and the root user too', async () => {
  for (const input of [{ UserName: 'bob' }, {}] as Record<string, string>[]) {
    await createKey(input)
    await createKey(input)
    expect(await refusal('CreateAccessKey', input)).toEqual([
      409,
      'LimitExceeded',
      'Cannot exceed quota for AccessKeysPerUser: 2',
    ])
  }
  expect(await registry.services.metadata.countIdentities(ACCOUNT, 'access-key')).toBe(4)
})

test('two of two callers at once make one key each, and never a third', async () => {
  const made = await Promise.all(Array.from({ length: 6 }, () => call('CreateAccessKey', { UserName: 'bob' })))
  expect(made.filter(({ status }) => status === 200)).toHaveLength(2)
})

test('UpdateAccessKey and DeleteAccessKey', async () => {
  const { id } = await createKey()
  const named = { UserName: 'bob', AccessKeyId: id }
  await call('UpdateAccessKey', { ...named, Status: 'Inactive' })
  expect((await findKey(id))?.state).toBe('inactive')
  expect((await call('ListAccessKeys', { UserName: 'bob' })).xml).toContain('<Status>Inactive</Status>')
  await call('UpdateAccessKey', { ...named, Status: 'Active' })
  expect((await findKey(id))?.state).toBe('active')
  expect(await refusal('UpdateAccessKey', { ...named, Status: 'Gone' })).toEqual([
    400,
    'ValidationError',
    expect.any(String),
  ])
  expect(await refusal('UpdateAccessKey', named)).toEqual([400, 'ValidationError', expect.any(String)])
  expect((await call('DeleteAccessKey', named)).status).toBe(200)
  expect(await refusal('DeleteAccessKey', named)).toEqual([
    404,
    'NoSuchEntity',
    `The Access Key with id ${id} cannot be found.`,
  ])
})

test("a key is found only beside its own user's name", async () => {
  const { id } = await createKey()
  for (const named of [{ UserName: 'eve' }, {}]) {
    const input = { ...named, AccessKeyId: id, Status: 'Inactive' }
    for (const operation of ['UpdateAccessKey', 'DeleteAccessKey']) {
      expect(await refusal(operation, input)).toEqual([404, 'NoSuchEntity', expect.any(String)])
    }
  }
  expect((await findKey(id))?.state).toBe('active')
})

test('without a name it is about whoever calls', async () => {
  const { id, xml } = await createKey({})
  expect(xml).not.toContain('<UserName>')
  expect((await findKey(id))?.ownerId).toBe(ACCOUNT)
  expect((await call('ListAccessKeys')).xml).toContain(id)
  await call('DeleteAccessKey', { AccessKeyId: id })
  expect(await findKey(id)).toBeUndefined()
  const made = await runIam(registry, userPrincipal(newUser('eve')), 'CreateAccessKey')
  expect(made).toMatchObject({ AccessKey: { UserName: 'eve' } })
})

test('GetAccessKeyLastUsed says when, or that it never was', async () => {
  const { id } = await createKey()
  const never = await call('GetAccessKeyLastUsed', { AccessKeyId: id })
  expect(never.xml).toContain(
    '<UserName>bob</UserName><AccessKeyLastUsed><ServiceName>N/A</ServiceName><Region>N/A</Region></AccessKeyLastUsed>',
  )
  const atMs = Date.UTC(2026, 10, 1)
  const use = { accessKeyId: id, atMs, service: 'ecr', region: 'us-east-1' }
  await registry.services.metadata.transact((transaction) => transaction.recordKeyUses([use]))
  const used = await call('GetAccessKeyLastUsed', { AccessKeyId: id })
  expect(used.xml).toContain(
    '<LastUsedDate>2026-11-01T00:00:00Z</LastUsedDate><ServiceName>ecr</ServiceName><Region>us-east-1</Region>',
  )
  expect(await refusal('GetAccessKeyLastUsed', { AccessKeyId: 'AKIANOBODYNOBODYNOBO' })).toEqual([
    404,
    'NoSuchEntity',
    expect.any(String),
  ])
})

test("another account's key is as one that is not there", async () => {
  const { services } = registry
  await services.metadata.transact((transaction) => transaction.ensureRegistry('999999999999', 'us-east-1', 1))
  const sealedSecret = 'sealed'
  const key = { kind: 'access-key', id: 'AKIAOTHEROTHEROTHERO', ownerId: 'AIDAX', sealedSecret } as const
  await insertIdentities(registry, [{ ...key, state: 'active', createdAtMs: 1 }], '999999999999')
  const there = await call('GetAccessKeyLastUsed', { AccessKeyId: key.id })
  const absent = await call('GetAccessKeyLastUsed', { AccessKeyId: 'AKIANONENONENONENONE' })
  expect(there.xml.replaceAll(key.id, 'AKIANONENONENONENONE')).toBe(absent.xml)
})
