import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { Account } from '../../src/ports/metadata/accounts.ts'
import type { MetadataStore, MetadataTransaction } from '../../src/ports/metadata-store.ts'
import { type MetadataStoreFixture, makeRegistry, type OpenMetadataStore } from './metadata-store-fixture.ts'
import { group } from './metadata-store-identities.ts'

const HOME = '000000000000'
const OTHER = '111111111111'
const THIRD = '222222222222'

function account(accountId: string, change: Partial<Account> = {}): Account {
  return { accountId, name: 'Team ü', state: 'enabled', createdAtMs: 1_700_000_000_000, ...change }
}

async function epochs(store: MetadataStore): Promise<Record<string, number>> {
  return Object.fromEntries((await store.listIdentityEpochs()).map(({ accountId, epoch }) => [accountId, epoch]))
}

export function testAccounts(open: OpenMetadataStore): void {
  describe('accounts, and who is told of changes', () => {
    let fixture: MetadataStoreFixture
    let store: MetadataStore
    let told: string[][]
    beforeEach(async () => {
      fixture = await open()
      store = fixture.store
      told = []
      store.watchIdentities((accountIds) => told.push([...accountIds].sort()))
    })
    afterEach(() => fixture.close())

    const touch = (...accountIds: readonly string[]) =>
      store.transact(async (transaction) => {
        for (const accountId of accountIds) await transaction.changeIdentities(accountId)
      })

    test('an account is made once, comes back whole, and is listed in the order of ids', async () => {
      const made = account(OTHER, { state: 'disabled' })
      expect(await store.transact((transaction) => transaction.insertAccount(made))).toEqual(made)
      const again = account(OTHER, { name: 'again' })
      expect(await store.transact((transaction) => transaction.insertAccount(again))).toBeUndefined()
      expect(await store.findAccount(OTHER)).toEqual(made)
      expect(await store.findAccount(HOME)).toBeUndefined()
      await store.transact((transaction) => transaction.insertAccount(account(HOME)))
      expect(await store.listAccounts({ limit: 10 })).toEqual([account(HOME), made])
      expect(await store.listAccounts({ after: HOME, limit: 10 })).toEqual([made])
      expect(await store.listAccounts({ limit: 1 })).toEqual([account(HOME)])
      // What could not be inserted has changed nothing.
      expect(await epochs(store)).toEqual({ [HOME]: 1, [OTHER]: 1 })
      expect(told).toEqual([[OTHER], [HOME]])
    })

    test('ensureRegistry() makes the account once, and leaves one that is there as it is', async () => {
      await makeRegistry(store, HOME)
      expect(await store.findAccount(HOME)).toEqual(account(HOME, { name: '', createdAtMs: 1 }))
      await store.transact((transaction) => transaction.insertAccount(account(OTHER, { state: 'disabled' })))
      await makeRegistry(store, OTHER)
      await makeRegistry(store, HOME)
      expect(await store.findAccount(OTHER)).toEqual(account(OTHER, { state: 'disabled' }))
      expect(told).toEqual([[HOME], [OTHER]])
    })

    test('updateAccount() changes what is given, counts, and passes over what is not there', async () => {
      await store.transact((transaction) => transaction.insertAccount(account(HOME)))
      await store.transact((transaction) => transaction.updateAccount(HOME, { state: 'disabled' }))
      expect(await store.findAccount(HOME)).toEqual(account(HOME, { state: 'disabled' }))
      await store.transact((transaction) => transaction.updateAccount(HOME, { name: '' }))
      expect(await store.findAccount(HOME)).toEqual(account(HOME, { state: 'disabled', name: '' }))
      await store.transact((transaction) => transaction.updateAccount(OTHER, { name: 'x' }))
      expect(await epochs(store)).toEqual({ [HOME]: 3 })
      expect(told).toEqual([[HOME], [HOME], [HOME]])
    })

    test('an epoch goes up with every change, also one that changes nothing, and with nothing else', async () => {
      await makeRegistry(store, HOME)
      await makeRegistry(store, OTHER)
      const before = await epochs(store)
      await touch(HOME)
      expect(await epochs(store)).toEqual({ ...before, [HOME]: 2 })
      await store.transact(async (transaction) => {
        await transaction.recordKeyUses([{ accessKeyId: 'AKIA1', atMs: 1, service: 'ecr', region: 'r' }])
        await transaction.recordRoleUses([{ roleId: 'AROA1', atMs: 1, region: 'r' }])
        await transaction.ensureRegistry(HOME, 'us-east-1', 5)
        await transaction.findIdentity(HOME, 'user', 'Ann')
      })
      await store.probe()
      expect(await epochs(store)).toEqual({ ...before, [HOME]: 2 })
      // Of an account that is not there too: whoever asks has decided that.
      await touch(THIRD)
      expect(await epochs(store)).toEqual({ ...before, [HOME]: 2, [THIRD]: 1 })
    })

    test('a commit is told once, of every account that it changed, before transact() resolves', async () => {
      await touch(OTHER, HOME, OTHER)
      expect(told).toEqual([[HOME, OTHER]])
      const order: string[] = []
      let seen: Promise<unknown> | undefined
      store.watchIdentities(() => {
        order.push('told')
        seen = store.findIdentity(HOME, 'group', 'g')
      })
      const resolved = store
        .transact(async (transaction) => {
          const changes = await transaction.changeIdentities(HOME)
          await changes.insert(group('AGPA1', 'g'))
          order.push('done')
        })
        .then(() => order.push('resolved'))
      await resolved
      expect(order).toEqual(['done', 'told', 'resolved'])
      expect(await seen).toEqual(group('AGPA1', 'g'))
      await store.transact((transaction) => transaction.findAccount(HOME))
      expect(told).toHaveLength(2)
    })

    test('what is rolled back is told to nobody, and does not count, whoever commits beside it', async () => {
      const failing = (accountId: string) =>
        store.transact(async (transaction) => {
          const changes = await transaction.changeIdentities(accountId)
          await changes.insert(group(`AGPA${accountId}`, 'g'))
          throw new Error('no')
        })
      const outcomes = await Promise.allSettled([failing(HOME), touch(OTHER), failing(THIRD), touch(OTHER)])
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled'])
      await touch(OTHER)
      expect(told).toEqual([[OTHER], [OTHER], [OTHER]])
      expect(await epochs(store)).toEqual({ [OTHER]: 3 })
      expect(await store.findIdentity(HOME, 'group', 'g')).toBeUndefined()
    })

    test('a registry policy keeps its text, and its revisions are never used twice', async () => {
      const { id } = await makeRegistry(store, HOME)
      const other = await makeRegistry(store, OTHER)
      const put = (text: string) => store.transact((transaction) => transaction.putRegistryPolicy(id, text))
      const drop = () => store.transact((transaction) => transaction.deleteRegistryPolicy(id))
      told.length = 0
      expect(await store.readRegistryPolicy(id)).toBeUndefined()
      await drop()
      expect(told).toEqual([])
      await put('{ "a": "ü" }')
      expect(await store.readRegistryPolicy(id)).toEqual({ text: '{ "a": "ü" }', revision: 1 })
      await put('{}')
      expect(await store.readRegistryPolicy(id)).toEqual({ text: '{}', revision: 2 })
      await drop()
      expect(await store.readRegistryPolicy(id)).toBeUndefined()
      await put('{}')
      expect(await store.readRegistryPolicy(id)).toEqual({ text: '{}', revision: 3 })
      expect(await store.readRegistryPolicy(other.id)).toBeUndefined()
      await store.transact((transaction) => transaction.putRegistryPolicy(other.id + 1, '{}'))
      expect(told).toEqual([[HOME], [HOME], [HOME], [HOME]])
      expect(await epochs(store)).toEqual({ [HOME]: 5, [OTHER]: 1 })
    })

    testTogether(() => fixture)
  })
}

