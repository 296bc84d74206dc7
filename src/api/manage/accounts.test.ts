import { expect, test } from 'bun:test'
import { callManage } from '../../../test/support/manage-requests.ts'
import { openTestRegistry, TEST_KEY_ID } from '../../../test/support/test-registry.ts'
import { OTHER_AUTHORIZATION, OTHER_KEY_ID, withPrincipal } from '../../../test/support/with-principal.ts'
import { rootPrincipal, type Session, type UserPrincipal } from '../../core/principal.ts'
import { openSecret } from '../../services/identity/access-key-secret.ts'
import { MANAGE_TABLE } from './table.ts'

const OPERATOR = '000000000000'
const TEAM = '123456789012'

const EVERYTHING = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'

const RESTRICTED: Session = {
  issuedAtMs: 0,
  expiresAtMs: Number.MAX_SAFE_INTEGER,
  policyLayers: [{ texts: [EVERYTHING], arns: [] }],
  tags: [],
  transitiveTagKeys: [],
}

test('CreateAccount makes the account, its registry, and a root key whose secret opens it', async () => {
  await using registry = await openTestRegistry()
  const { metadata } = registry.services
  const { status, json } = await callManage(registry, 'POST', '/accounts', { body: { accountId: TEAM, name: 'Team' } })
  expect(status).toBe(201)
  expect(MANAGE_TABLE.CreateAccount.output?.parse(json)).toEqual(json)
  expect(json.account).toEqual({
    accountId: TEAM,
    name: 'Team',
    state: 'enabled',
    createdAt: '2026-01-01T00:00:00.000Z',
  })
  expect(await metadata.findRegistry(TEAM, 'us-east-1')).toBeDefined()
  const stored = await metadata.findIdentityById('access-key', json.rootKey.accessKeyId)
  expect(stored).toMatchObject({ accountId: TEAM, identity: { ownerId: TEAM, state: 'active' } })
  if (stored === undefined) throw new Error('the key is not there')
  expect(openSecret(registry.services, TEAM, stored.identity)).toBe(json.rootKey.secretAccessKey)
  expect(JSON.stringify(stored)).not.toContain(json.rootKey.secretAccessKey)
})

test('CreateAccount picks an id when none is given, and refuses one that is there', async () => {
  await using registry = await openTestRegistry()
  const picked = await Promise.all([1, 2, 3].map(() => callManage(registry, 'POST', '/accounts', { body: {} })))
  const ids = picked.map(({ json }) => json.account.accountId)
  expect(ids.every((id) => /^[1-9]\d{11}$/.test(id))).toBe(true)
  expect(new Set(ids).size).toBe(3)
  const again = await callManage(registry, 'POST', '/accounts', { body: { accountId: ids[0] } })
  expect([again.status, again.json.error]).toEqual([
    409,
    { code: 'AlreadyExists', message: `There is an account ${ids[0]} already.`, requestId: 'request-1' },
  ])
  const { metadata } = registry.services
  expect(await metadata.countIdentities(ids[0], 'access-key', { ownerId: ids[0] })).toBe(1)
})

test('ListAccounts gives pages that end', async () => {
  await using registry = await openTestRegistry()
  for (const accountId of ['222222222222', '111111111111']) {
    await callManage(registry, 'POST', '/accounts', { body: { accountId } })
  }
  const ids: string[] = []
  let next = ''
  do {
    const { json } = await callManage(registry, 'GET', `/accounts?limit=2${next}`)
    expect(MANAGE_TABLE.ListAccounts.output?.parse(json)).toEqual(json)
    ids.push(...json.accounts.map(({ accountId }: { accountId: string }) => accountId))
    next = json.next === undefined ? '' : `&after=${json.next}`
  } while (next !== '')
  expect(ids).toEqual([OPERATOR, '111111111111', '222222222222'])
})

test('UpdateAccount renames, disables and enables, and leaves what it was not told', async () => {
  await using registry = await openTestRegistry()
  await callManage(registry, 'POST', '/accounts', { body: { accountId: TEAM, name: 'Team' } })
  const disabled = await callManage(registry, 'PATCH', `/accounts/${TEAM}`, { body: { state: 'disabled' } })
  expect(disabled.json).toMatchObject({ name: 'Team', state: 'disabled' })
  const renamed = await callManage(registry, 'PATCH', `/accounts/${TEAM}`, { body: { name: '' } })
  expect(renamed.json).toMatchObject({ name: '', state: 'disabled' })
  expect((await callManage(registry, 'GET', `/accounts/${TEAM}`)).json).toMatchObject(renamed.json)
  expect((await callManage(registry, 'PATCH', '/accounts/999999999999', { body: { name: 'x' } })).status).toBe(404)
})

test('GetAccount names the root keys that were made here, and none of their secrets', async () => {
  await using registry = await openTestRegistry()
  const { json: made } = await callManage(registry, 'POST', '/accounts', { body: { accountId: TEAM } })
  const { json: second } = await callManage(registry, 'POST', `/accounts/${TEAM}/root-keys`)
  const { json } = await callManage(registry, 'GET', `/accounts/${TEAM}`)
  expect(MANAGE_TABLE.GetAccount.output?.parse(json)).toEqual(json)
  const ids = [made.rootKey.accessKeyId, second.accessKeyId].toSorted()
  const createdAt = '2026-01-01T00:00:00.000Z'
  expect(json.rootKeys).toEqual(ids.map((accessKeyId) => ({ accessKeyId, state: 'active', createdAt })))
  await callManage(registry, 'DELETE', `/accounts/${TEAM}/root-keys/${ids[0]}`)
  const { json: after } = await callManage(registry, 'GET', `/accounts/${TEAM}`)
  expect(after.rootKeys).toEqual([{ accessKeyId: ids[1], state: 'active', createdAt }])
})

