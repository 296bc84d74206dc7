import { expect, test } from 'bun:test'
import { callEcr } from '../../../test/support/aws-requests.ts'
import { MANAGE_BODIES } from '../../../test/support/manage-bodies.ts'
import { callManage, type ManageOptions } from '../../../test/support/manage-requests.ts'
import {
  createRepository,
  openTestRegistry,
  TEST_KEY_ID,
  type TestRegistry,
} from '../../../test/support/test-registry.ts'
import { OTHER_AUTHORIZATION, OTHER_KEY_ID, withPrincipal } from '../../../test/support/with-principal.ts'
import { rootPrincipal } from '../../core/principal.ts'
import type { ManageRow } from './define-operation.ts'
import type { ManageOperation } from './operations.ts'
import { MANAGE_TABLE } from './table.ts'

const OTHER_ACCOUNT = '999999999999'
const ROWS = Object.values(MANAGE_TABLE)

/** Input that every operation accepts, so that only who asks can be the reason for a "no". */
const PARAMETERS: Readonly<Record<string, string>> = {
  accountId: '123456789012',
  accessKeyId: 'AKIA0000000000000000',
  name: 'ci',
  reference: 'latest',
  decisionId: '00000000-0000-4000-8000-000000000000',
  planId: '00000000-0000-4000-8000-000000000000',
  tag: 'latest',
  path: 'team%2F',
  setting: 'scanOnPush',
}
const SPAN = '?from=2026-08-01T00:00Z&to=2026-08-02T00:00Z'
const QUERIES: { readonly [Operation in ManageOperation]?: string } = {
  GetEffectiveSettings: '?repository=team/app',
  UntagResource: '?key=team',
  ListTagChanges: SPAN,
  ListNamespaceTagChanges: SPAN,
}

function send(
  registry: TestRegistry,
  row: ManageRow,
  { query = QUERIES[row.operation] ?? '', ...options }: ManageOptions & { readonly query?: string } = {},
) {
  const path = row.path.replace(/\{(\w+)\}/g, (_, name: string) => PARAMETERS[name] ?? '')
  const body = MANAGE_BODIES[row.operation]
  return callManage(registry, row.method.toUpperCase(), path + query, {
    ...(body !== undefined && { body }),
    ...options,
  })
}

const codes = async (registry: TestRegistry, row: ManageRow, authorizations: readonly (string | null)[]) =>
  await Promise.all(
    authorizations.map(async (authorization) => {
      const { status, json } = await send(registry, row, { authorization })
      return `${status} ${json.error.code}`
    }),
  )

test('no operation answers without a credential that is good', async () => {
  await using registry = await openTestRegistry()
  for (const row of ROWS) {
    const basic = (text: string) => `Basic ${btoa(text)}`
    const tried = [null, basic(`${TEST_KEY_ID}:wrong`), basic('AKIANOBODY:x'), basic('AWS:token'), 'Bearer x']
    expect([row.operation, ...(await codes(registry, row, tried))]).toEqual([
      row.operation,
      '401 NotAuthenticated',
      '401 InvalidCredentials',
      '401 InvalidCredentials',
      '401 InvalidCredentials',
      '401 NotAuthenticated',
    ])
  }
})

test('who is nobody is told the same of every address', async () => {
  await using registry = await openTestRegistry()
  const answers = await Promise.all(
    ['/accounts', '/openapi.json', '/schemas/lifecycle-policy-v1.json', '/nothing/here'].map(async (path) => {
      const { status, json } = await callManage(registry, 'GET', path, { authorization: null })
      return [status, json]
    }),
  )
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
})

test('accounts are the default account’s to operate: the root user of another is refused on every row', async () => {
  await using opened = await openTestRegistry()
  const registry = withPrincipal(opened, rootPrincipal(OTHER_ACCOUNT, OTHER_KEY_ID))
  await registry.services.metadata.transact((one) => one.ensureRegistry(OTHER_ACCOUNT, 'us-east-1', 1))
  const rows = ROWS.filter(({ decidedIn }) => decidedIn === 'default account')
  expect(rows.length).toBeGreaterThan(5)
  for (const row of rows) {
    const { status, json } = await send(registry, row, { authorization: OTHER_AUTHORIZATION })
    expect([row.operation, status, json.error.code]).toEqual([row.operation, 403, 'AccessDenied'])
    expect(json.error.message).toContain(`is not authorized to perform: ${row.action}`)
  }
})

