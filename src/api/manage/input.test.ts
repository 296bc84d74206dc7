import { expect, test } from 'bun:test'
import { callManage, MANAGE_HOST } from '../../../test/support/manage-requests.ts'
import { openTestRegistry } from '../../../test/support/test-registry.ts'

test.each([
  ['a member that is unknown', { accountId: '123456789012', admin: true }, 'Unrecognized key: "admin"'],
  ['a wrong type', { name: 5 }, 'name: '],
  ['an id that is not 12 digits', { accountId: '1' }, 'accountId: must be 12 digits'],
  ['a name of invisible text', { name: 'a\u202eb' }, 'name: must not hold invisible characters'],
  ['a key twice', '{"name":"a","name":"b"}', 'The body must be JSON'],
  ['no JSON', '{', 'The body must be JSON'],
  ['nothing', '', 'The body must be JSON'],
  ['a list', [], 'Invalid input'],
  ['NUL', { name: 'a\0b' }, 'NUL'],
  ['another prototype', '{"__proto__":{"name":"x"}}', 'Unrecognized key: "__proto__"'],
])('a body with %s is refused', async (_, body, message) => {
  await using registry = await openTestRegistry()
  const { status, json } = await callManage(registry, 'POST', '/accounts', { body })
  expect([status, json.error.code]).toEqual([400, 'InvalidParameter'])
  expect(json.error.message).toContain(message)
  expect(await registry.services.metadata.listAccounts({ limit: 10 })).toHaveLength(1)
})

test('a body must say that it is JSON, so that a form of another site never passes for one', async () => {
  await using registry = await openTestRegistry()
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx', '']) {
    const { json } = await callManage(registry, 'POST', '/accounts', { body: {}, headers: { 'content-type': type } })
    expect([type, json.error.message]).toEqual([type, 'The header Content-Type must be application/json.'])
  }
  const headers = { 'content-type': 'Application/JSON; charset=UTF-8' }
  expect((await callManage(registry, 'POST', '/accounts', { body: {}, headers })).status).toBe(201)
})

test('a body where none belongs is refused', async () => {
  await using registry = await openTestRegistry()
  const { json } = await callManage(registry, 'DELETE', '/oidc-providers/x', { body: {} })
  expect(json.error.message).toBe('This operation takes no body.')
})

test('a body past its limit is refused before it is read', async () => {
  await using registry = await openTestRegistry()
  const { status, json } = await callManage(registry, 'POST', '/accounts', { body: { name: 'x'.repeat(300_000) } })
  expect([status, json.error.code]).toEqual([400, 'LimitExceeded'])
})

test('a refusal does not grow with what was sent', async () => {
  await using registry = await openTestRegistry()
  const members = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`m${index}${'x'.repeat(50)}`, 1]))
  const { json } = await callManage(registry, 'POST', '/accounts', { body: members })
  expect(json.error.message.length).toBeLessThan(3000)
})

test.each(['limit=0', 'limit=1001', 'limit=x', 'limit=1&limit=2', 'page=2', 'after=%00'])(
  'a query that is not taken is refused: %s',
  async (query) => {
    await using registry = await openTestRegistry()
    const { status, json } = await callManage(registry, 'GET', `/accounts?${query}`)
    expect([status, json.error.code]).toEqual([400, 'InvalidParameter'])
  },
)

test('addresses that are not there, and methods that an address does not have', async () => {
  await using registry = await openTestRegistry()
  const none = await callManage(registry, 'GET', '/account')
  expect([none.status, none.json.error.code]).toEqual([404, 'NotFound'])
  const put = await callManage(registry, 'PUT', '/accounts')
  expect([put.status, put.headers.get('allow')]).toEqual([405, 'POST, GET'])
  expect((await callManage(registry, 'GET', '/accounts/')).status).toBe(404)
})

test('answers are for nobody’s cache, and 401 says how to log in', async () => {
  await using registry = await openTestRegistry()
  const { headers } = await callManage(registry, 'GET', '/accounts')
  expect(headers.get('cache-control')).toBe('no-store')
  const refused = await callManage(registry, 'GET', '/accounts', { authorization: null })
  expect(refused.headers.get('www-authenticate')).toBe('Basic realm="lading"')
  expect(refused.headers.get('cache-control')).toBe('no-store')
})

test('a page of our own may ask', async () => {
  await using registry = await openTestRegistry()
  const headers = { origin: `http://${MANAGE_HOST}`, 'sec-fetch-site': 'same-origin' }
  expect((await callManage(registry, 'GET', '/accounts', { headers })).status).toBe(200)
})
