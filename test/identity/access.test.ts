import { afterEach, beforeEach, expect, test } from 'bun:test'
import { handleOciRequest } from '../../src/api/oci/handle.ts'
import { allow, basic, deny, makeAccount, makeUser, policy, type TestKey } from '../support/accounts.ts'
import { callEcr } from '../support/aws-requests.ts'
import { pushImage } from '../support/images.ts'
import { requestContext } from '../support/request-context.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

const OTHER = '111111111111'
const REPOSITORY = 'arn:aws:ecr:us-east-1:000000000000:repository/'

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  for (const name of ['team-blue/api', 'team-green/api']) {
    await createRepository(registry, name)
    await pushImage(registry, name, 'v1')
  }
})
afterEach(async () => await registry[Symbol.asyncDispose]())

async function get(path: string, key: TestKey, more: { host?: string; method?: string } = {}): Promise<Response> {
  const headers = { authorization: basic(key.accessKeyId, key.secret) }
  const request = new Request(`http://127.0.0.1:5000${path}`, { method: more.method ?? 'GET', headers })
  const context = requestContext(more.host === undefined ? {} : { host: more.host })
  return await handleOciRequest(registry.services, request, context)
}

const manifestOf = (repository: string, key: TestKey) => get(`/v2/${repository}/manifests/v1`, key)

test('a user pulls what its policies allow, and is told by AWS’s sentence of what they do not', async () => {
  const { user, key } = await makeUser(registry, 'blue', {
    policies: [policy(allow('ecr:BatchGetImage', `${REPOSITORY}team-blue/*`))],
  })
  expect((await manifestOf('team-blue/api', key)).status).toBe(200)
  const refused = await manifestOf('team-green/api', key)
  expect(refused.status).toBe(403)
  expect((await refused.json()).errors[0].message).toMatch(
    new RegExp(
      `^User: arn:aws:iam::000000000000:user/${user.name} is not authorized to perform: ecr:BatchGetImage on resource: ` +
        `${REPOSITORY}team-green/api because no identity-based policy allows the ecr:BatchGetImage action \\(decision [0-9a-f-]{36}\\)$`,
    ),
  )
})

test('a repository policy lets a user of the account in, and its denial keeps one out who is allowed', async () => {
  const let_in = await makeUser(registry, 'let-in')
  const kept_out = await makeUser(registry, 'kept-out', { policies: [policy(allow('ecr:*'))] })
  expect((await manifestOf('team-blue/api', let_in.key)).status).toBe(403)
  const put = await setPolicy(
    'team-blue/api',
    policy(
      { Effect: 'Allow', Principal: { AWS: let_in.user.id }, Action: 'ecr:BatchGetImage' },
      { Effect: 'Deny', Principal: { AWS: kept_out.user.id }, Action: 'ecr:BatchGetImage' },
    ),
  )
  expect(put).toBe(1)
  expect((await manifestOf('team-blue/api', let_in.key)).status).toBe(200)
  const refused = await manifestOf('team-blue/api', kept_out.key)
  expect([refused.status, await refused.text()]).toEqual([
    403,
    expect.stringContaining('with an explicit deny in a resource-based policy'),
  ])
  await setPolicy('team-blue/api', policy({ Effect: 'Deny', Principal: '*', Action: 'ecr:*' }))
  expect((await manifestOf('team-blue/api', let_in.key)).status).toBe(403)
})

/** As it is stored: principals by their ids. @returns the policy's revision */
async function setPolicy(repositoryName: string, text: string): Promise<number | undefined> {
  const { metadata } = registry.services
  const { id, name } = (await metadata.findRepository(registry.caller.registry.id, repositoryName as never)) ?? {}
  if (id === undefined || name === undefined) throw new Error(`${repositoryName} is not there`)
  await metadata.transact(async (transaction) => {
    await transaction.lockRepository(id, 'exclusive')
    await transaction.putRepositoryPolicy(id, text)
  })
  return (await metadata.findRepository(registry.caller.registry.id, name))?.policyRevision
}

test('who may not know of a repository hears nothing of what its policy says', async () => {
  const stranger = await makeUser(registry, 'stranger')
  const answer = async (name: string) => (await (await manifestOf(name, stranger.key)).text()).replaceAll(name, 'NAME')
  const before = withoutIds(await answer('team-none/api'))
  for (const effect of ['Deny', 'Allow']) {
    const principal = effect === 'Deny' ? '*' : { AWS: '999999999999' }
    await setPolicy('team-blue/api', policy({ Effect: effect, Principal: principal, Action: 'ecr:*' }))
    expect(withoutIds(await answer('team-blue/api'))).toBe(before)
  }
})

const withoutIds = (text: string) => text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')

test('another account pulls when both sides allow it, and not when one does', async () => {
  await makeAccount(registry, OTHER)
  const both = policy(allow(['ecr:BatchGetImage', 'ecr:GetAuthorizationToken']))
  const allowed = await makeUser(registry, 'allowed', { accountId: OTHER, policies: [both] })
  const bare = await makeUser(registry, 'bare', { accountId: OTHER })
  expect((await manifestOf('team-blue/api', allowed.key)).status).toBe(403)
  await setPolicy('team-blue/api', policy({ Effect: 'Allow', Principal: { AWS: OTHER }, Action: 'ecr:BatchGetImage' }))
  expect((await manifestOf('team-blue/api', allowed.key)).status).toBe(200)
  const refused = await Promise.all([manifestOf('team-blue/api', bare.key), manifestOf('team-green/api', allowed.key)])
  expect(refused.map(({ status }) => status)).toEqual([403, 403])
  // Each is told of the side that is missing, so that they ask the right account.
  const [ofBare, ofAllowed] = await Promise.all(refused.map((response) => response.text()))
  expect(ofBare).toContain('because no identity-based policy allows')
  expect(ofAllowed).toContain('because no resource-based policy allows')
})