test('everything else is decided and done in the caller’s own account', async () => {
  await using opened = await openTestRegistry()
  const registry = withPrincipal(opened, rootPrincipal(OTHER_ACCOUNT, OTHER_KEY_ID))
  await registry.services.metadata.transact((one) => one.ensureRegistry(OTHER_ACCOUNT, 'us-east-1', 1))
  expect((await send(registry, MANAGE_TABLE.PutOidcProvider)).status).toBe(200)
  const asOther = { authorization: OTHER_AUTHORIZATION }
  expect((await send(registry, MANAGE_TABLE.ListOidcProviders, asOther)).json.oidcProviders).toEqual([])
  expect((await send(registry, MANAGE_TABLE.GetOidcProvider, asOther)).status).toBe(404)
  expect((await send(registry, MANAGE_TABLE.DeleteOidcProvider, asOther)).status).toBe(404)
  expect((await send(registry, MANAGE_TABLE.GetOidcProvider)).status).toBe(200)
})

test('an account without a registry here is refused on every row', async () => {
  await using opened = await openTestRegistry()
  const registry = withPrincipal(opened, rootPrincipal(OTHER_ACCOUNT, OTHER_KEY_ID))
  for (const row of ROWS) {
    const { status } = await send(registry, row, { authorization: OTHER_AUTHORIZATION })
    expect([row.operation, status]).toEqual([row.operation, 403])
  }
})

test('a repository’s own policy has a say on every row about it, and a root user is no exception', async () => {
  await using registry = await openTestRegistry()
  await createRepository(registry, 'ci')
  const denial = { Effect: 'Deny', Principal: '*', Action: '*' }
  const policyText = JSON.stringify({ Version: '2012-10-17', Statement: [denial] })
  const { status } = await callEcr(registry, 'SetRepositoryPolicy', { repositoryName: 'ci', policyText, force: true })
  expect(status).toBe(200)
  const rows = ROWS.filter(({ path }) => path.startsWith('/repositories/{name}'))
  expect(rows.length).toBeGreaterThan(20)
  for (const row of rows) {
    const { status, json } = await send(registry, row)
    expect([row.operation, status, json.error?.code]).toEqual([row.operation, 403, 'AccessDenied'])
    expect(json.error.message).toContain('with an explicit deny in a resource-based policy')
  }
  for (const row of [MANAGE_TABLE.GetSettings, MANAGE_TABLE.PutSettings, MANAGE_TABLE.GetUsage]) {
    const { status } = await send(registry, row, { query: '?repository=ci' })
    expect([row.operation, status]).toEqual([row.operation, 403])
  }
})

test('a page of another site is refused on every row, whatever the browser sends with it', async () => {
  await using registry = await openTestRegistry()
  for (const row of ROWS) {
    for (const headers of [
      { origin: 'https://evil.example.com' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      const { status, json } = await send(registry, row, { headers })
      expect([row.operation, status, json.error.code]).toEqual([row.operation, 403, 'AccessDenied'])
    }
  }
})

test('every action has the name of its operation, and every row takes part in the tests above', () => {
  // What ECR has an operation for is allowed by ECR's name for it.
  const isNamed = ({ operation, action }: ManageRow) =>
    /^lading:[A-Z][A-Za-z]+$/.test(action) || action === `ecr:${operation}`
  expect(ROWS.filter((row) => !isNamed(row))).toEqual([])
  for (const { path } of ROWS) {
    for (const [, name] of path.matchAll(/\{(\w+)\}/g)) expect(PARAMETERS).toHaveProperty(name ?? '')
  }
  for (const { operation, body } of ROWS)
    expect([operation, operation in MANAGE_BODIES]).toEqual([operation, body !== undefined])
})
