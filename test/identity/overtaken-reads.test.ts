import { describe, expect, test } from 'bun:test'
import { openSqliteMetadataStore } from '../../src/adapters/metadata/sqlite/open-sqlite-metadata-store.ts'
import { handleOciRequest } from '../../src/api/oci/handle.ts'
import { basic, makeAccount, makeUser, policy } from '../support/accounts.ts'
import { requestContext } from '../support/request-context.ts'
import { EVERYTHING } from '../support/session-world.ts'
import { openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

const HOME = '000000000000'
const OTHER = '111111111111'
const _TRUST_HOME = policy({ Effect: 'Allow', Principal: { AWS: HOME }, Action: ['sts:AssumeRole', 'sts:TagSession'] })

const catalog = async (registry: TestRegistry, authorization: string) =>
  (await registry.send('GET', '/v2/_catalog', { authorization })).status

describe('a read that is overtaken by a change', () => {
  /** A registry of whose reads of identities and accounts one can be held back, with what it has found already. */
  async function openHeld() {
    const store = await openSqliteMetadataStore({ path: ':memory:' })
    let untilHeld = 0
    let reached = () => {}
    let letGo: Promise<void> = Promise.resolve()
    const holding = <Read extends (...given: never[]) => Promise<unknown>>(read: Read): Read => {
      const held = async (...given: Parameters<Read>) => {
        const found = await read(...given)
        untilHeld--
        if (untilHeld === 0) {
          reached()
          await letGo
        }
        return found
      }
      // It takes and gives what the read does.
      return held as Read
    }
    store.findIdentityById = holding(store.findIdentityById.bind(store))
    store.findAccount = holding(store.findAccount.bind(store))
    store.readRegistryPolicy = holding(store.readRegistryPolicy.bind(store))
    const registry = await openTestRegistry({}, store)
    /** Holds the read that is the nth from now on, counted from one. */
    const hold = (nth: number) => {
      untilHeld = nth
      const { promise, resolve: open } = Promise.withResolvers<void>()
      letGo = promise
      const isHeld = new Promise<void>((resolve) => {
        reached = resolve
      })
      return { isHeld, open }
    }
    return { registry, hold }
  }

  type Change = (registry: TestRegistry, made: Awaited<ReturnType<typeof makeUser>>) => Promise<unknown>
  const CHANGES: Readonly<Record<string, readonly [Change, after: number]>> = {
    'the user may do nothing any more': [
      async ({ services }, { user }) =>
        await services.metadata.transact(async (one) => {
          await (await one.changeIdentities(OTHER)).replace({ ...user, inlinePolicies: [] })
        }),
      403,
    ],
    'the key is deleted': [
      async ({ services }, { key }) =>
        await services.metadata.transact(async (one) => {
          await (await one.changeIdentities(OTHER)).delete('access-key', key.accessKeyId)
        }),
      401,
    ],
    'the user is deleted': [
      async ({ services }, { user }) =>
        await services.metadata.transact(async (one) => {
          await (await one.changeIdentities(OTHER)).delete('user', user.id)
        }),
      403,
    ],
    'the account is disabled': [
      async ({ services }) =>
        await services.metadata.transact((one) => one.updateAccount(OTHER, { state: 'disabled' })),
      403,
    ],
  }

  /** More than there are. */
  const MOST_READS = 9

  test.each(Object.keys(CHANGES))('decides nothing afterwards: %s', async (what) => {
    const [change, after] = CHANGES[what] ?? []
    let held = 0
    for (let nth = 1; nth <= MOST_READS; nth++) {
      const { registry, hold } = await openHeld()
      await using _ = registry
      await makeAccount(registry, OTHER)
      const made = await makeUser(registry, 'user', { accountId: OTHER, policies: [EVERYTHING] })
      const host = `${OTHER}.dkr.ecr.us-east-1.localhost:5000`
      const authorization = basic(made.key.accessKeyId, made.key.secret)
      const list = async () => {
        const request = new Request('http://127.0.0.1:5000/v2/_catalog', { headers: { authorization } })
        return (await handleOciRequest(registry.services, request, requestContext({ host }))).status
      }
      const { isHeld, open } = hold(nth)
      const overtaken = list()
      const first = await Promise.race([isHeld.then(() => 'held'), overtaken])
      if (first === 'held') held++
      await change?.(registry, made)
      open()
      await overtaken
      for (let again = 0; again < 3; again++) expect([nth, await list()]).toEqual([nth, after ?? 0])
    }
    expect(held).toBeGreaterThan(3)
    expect(held).toBeLessThan(MOST_READS)
  })

  test('of one account says nothing of a user in another, even with the same name', async () => {
    await using registry = await openTestRegistry()
    await makeAccount(registry, OTHER)
    const here = await makeUser(registry, 'user', { policies: [EVERYTHING] })
    const there = await makeUser(registry, 'user', { accountId: OTHER })
    const statuses = async () => [
      await catalog(registry, basic(here.key.accessKeyId, here.key.secret)),
      await catalog(registry, basic(there.key.accessKeyId, there.key.secret)),
    ]
    for (let again = 0; again < 3; again++) expect(await statuses()).toEqual([200, 403])
    expect(await catalog(registry, basic(here.key.accessKeyId, there.key.secret))).toBe(401)
  })
})