/** Between transactions that run at the same time, over two processes' worth of stores where the engine has that. */
function testTogether(fixture: () => MetadataStoreFixture): void {
  let stores: MetadataStore[]
  beforeEach(async () => {
    const { store, openAnother } = fixture()
    stores = openAnother === undefined ? [store] : [store, await openAnother()]
  })
  afterEach(async () => {
    for (const each of stores.slice(1)) await each.close()
  })

  test('of 20 who make one while there are fewer than two, two do', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        stores[index % stores.length]?.transact(async (transaction) => {
          const changes = await transaction.changeIdentities(HOME)
          if ((await transaction.countIdentities(HOME, 'group')) >= 2) return false
          return await changes.insert(group(`AGPA${index}`, `g${index}`))
        }),
      ),
    )
    expect(outcomes.filter((outcome) => outcome)).toHaveLength(2)
    expect(await stores[0]?.countIdentities(HOME, 'group')).toBe(2)
    expect((await stores[0]?.listIdentityEpochs())?.map(({ epoch }) => epoch)).toEqual([20])
  })

  test('who changes an account waits for who does; of another account nobody waits', async () => {
    const [store, another] = stores
    if (store === undefined || another === undefined) return // SQLite runs one transaction at a time
    const toldElsewhere: string[] = []
    another.watchIdentities((accountIds) => toldElsewhere.push(...accountIds))
    const finish = Promise.withResolvers<void>()
    const held = Promise.withResolvers<void>()
    const order: string[] = []
    const first = store.transact(async (transaction) => {
      await transaction.changeIdentities(HOME)
      held.resolve()
      await finish.promise
      order.push('first')
    })
    await held.promise
    const second = another.transact(async (transaction) => {
      await transaction.changeIdentities(HOME)
      order.push('second')
    })
    await another.transact((transaction) => transaction.changeIdentities(OTHER))
    await another.transact((transaction) => transaction.recordRoleUses([{ roleId: 'A', atMs: 1, region: 'r' }]))
    expect(await another.findIdentity(HOME, 'group', 'g')).toBeUndefined()
    await Bun.sleep(100)
    expect(order).toEqual([])
    finish.resolve()
    await Promise.all([first, second])
    expect(order).toEqual(['first', 'second'])
    expect(await epochs(store)).toEqual({ [HOME]: 2, [OTHER]: 1 })
    expect(toldElsewhere).toEqual([OTHER, HOME])
  })

  test('a transaction that is run again tells what its last run has changed', async () => {
    const [store, another] = stores
    if (store === undefined || another === undefined) return // SQLite runs every transaction once
    const told: string[][] = []
    for (const each of stores) each.watchIdentities((accountIds) => told.push([...accountIds].sort()))
    let runs = 0
    const holdsFirst = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const
    const inOrder = (own: 0 | 1, first: string, second: string) => async (transaction: MetadataTransaction) => {
      runs++
      await transaction.changeIdentities(first)
      holdsFirst[own].resolve()
      await holdsFirst[own === 0 ? 1 : 0].promise
      // Only while nobody was given up: the run that is made again does not come here.
      if (runs <= 2) await transaction.changeIdentities(THIRD + own)
      await transaction.changeIdentities(second)
    }
    await Promise.all([store.transact(inOrder(0, HOME, OTHER)), another.transact(inOrder(1, OTHER, HOME))])
    expect(runs).toBeGreaterThan(2)
    expect(told.filter((accountIds) => accountIds.includes(HOME) && accountIds.includes(OTHER))).toHaveLength(2)
    expect(told.filter((accountIds) => accountIds.length === 3)).toHaveLength(1)
    expect(Object.keys(await epochs(store))).toHaveLength(3)
  })
}
