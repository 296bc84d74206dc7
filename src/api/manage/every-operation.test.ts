import { expect, test } from 'bun:test'
import { FOUNDING_POLICY } from '../../../test/lifecycle/world.ts'
import { basic, makeUser } from '../../../test/support/accounts.ts'
import { CHANGING_CALLS, NOTED_CALLS } from '../../../test/support/changing-calls.ts'
import { everyGet } from '../../../test/support/every-get.ts'
import { API_DOCUMENT, callManage, succeededOperations } from '../../../test/support/manage-requests.ts'
import { openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { MANAGE_TABLE } from './table.ts'

const REPOSITORY = '/repositories/team%2Fapp'
const HELD = {
  accounts: '123456789012',
  images: 'v2',
  namespaces: 'team%2F',
  'oidc-providers': 'ci',
  repositories: 'team%2Fapp',
  tags: 'v2',
  webhooks: 'ci',
  repository: 'team/app',
  from: '2000-01-01',
  to: '2100-01-01',
}

/** What changes nothing and takes a body. */
const ASKED = [
  ['/policies/validate', { text: '{}', kind: 'identity' }],
  [`${REPOSITORY}/lifecycle/diff`, { new: JSON.parse(FOUNDING_POLICY) }],
  [`${REPOSITORY}/lifecycle/explain`, { reference: 'v2' }],
  [`${REPOSITORY}/costs/what-if`, { delete: 'repository' }],
] as const

async function deniedDecision(registry: TestRegistry): Promise<string> {
  const { accessKeyId, secret } = (await makeUser(registry, 'stranger')).key
  const denied = await registry.send('GET', '/v2/team/app/tags/list', { authorization: basic(accessKeyId, secret) })
  return /\(decision ([0-9a-f-]{36})\)/.exec(await denied.text())?.[1] ?? 'none'
}

async function askEverything(registry: TestRegistry, decisions: string): Promise<void> {
  const { json } = await callManage(registry, 'GET', `${REPOSITORY}/plans`)
  const held = { ...HELD, decisions, plans: json.plans?.[0]?.id ?? 'none' }
  for (const { path } of everyGet(API_DOCUMENT, held)) await callManage(registry, 'GET', path)
  for (const [path, body] of ASKED) await callManage(registry, 'POST', path, { body })
}

/** Each is checked against the document by `callManage`; asked after every change, they answer about full and empty. */
test('every operation succeeds with no more than openapi.json requires, and answers as it says', async () => {
  await using registry = await openTestRegistry()
  const decision = await deniedDecision(registry)
  for (const { surface, prepare, call } of [...CHANGING_CALLS, ...NOTED_CALLS]) {
    await prepare?.(registry)
    await call(registry)
    if (surface !== 'iam') await askEverything(registry, decision)
  }
  const succeeded = succeededOperations(registry)
  expect(Object.keys(MANAGE_TABLE).filter((operation) => !succeeded.has(operation))).toEqual([])
}, 60_000)
