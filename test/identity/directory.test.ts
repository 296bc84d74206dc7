import { afterEach, beforeEach, expect, test } from 'bun:test'
import { openSqliteMetadataStore } from '../../src/adapters/metadata/sqlite/open-sqlite-metadata-store.ts'
import { parseNamespacePath, type Scope } from '../../src/core/settings/scope.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import { Directory } from '../../src/services/identity/directory.ts'
import { putSettings } from '../../src/services/settings/put-settings.ts'
import { policy } from '../support/accounts.ts'
import { insertIdentities, newUser } from '../support/identities.ts'
import { openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

const HOME = '000000000000'
const USER = newUser('bob')

let store: MetadataStore
let registry: TestRegistry
let nowMs = 0
let forgotten = 0
let directory: Directory
/** What this store commits is another process's to this directory: it is not told. */
beforeEach(async () => {
  store = await openSqliteMetadataStore({ path: ':memory:' })
  registry = await openTestRegistry({}, store)
  await insertIdentities(registry, [USER])
  nowMs = 0
  const metadata: MetadataStore = new Proxy(store, {
    get: (target, name) => {
      if (name === 'watchIdentities') return () => {}
      const member = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
  directory = new Directory({ metadata, region: 'us-east-1', monotonicMs: () => nowMs })
  forgotten = 0
  directory.onChange(() => {
    forgotten++
  })
  await directory.refresh()
})
afterEach(async () => await registry[Symbol.asyncDispose]())

const userName = async () => (await directory.identity(HOME, 'user', USER.id))?.name

const rename = async (name: string) =>
  await store.transact(async (transaction) => {
    await (await transaction.changeIdentities(HOME)).replace({ ...USER, name })
  })

test('a change of another process is known with the next refresh, and whoever keeps something hears of it', async () => {
  expect(await userName()).toBe('bob')
  await rename('eve')
  expect(await userName()).toBe('bob')
  const before = forgotten
  await directory.refresh()
  expect([await userName(), forgotten]).toEqual(['eve', before + 1])
  await directory.refresh()
  expect(forgotten).toBe(before + 1)
})

test('policies of scopes that another process has set are known with the next refresh, for all accounts too', async () => {
  const value = policy({ Effect: 'Allow', Principal: '*', Action: 'ecr:ListImages' })
  const known = async () => {
    const account = await directory.account(HOME)
    return account?.scopePolicies.of('arn:aws:ecr:us-east-1:000000000000:repository/team/app').length
  }
  const scopes: readonly Scope[] = [{ kind: 'namespace', path: parseNamespacePath('team/') }, { kind: 'installation' }]
  for (const [at, scope] of scopes.entries()) {
    expect(await known()).toBe(at)
    const settings = [{ name: 'repositoryPolicy' as const, value, locked: false }]
    await putSettings(registry.services, registry.caller, scope, { settings, force: false })
    expect(await known()).toBe(at)
    await directory.refresh()
    expect(await known()).toBe(at + 1)
  }
})

test('without news for two seconds nothing is answered from memory, and with news it is again', async () => {
  expect(await userName()).toBe('bob')
  await rename('eve')
  nowMs = 1999
  expect([directory.isFresh, await userName()]).toEqual([true, 'bob'])
  nowMs = 2000
  expect([directory.isFresh, await userName()]).toEqual([false, 'eve'])
  await rename('mallory')
  expect(await userName()).toBe('mallory')
  await directory.refresh()
  expect([directory.isFresh, await userName()]).toEqual([true, 'mallory'])
})

test('news is as old as the question, and a question without an answer is no news', async () => {
  const listed = store.listIdentityEpochs.bind(store)
  store.listIdentityEpochs = async () => {
    const epochs = await listed()
    nowMs += 1500
    return epochs
  }
  await directory.refresh()
  nowMs += 600
  expect(directory.isFresh).toBe(false)
  store.listIdentityEpochs = async () => await Promise.reject(new Error('the database is away'))
  await expect(directory.refresh()).rejects.toThrow('the database is away')
  expect(directory.isFresh).toBe(false)
})

test('a change between the question and the answer of a refresh is known with the one after it', async () => {
  const listed = store.listIdentityEpochs.bind(store)
  store.listIdentityEpochs = async () => {
    const epochs = await listed()
    await rename('eve')
    expect(await userName()).toBe('bob')
    store.listIdentityEpochs = listed
    return epochs
  }
  expect(await userName()).toBe('bob')
  await directory.refresh()
  await directory.refresh()
  expect(await userName()).toBe('eve')
})

test('an access key is forgotten with its account, and what is absent is never remembered', async () => {
  const key = { kind: 'access-key', id: 'AKIABOB', ownerId: USER.id, sealedSecret: 'x', createdAtMs: 1 } as const
  expect(await directory.accessKey(key.id)).toBeUndefined()
  await insertIdentities(registry, [{ ...key, state: 'active' }])
  expect((await directory.accessKey(key.id))?.record.state).toBe('active')
  await store.transact(async (transaction) => {
    await (await transaction.changeIdentities(HOME)).replace({ ...key, state: 'inactive' })
  })
  await directory.refresh()
  expect((await directory.accessKey(key.id))?.record.state).toBe('inactive')
})

test('an account is told nothing of what is remembered of another', async () => {
  expect(await userName()).toBe('bob')
  expect(await directory.identity('111111111111', 'user', USER.id)).toBeUndefined()
  expect(await directory.identity(HOME, 'role', USER.id)).toBeUndefined()
})