test('the default account cannot be disabled, also not together with a name', async () => {
  await using registry = await openTestRegistry()
  const body = { state: 'disabled', name: 'gone' }
  const { status, json } = await callManage(registry, 'PATCH', `/accounts/${OPERATOR}`, { body })
  expect([status, json.error.code]).toEqual([409, 'Unmodifiable'])
  expect((await callManage(registry, 'GET', `/accounts/${OPERATOR}`)).json).toMatchObject({
    name: '',
    state: 'enabled',
  })
})

test('an account has two root keys at most, and one that is deleted makes room', async () => {
  await using registry = await openTestRegistry()
  const { json } = await callManage(registry, 'POST', '/accounts', { body: { accountId: TEAM } })
  const second = await callManage(registry, 'POST', `/accounts/${TEAM}/root-keys`)
  expect([second.status, Object.keys(second.json)]).toEqual([201, ['accessKeyId', 'secretAccessKey']])
  expect((await callManage(registry, 'POST', `/accounts/${TEAM}/root-keys`)).json.error.code).toBe('LimitExceeded')
  const first = `/accounts/${TEAM}/root-keys/${json.rootKey.accessKeyId}`
  const deleted = await callManage(registry, 'DELETE', first)
  expect([deleted.status, deleted.json]).toEqual([204, undefined])
  expect((await callManage(registry, 'DELETE', first)).status).toBe(404)
  expect((await callManage(registry, 'POST', `/accounts/${TEAM}/root-keys`)).status).toBe(201)
})

test('a root key is deleted by the account that it belongs to alone', async () => {
  await using registry = await openTestRegistry()
  const { json } = await callManage(registry, 'POST', '/accounts', { body: { accountId: TEAM } })
  const { accessKeyId } = json.rootKey
  expect((await callManage(registry, 'DELETE', `/accounts/${OPERATOR}/root-keys/${accessKeyId}`)).status).toBe(404)
  expect(await registry.services.metadata.findIdentityById('access-key', accessKeyId)).toBeDefined()
})

test('no root key is made for an account that there is not', async () => {
  await using registry = await openTestRegistry()
  expect((await callManage(registry, 'POST', `/accounts/${TEAM}/root-keys`)).status).toBe(404)
  expect(await registry.services.metadata.listIdentityEpochs()).not.toContainEqual({ accountId: TEAM, epoch: 1 })
})

test.each([
  ['a session policy', RESTRICTED],
  ['temporary credentials of GetSessionToken', { ...RESTRICTED, policyLayers: [] }],
])('whoever has %s makes no account, no root key and no provider', async (what, session) => {
  await using opened = await openTestRegistry()
  const registry = withPrincipal(opened, rootPrincipal(OPERATOR, OTHER_KEY_ID, session))
  const as = { authorization: OTHER_AUTHORIZATION }
  const answers = [
    await callManage(registry, 'POST', '/accounts', { ...as, body: { accountId: TEAM } }),
    await callManage(registry, 'POST', `/accounts/${OPERATOR}/root-keys`, as),
    await callManage(registry, 'DELETE', `/accounts/${OPERATOR}/root-keys/${TEST_KEY_ID}`, as),
    await callManage(registry, 'DELETE', '/oidc-providers/ci', as),
    await callManage(registry, 'PUT', '/oidc-providers/ci', {
      ...as,
      body: { issuer: 'https://i.example', clientIds: ['a'] },
    }),
  ]
  expect(answers.map(({ status, json }) => [status, json.error.code])).toEqual(answers.map(() => [403, 'AccessDenied']))
  for (const { json } of answers) expect(json.error.message).toContain(what)
  expect(await registry.services.metadata.findAccount(TEAM)).toBeUndefined()
})

test('whoever has a permissions boundary makes no root key; without one no root key of the default account', async () => {
  await using opened = await openTestRegistry()
  const { metadata } = opened.services
  const user = (boundaryArn: string | undefined) => ({
    ...({ kind: 'user', id: 'AIDA1', name: 'ops', path: '/', createdAtMs: 1, tags: [] } as const),
    ...{
      inlinePolicies: [{ name: 'all', text: EVERYTHING }],
      attachedPolicies: [],
      groupIds: [],
      sessionsValidFromMs: 0,
      boundaryArn,
    },
  })
  await metadata.transact(async (one) =>
    (await one.changeIdentities(OPERATOR)).insert(user('arn:aws:iam::aws:policy/AdministratorAccess')),
  )
  const arn = `arn:aws:iam::${OPERATOR}:user/ops`
  const principal: UserPrincipal = {
    ...{ kind: 'user', accountId: OPERATOR, arn, userId: 'AIDA1', accessKeyId: OTHER_KEY_ID, name: 'ops' },
    session: undefined,
  }
  const registry = withPrincipal(opened, principal)
  const as = { authorization: OTHER_AUTHORIZATION }
  const bounded = await callManage(registry, 'POST', '/accounts', { ...as, body: { accountId: TEAM } })
  expect([bounded.status, bounded.json.error.message]).toEqual([403, expect.stringContaining('permissions boundary')])

  await metadata.transact(async (one) => (await one.changeIdentities(OPERATOR)).replace(user(undefined)))
  expect((await callManage(registry, 'POST', '/accounts', { ...as, body: { accountId: TEAM } })).status).toBe(201)
  const beyond = await callManage(registry, 'POST', `/accounts/${OPERATOR}/root-keys`, as)
  expect([beyond.status, beyond.json.error.code]).toEqual([403, 'AccessDenied'])
  expect((await callManage(registry, 'POST', `/accounts/${OPERATOR}/root-keys`)).status).toBe(201)
})