test('one registry policy opens all repositories to another account', async () => {
  await makeAccount(registry, OTHER)
  const { key } = await makeUser(registry, 'reader', { accountId: OTHER, policies: [policy(allow('ecr:*'))] })
  const { metadata } = registry.services
  const text = policy({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${OTHER}:root` },
    Action: ['ecr:BatchGetImage'],
    Resource: `${REPOSITORY}*`,
  })
  await metadata.transact((transaction) => transaction.putRegistryPolicy(registry.caller.registry.id, text))
  for (const name of ['team-blue/api', 'team-green/api']) expect((await manifestOf(name, key)).status).toBe(200)
  expect((await get('/v2/team-blue/api/tags/list', key)).status).toBe(403)
  await metadata.transact((transaction) => transaction.deleteRegistryPolicy(registry.caller.registry.id))
  expect((await manifestOf('team-blue/api', key)).status).toBe(403)
})

test('an account is reached by its own host, and its images by no other', async () => {
  const made = await makeAccount(registry, OTHER)
  const host = `${OTHER}.dkr.ecr.us-east-1.localhost:5000`
  const { key } = await makeUser(registry, 'owner', { accountId: OTHER, policies: [policy(allow('ecr:*'))] })
  const ofOther = { ...registry, services: { ...registry.services, defaultRegistry: made } }
  await createRepository(ofOther, 'team-red/api')
  expect((await get('/v2/team-red/api/tags/list', key, { host })).status).toBe(200)
  expect((await get('/v2/team-red/api/tags/list', key)).status).toBe(403)
  expect((await get('/v2/_catalog', key, { host: host.replace(OTHER, '222222222222') })).status).toBe(403)
})

test('a boundary bounds, and a denial denies, whatever else allows', async () => {
  const { metadata } = registry.services
  const text = policy(allow('ecr:BatchGetImage'))
  const arn = 'arn:aws:iam::000000000000:policy/bound'
  await metadata.transact(async (transaction) => {
    const version = { id: 'v1', text, createdAtMs: 0 }
    await (await transaction.changeIdentities('000000000000')).insert({
      kind: 'policy',
      id: 'ANPABOUND',
      name: 'bound',
      path: '/',
      createdAtMs: 0,
      updatedAtMs: 0,
      tags: [],
      description: '',
      defaultVersion: 'v1',
      versions: [version],
      versionsMade: 1,
    })
  })
  const everything = policy(allow('ecr:*'), deny('ecr:*', `${REPOSITORY}team-green/*`))
  const { key } = await makeUser(registry, 'bounded', { policies: [everything], boundaryArn: arn })
  expect((await manifestOf('team-blue/api', key)).status).toBe(200)
  const tags = await get('/v2/team-blue/api/tags/list', key)
  expect([tags.status, await tags.text()]).toEqual([403, expect.stringContaining('no permissions boundary allows')])
  const denied = await manifestOf('team-green/api', key)
  expect([denied.status, await denied.text()]).toEqual([
    403,
    expect.stringContaining('explicit deny in an identity-based'),
  ])
})

test('a token says no more than the key that it was made with, and less as soon as the key may less', async () => {
  const { user, key } = await makeUser(registry, 'blue', {
    policies: [policy(allow(['ecr:GetAuthorizationToken', 'ecr:BatchGetImage']))],
  })
  const { json } = await callEcr(registry, 'GetAuthorizationToken', {}, key)
  const [name = '', password = ''] = atob(json.authorizationData[0].authorizationToken).split(':')
  const token = { accessKeyId: name, secret: password }
  expect((await manifestOf('team-blue/api', token)).status).toBe(200)
  expect((await get('/v2/team-blue/api/tags/list', token)).status).toBe(403)
  await registry.services.metadata.transact(async (transaction) => {
    await (await transaction.changeIdentities('000000000000')).replace({ ...user, inlinePolicies: [] })
  })
  expect((await manifestOf('team-blue/api', token)).status).toBe(403)
})

test('GetAuthorizationToken takes an identity policy', async () => {
  const { key } = await makeUser(registry, 'nobody')
  const { status, json } = await callEcr(registry, 'GetAuthorizationToken', {}, key)
  expect([status, json.__type, json.message]).toEqual([
    403,
    'AccessDeniedException',
    expect.stringContaining('is not authorized to perform: ecr:GetAuthorizationToken on resource: *'),
  ])
})

test('a push under several tags is decided for each of them', async () => {
  const { key } = await makeUser(registry, 'pusher', {
    policies: [
      policy(allow('ecr:*'), {
        ...deny('ecr:PutImage'),
        Condition: { StringLike: { 'lading:ImageTag': 'prod-*' } },
      }),
    ],
  })
  const manifest = await (await manifestOf('team-blue/api', key)).arrayBuffer()
  const type = (await manifestOf('team-blue/api', key)).headers.get('content-type') ?? ''
  const push = async (reference: string) => {
    const headers = { authorization: basic(key.accessKeyId, key.secret), 'content-type': type }
    const url = `http://127.0.0.1:5000/v2/team-blue/api/manifests/${reference}`
    const request = new Request(url, { method: 'PUT', headers, body: manifest })
    return (await handleOciRequest(registry.services, request, requestContext())).status
  }
  expect(await push('dev-1')).toBe(201)
  expect(await push('prod-1')).toBe(403)
  expect(await push('dev-2?tag=prod-2')).toBe(403)
})
