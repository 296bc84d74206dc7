import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type {
  AccessKeyRecord,
  Group,
  Identities,
  IdentityChanges,
  IdentityKind,
  ManagedPolicy,
  OidcProvider,
  Role,
  User,
} from '../../src/ports/metadata/identity.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import type { MetadataStoreFixture, OpenMetadataStore } from './metadata-store-fixture.ts'

const HOME = '000000000000'
const OTHER = '111111111111'
const PULL = 'arn:aws:iam::aws:policy/Pull'
const PUSH = `arn:aws:iam::${HOME}:policy/Push`

function named(id: string, name: string) {
  return { id, name, path: '/', createdAtMs: 1_700_000_000_000, tags: [], inlinePolicies: [], attachedPolicies: [] }
}

function user(id: string, name: string, change: Partial<User> = {}): User {
  return { ...named(id, name), kind: 'user', boundaryArn: undefined, groupIds: [], sessionsValidFromMs: 0, ...change }
}

export function group(id: string, name: string, change: Partial<Group> = {}): Group {
  return { ...named(id, name), kind: 'group', ...change }
}

function role(id: string, name: string, change: Partial<Role> = {}): Role {
  return {
    ...named(id, name),
    kind: 'role',
    boundaryArn: undefined,
    description: 'für alle',
    trustPolicy: '{ "Version": "2012-10-17" }',
    maxSessionSeconds: 3600,
    sessionsValidFromMs: 0,
    lastUsed: undefined,
    ...change,
  }
}

function accessKey(id: string, ownerId: string, change: Partial<AccessKeyRecord> = {}): AccessKeyRecord {
  return { kind: 'access-key', id, ownerId, createdAtMs: 5, sealedSecret: 'k1.c2VhbGVk', state: 'active', ...change }
}

const POLICY: ManagedPolicy = {
  kind: 'policy',
  id: 'ANPA1',
  name: 'Push',
  path: '/team/',
  createdAtMs: 1,
  tags: [{ key: 'k', value: 'ü' }],
  description: '',
  defaultVersion: 'v2',
  versions: [{ id: 'v2', text: '{ }', createdAtMs: 2 }],
  updatedAtMs: 2,
  versionsMade: 2,
}

const PROVIDER: OidcProvider = {
  kind: 'oidc-provider',
  id: 'OIDC1',
  name: 'cluster.example/id/1',
  path: '/',
  createdAtMs: 1,
  tags: [],
  issuer: 'https://cluster.example/id/1',
  clientIds: ['sts.amazonaws.com'],
  thumbprints: [],
  keys: [{ kty: 'EC', crv: 'P-256' }],
  kubernetesCluster: undefined,
  claimTags: [{ tagKey: 'team', claim: 'team' }],
}

/** Inserts them in one transaction. */
async function insert(store: MetadataStore, accountId: string, ...identities: readonly Identities[IdentityKind][]) {
  await change(store, accountId, async (changes) => {
    for (const each of identities) if (!(await changes.insert(each))) throw new Error(`${each.id} is there`)
  })
}

async function change<Result>(
  store: MetadataStore,
  accountId: string,
  work: (changes: IdentityChanges) => Promise<Result>,
): Promise<Result> {
  return await store.transact(async (transaction) => await work(await transaction.changeIdentities(accountId)))
}

