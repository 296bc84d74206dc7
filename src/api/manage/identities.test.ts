import { expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { callManage } from '../../../test/support/manage-requests.ts'
import { openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import type { Role } from '../../ports/metadata/identity.ts'
import { MOST_PROVIDERS } from '../../services/iam/oidc-providers.ts'
import { MANAGE_TABLE } from './table.ts'

const ACCOUNT = '000000000000'
const GITHUB = { issuer: 'https://token.actions.githubusercontent.com', clientIds: ['sts.amazonaws.com'] }

function publicKey(): Record<string, unknown> {
  const { publicKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...key.export({ format: 'jwk' }), kid: 'one', alg: 'ES256' }
}

const put = (registry: TestRegistry, name: string, body: object) =>
  callManage(registry, 'PUT', `/oidc-providers/${encodeURIComponent(name)}`, { body })

test('a provider is made, shown, replaced as a whole and deleted; it stays the same provider', async () => {
  await using registry = await openTestRegistry()
  const keys = [publicKey()]
  const made = await put(registry, 'prod', {
    ...GITHUB,
    keys,
    kubernetesCluster: 'prod',
    claimTags: [{ tagKey: 'team', claim: 'groups' }],
  })
  expect(made.status).toBe(200)
  expect(MANAGE_TABLE.PutOidcProvider.output?.parse(made.json)).toEqual(made.json)
  expect(made.json).toMatchObject({ name: 'prod', keys, keyCount: 1, kubernetesCluster: 'prod' })
  expect((await callManage(registry, 'GET', '/oidc-providers/prod')).json).toEqual(made.json)
  const before = await registry.services.metadata.findIdentity(ACCOUNT, 'oidc-provider', 'prod')

  registry.clock.advance(1000)
  const replaced = await put(registry, 'prod', { ...GITHUB, clientIds: ['lading'] })
  expect(replaced.json).toEqual({
    name: 'prod',
    arn: `arn:aws:iam::${ACCOUNT}:oidc-provider/prod`,
    ...GITHUB,
    clientIds: ['lading'],
    claimTags: [],
    createdAt: made.json.createdAt,
  })
  const after = await registry.services.metadata.findIdentity(ACCOUNT, 'oidc-provider', 'prod')
  expect(after?.id).toBe(before?.id ?? '')

  const list = await callManage(registry, 'GET', '/oidc-providers')
  expect(MANAGE_TABLE.ListOidcProviders.output?.parse(list.json)).toEqual({ oidcProviders: [replaced.json] })
  expect((await callManage(registry, 'DELETE', '/oidc-providers/prod')).status).toBe(204)
  expect((await callManage(registry, 'GET', '/oidc-providers/prod')).status).toBe(404)
})

test('a provider keeps its issuer: roles that trust it would trust another one', async () => {
  await using registry = await openTestRegistry()
  const made = await put(registry, 'prod', GITHUB)
  const { status, json } = await put(registry, 'prod', { ...GITHUB, issuer: 'https://gitlab.com' })
  expect([status, json.error.code]).toEqual([409, 'Unmodifiable'])
  expect(json.error.message).toContain('delete the provider and create it')
  expect((await callManage(registry, 'GET', '/oidc-providers/prod')).json).toEqual(made.json)
})

test('a provider whose name has slashes, as those of IAM have, is found', async () => {
  await using registry = await openTestRegistry()
  expect((await put(registry, 'issuer.example.com/a/b', GITHUB)).json.name).toBe('issuer.example.com/a/b')
  expect((await callManage(registry, 'GET', '/oidc-providers/issuer.example.com%2Fa%2Fb')).status).toBe(200)
})

test('the name is meant as it is written: permissions were asked for that one', async () => {
  await using registry = await openTestRegistry()
  await put(registry, 'prod', GITHUB)
  expect((await put(registry, 'PROD', GITHUB)).json.error.code).toBe('AlreadyExists')
  expect((await callManage(registry, 'DELETE', '/oidc-providers/Prod')).status).toBe(404)
  expect((await callManage(registry, 'GET', '/oidc-providers/prod')).status).toBe(200)
})

test.each([
  ['an issuer without TLS', { issuer: 'http://issuer.example.com' }],
  ['an issuer with a query', { issuer: 'https://issuer.example.com/?a' }],
  ['an issuer with a user', { issuer: 'https://me@issuer.example.com' }],
  ['no audience', { clientIds: [] }],
  ['no key', { keys: [] }],
  ['a tag of ours', { claimTags: [{ tagKey: 'Kubernetes-Namespace', claim: 'sub' }] }],
  ['a tag of AWS', { claimTags: [{ tagKey: 'aws:x', claim: 'sub' }] }],
  [
    'a tag twice',
    {
      claimTags: [
        { tagKey: 'a', claim: 'x' },
        { tagKey: 'A', claim: 'y' },
      ],
    },
  ],
  ['a key that is none', { keys: [{ kty: 'RSA' }] }],
  ['a secret key', { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] }],
  ['a cluster with a slash', { kubernetesCluster: 'a/b' }],
  ['a member that is unknown', { path: '/x/' }],
])('a provider with %s is refused', async (_, change) => {
  await using registry = await openTestRegistry()
  const { status, json } = await put(registry, 'prod', { ...GITHUB, ...change })
  expect([status, json.error.code]).toEqual([400, 'InvalidParameter'])
  expect(JSON.stringify(json)).not.toContain('c2VjcmV0')
})

test('an account has as many providers as IAM lets it have, and each can still be changed', async () => {
  await using registry = await openTestRegistry()
  expect((await put(registry, 'p7', GITHUB)).status).toBe(200)
  const first = await registry.services.metadata.findIdentity(ACCOUNT, 'oidc-provider', 'p7')
  if (first === undefined) throw new Error('p7 is not there')
  await registry.services.metadata.transact(async (one) => {
    const changes = await one.changeIdentities(ACCOUNT)
    for (let index = 1; index < MOST_PROVIDERS; index++) {
      await changes.insert({ ...first, id: `AOID${index}`, name: `other${index}` })
    }
  })
  expect((await put(registry, 'more', GITHUB)).json.error.code).toBe('LimitExceeded')
  expect((await put(registry, 'p7', { ...GITHUB, clientIds: ['b'] })).status).toBe(200)
})

const ROLE: Role = {
  kind: 'role',
  id: 'AROA1',
  name: 'ci',
  path: '/',
  createdAtMs: 1,
  tags: [],
  inlinePolicies: [],
  attachedPolicies: [],
  boundaryArn: undefined,
  description: '',
  trustPolicy: '{}',
  maxSessionSeconds: 3600,
  sessionsValidFromMs: 0,
  lastUsed: undefined,
}

test('revoke-sessions ends what was made until now, of that very role, and never goes back', async () => {
  await using registry = await openTestRegistry()
  const { metadata } = registry.services
  await metadata.transact(async (one) => (await one.changeIdentities(ACCOUNT)).insert(ROLE))
  const { status, json } = await callManage(registry, 'POST', '/roles/ci/revoke-sessions')
  expect([status, json]).toEqual([200, { sessionsValidFrom: '2026-01-01T00:00:00.001Z' }])
  expect(await metadata.findIdentity(ACCOUNT, 'role', 'ci')).toEqual({
    ...ROLE,
    sessionsValidFromMs: registry.clock.nowMs() + 1,
  })
  registry.clock.advance(-60_000)
  expect((await callManage(registry, 'POST', '/roles/ci/revoke-sessions')).json).toEqual(json)
  for (const path of ['/roles/CI/revoke-sessions', '/users/ci/revoke-sessions', '/roles/none/revoke-sessions']) {
    expect([path, (await callManage(registry, 'POST', path)).status]).toEqual([path, 404])
  }
})

test('ValidatePolicy says what is wrong, and that nothing is', async () => {
  await using registry = await openTestRegistry()
  const validate = async (text: string, kind: string) =>
    (await callManage(registry, 'POST', '/policies/validate', { body: { text, kind } })).json
  const statement = {
    Effect: 'Allow',
    Action: 'ecr:BatchGetImage',
    Resource: 'arn:aws:ecr:us-east-1:000000000000:repository/a',
  }
  const good = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  const valid = await validate(good, 'identity')
  expect(MANAGE_TABLE.ValidatePolicy.output?.parse(valid)).toEqual({ valid: true, findings: [] })
  const wide = await validate(good.replace('ecr:BatchGetImage', 'ecr:NoSuchAction'), 'identity')
  expect([wide.valid, wide.findings.length]).toEqual([true, 1])
  const wrong = await validate(good, 'trust')
  expect(MANAGE_TABLE.ValidatePolicy.output?.parse(wrong)).toEqual(wrong)
  expect([wrong.valid, wrong.problem]).toEqual([false, expect.stringContaining('Statement[0]')])
  expect((await validate('nothing', 'identity')).valid).toBe(false)
})