export function testIdentities(open: OpenMetadataStore): void {
  describe('identities', () => {
    let fixture: MetadataStoreFixture
    let store: MetadataStore
    beforeEach(async () => {
      fixture = await open()
      store = fixture.store
    })
    afterEach(() => fixture.close())

    const idsOf = async (...list: Parameters<MetadataStore['listIdentities']>): Promise<string[]> =>
      (await store.listIdentities(...list)).map(({ id }) => id)
    const ALL = { after: undefined, limit: 100 }

    test('every kind comes back as it was inserted, by name and by id', async () => {
      const members = { groupIds: ['AGPA1'], attachedPolicies: [PUSH, PULL, PUSH], boundaryArn: PULL, path: '/a/b/' }
      const all = [
        user('AIDA1', 'Ann', { ...members, inlinePolicies: [{ name: 'p', text: '{ "a": "\\u0000" }' }] }),
        group('AGPA1', 'Builders', { tags: [{ key: 'k', value: 'ü' }] }),
        role('AROA1', 'deploy', { boundaryArn: PUSH, maxSessionSeconds: 43_200 }),
        POLICY,
        PROVIDER,
      ]
      await insert(store, HOME, ...all, accessKey('AKIA1', 'AIDA1'))
      for (const each of all) {
        expect(await store.findIdentity(HOME, each.kind, each.name)).toEqual(each)
        expect(await store.findIdentityById(each.kind, each.id)).toEqual({ accountId: HOME, identity: each })
      }
      const key = await store.findIdentityById('access-key', 'AKIA1')
      expect(key).toEqual({ accountId: HOME, identity: accessKey('AKIA1', 'AIDA1') })
      expect(await store.findIdentityById('access-key', 'akia1')).toBeUndefined()
      expect(await store.findIdentityById('role', 'AIDA1')).toBeUndefined()
      expect(await store.findIdentity(OTHER, 'user', 'Ann')).toBeUndefined()
    })

    test('a name is one in its account and kind, whatever its case', async () => {
      await insert(store, HOME, user('AIDA1', 'Ann'), role('AROA1', 'Ann'))
      await insert(store, OTHER, user('AIDA2', 'ann'))
      const outcomes = await change(store, HOME, async (changes) => [
        await changes.insert(user('AIDA3', 'aNN')),
        await changes.insert(user('AIDA1', 'Bea')),
        await changes.insert(group('AIDA2', 'Bea')),
        await changes.insert(group('AGPA1', 'ann')),
      ])
      expect(outcomes).toEqual([false, false, false, true])
      expect((await store.findIdentity(HOME, 'user', 'ANN'))?.id).toBe('AIDA1')
      expect((await store.findIdentity(OTHER, 'user', 'ANN'))?.id).toBe('AIDA2')
      expect(await store.countIdentities(HOME, 'user')).toBe(1)
    })

    test('replace() renames, and changes nothing where the name is taken, or the identity is not there', async () => {
      await insert(store, HOME, user('AIDA1', 'Ann'), user('AIDA2', 'Bea'))
      await insert(store, OTHER, user('AIDA3', 'Cid'))
      const renamed = user('AIDA1', 'Dora', { path: '/x/', sessionsValidFromMs: 7 })
      const outcomes = await change(store, HOME, async (changes) => [
        await changes.replace(user('AIDA1', 'BEA', { attachedPolicies: [PULL] })),
        await changes.replace(user('AIDA9', 'Eve')),
        await changes.replace(user('AIDA3', 'Eve')),
        await changes.replace(group('AIDA1', 'Eve')),
        await changes.replace(user('AIDA2', 'bea', { path: '/y/' })),
        await changes.replace(renamed),
      ])
      expect(outcomes).toEqual([false, false, false, false, true, true])
      expect(await store.findIdentity(HOME, 'user', 'Ann')).toBeUndefined()
      expect(await store.findIdentity(HOME, 'user', 'dora')).toEqual(renamed)
      expect((await store.findIdentity(HOME, 'user', 'Bea'))?.name).toBe('bea')
      expect((await store.findIdentityById('user', 'AIDA3'))?.accountId).toBe(OTHER)
      expect(await store.countIdentities(HOME, 'user', { attachedPolicy: PULL })).toBe(0)
    })

    test('lists go by what identities refer to now', async () => {
      await insert(
        store,
        HOME,
        user('AIDA1', 'c', { groupIds: ['AGPA1'], attachedPolicies: [PULL] }),
        user('AIDA2', 'B', { groupIds: ['AGPA1', 'AGPA2'], boundaryArn: PULL, path: '/in/' }),
        user('AIDA3', 'a', { groupIds: ['AGPA2'], attachedPolicies: [PUSH, PULL] }),
        role('AROA1', 'r', { attachedPolicies: [PULL], boundaryArn: PUSH }),
        group('AGPA1', 'g', { attachedPolicies: [PULL] }),
      )
      await insert(store, OTHER, user('AIDA4', 'x', { groupIds: ['AGPA1'], attachedPolicies: [PULL] }))
      expect(await idsOf(HOME, 'user', ALL, { groupId: 'AGPA1' })).toEqual(['AIDA2', 'AIDA1'])
      expect(await idsOf(HOME, 'user', ALL, { attachedPolicy: PULL })).toEqual(['AIDA3', 'AIDA1'])
      expect(await idsOf(HOME, 'user', ALL, { boundaryArn: PULL })).toEqual(['AIDA2'])
      expect(await idsOf(HOME, 'role', ALL, { attachedPolicy: PULL })).toEqual(['AROA1'])
      expect(await idsOf(HOME, 'role', ALL, { attachedPolicy: PUSH })).toEqual([])
      expect(await idsOf(HOME, 'group', ALL, { attachedPolicy: PULL })).toEqual(['AGPA1'])
      expect(await idsOf(HOME, 'user', ALL, { groupId: 'AGPA2', attachedPolicy: PUSH })).toEqual(['AIDA3'])
      expect(await idsOf(HOME, 'user', { ...ALL, pathPrefix: '/in' }, { groupId: 'AGPA2' })).toEqual(['AIDA2'])
      expect(await idsOf(HOME, 'user', { after: 'b', limit: 9 }, { groupId: 'AGPA1' })).toEqual(['AIDA1'])
      expect(await store.countIdentities(HOME, 'user', { groupId: 'AGPA1' })).toBe(2)
      await change(store, HOME, async (changes) => {
        await changes.replace(user('AIDA1', 'c', { groupIds: ['AGPA2'] }))
        await changes.delete('user', 'AIDA2')
      })
      expect(await idsOf(HOME, 'user', ALL, { groupId: 'AGPA1' })).toEqual([])
      expect(await idsOf(HOME, 'user', ALL, { groupId: 'AGPA2' })).toEqual(['AIDA3', 'AIDA1'])
      expect(await store.countIdentities(HOME, 'user', { attachedPolicy: PULL })).toBe(1)
      expect(await store.countIdentities(HOME, 'user', { boundaryArn: PULL })).toBe(0)
    })

    test('pages go by name without regard to case; paths are compared as they are', async () => {
      const names = ['_', 'b', 'A', 'C', 'a.b', '0']
      const paths = ['/', '/a%/', '/a_/', '/A/', '/ab/', '/a%b/']
      await insert(
        store,
        HOME,
        ...names.map((name, index) => user(`AIDA${index}`, name, { path: paths[index] ?? '/' })),
      )
      const pages = async (limit: number): Promise<string[]> => {
        const found: string[] = []
        for (let after: string | undefined; ; after = found.at(-1)) {
          const page = await store.listIdentities(HOME, 'user', { after, limit })
          if (page.length === 0) return found
          found.push(...page.map(({ name }) => name))
        }
      }
      expect(await pages(2)).toEqual(['0', '_', 'A', 'a.b', 'b', 'C'])
      expect(await pages(100)).toEqual(await pages(1))
      expect(await idsOf(HOME, 'user', { ...ALL, pathPrefix: '/a%' })).toEqual(['AIDA5', 'AIDA1'])
      expect(await idsOf(HOME, 'user', { ...ALL, pathPrefix: '/a_/' })).toEqual(['AIDA2'])
      expect(await idsOf(HOME, 'user', { after: 'B', limit: 1, pathPrefix: '/' })).toEqual(['AIDA3'])
      expect(await idsOf(HOME, 'user', { ...ALL, pathPrefix: '/b' })).toEqual([])
    })

    test('access keys are listed by owner, in the order of their ids', async () => {
      const keys = [accessKey('AKIAB', 'AIDA1'), accessKey('AKIAA', 'AIDA1'), accessKey('AKIAC', HOME)]
      await insert(store, HOME, ...keys)
      await insert(store, OTHER, accessKey('AKIAD', 'AIDA1'))
      expect(await idsOf(HOME, 'access-key', ALL)).toEqual(['AKIAA', 'AKIAB', 'AKIAC'])
      expect(await idsOf(HOME, 'access-key', ALL, { ownerId: 'AIDA1' })).toEqual(['AKIAA', 'AKIAB'])
      expect(await idsOf(HOME, 'access-key', { after: 'AKIAA', limit: 1 })).toEqual(['AKIAB'])
      expect(await store.countIdentities(HOME, 'access-key', { ownerId: HOME })).toBe(1)
      const inactive = accessKey('AKIAB', 'AIDA1', { state: 'inactive' })
      expect(await change(store, HOME, (changes) => changes.replace(inactive))).toBe(true)
      expect((await store.findIdentityById('access-key', 'AKIAB'))?.identity).toEqual(inactive)
    })

    test('delete() frees the name, only of its own account and kind, and leaves what refers to it', async () => {
      await insert(store, HOME, group('AGPA1', 'g'), user('AIDA1', 'Ann', { groupIds: ['AGPA1'] }))
      await insert(store, OTHER, user('AIDA2', 'Bea'))
      await change(store, HOME, async (changes) => {
        await changes.delete('group', 'AGPA1')
        await changes.delete('user', 'AIDA2')
        await changes.delete('role', 'AIDA1')
        await changes.delete('user', 'unknown')
      })
      expect(await store.findIdentity(HOME, 'group', 'g')).toBeUndefined()
      expect(await store.findIdentityById('user', 'AIDA2')).toBeDefined()
      expect((await store.findIdentity(HOME, 'user', 'Ann'))?.groupIds).toEqual(['AGPA1'])
      expect(await store.countIdentities(HOME, 'user', { groupId: 'AGPA1' })).toBe(1)
      await insert(store, HOME, group('AGPA2', 'G'))
      expect((await store.findIdentity(HOME, 'group', 'g'))?.id).toBe('AGPA2')
    })

    test('of uses of a key or a role the newest stays, also within one call, and goes with it', async () => {
      await insert(store, HOME, accessKey('AKIA1', 'AIDA1'), role('AROA1', 'deploy'))
      const use = (atMs: number, region: string) => ({ atMs, region, service: 'ecr' })
      expect(await store.findKeyUse('AKIA1')).toBeUndefined()
      await store.transact(async (transaction) => {
        const at = [5, 9, 7].map((atMs) => ({ accessKeyId: 'AKIA1', ...use(atMs, `r${atMs}`) }))
        await transaction.recordKeyUses([...at, { accessKeyId: 'AKIA0', ...use(1, 'r1') }])
        await transaction.recordRoleUses([{ roleId: 'AROA1', atMs: 9, region: 'r9' }])
        await transaction.recordKeyUses([])
        await transaction.recordRoleUses([])
      })
      await store.transact(async (transaction) => {
        await transaction.recordKeyUses([{ accessKeyId: 'AKIA1', ...use(8, 'r8') }])
        await transaction.recordRoleUses([
          { roleId: 'AROA1', atMs: 8, region: 'r8' },
          { roleId: 'AROA1', atMs: 3, region: 'r3' },
        ])
      })
      expect(await store.findKeyUse('AKIA1')).toEqual(use(9, 'r9'))
      expect(await store.findKeyUse('AKIA0')).toEqual(use(1, 'r1'))
      const used = role('AROA1', 'deploy', { lastUsed: { atMs: 9, region: 'r9' } })
      expect(await store.findIdentity(HOME, 'role', 'deploy')).toEqual(used)
      expect((await store.findIdentityById('role', 'AROA1'))?.identity).toEqual(used)
      expect(await store.listIdentities(HOME, 'role', ALL)).toEqual([used])
      // What a caller had read before a use does not put it back.
      await change(store, HOME, (changes) => changes.replace(role('AROA1', 'deploy', { description: 'new' })))
      expect((await store.findIdentity(HOME, 'role', 'deploy'))?.lastUsed).toEqual({ atMs: 9, region: 'r9' })
      await change(store, HOME, async (changes) => {
        await changes.delete('access-key', 'AKIA1')
        await changes.delete('role', 'AROA1')
        await changes.insert(role('AROA1', 'deploy'))
      })
      expect(await store.findKeyUse('AKIA1')).toBeUndefined()
      expect((await store.findIdentity(HOME, 'role', 'deploy'))?.lastUsed).toBeUndefined()
    })
  })
}
