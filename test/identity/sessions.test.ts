import { afterEach, beforeEach, expect, test } from 'bun:test'
import { handleOciRequest } from '../../src/api/oci/handle.ts'
import { allow, basic, deny, makeAccount, makeRole, makeUser, policy } from '../support/accounts.ts'
import { callEcr } from '../support/aws-requests.ts'
import { makeProvider, TestIssuer } from '../support/identity-provider.ts'
import { pushImage } from '../support/images.ts'
import { callQuery, credentialOf } from '../support/query-requests.ts'
import { requestContext } from '../support/request-context.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

const OTHER = '111111111111'
const IN_CLUSTER = 'https://kubernetes.default.svc.cluster.local'
const OF_NAMESPACE = policy({
  ...allow(
    ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchCheckLayerAvailability'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the policy's
    'arn:aws:ecr:*:000000000000:repository/${aws:PrincipalTag/kubernetes-namespace}/*',
  ),
  Condition: { StringEquals: { 'aws:PrincipalTag/eks-cluster-name': 'prod-1' } },
})

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  for (const name of ['team-blue/api', 'team-green/api']) {
    await createRepository(registry, name)
    await pushImage(registry, name, 'v1')
  }
})
afterEach(async () => await registry[Symbol.asyncDispose]())

async function pull(repository: string, user: string, password: string): Promise<[number, string]> {
  const url = `http://127.0.0.1:5000/v2/${repository}/manifests/v1`
  const request = new Request(url, { headers: { authorization: basic(user, password) } })
  const response = await handleOciRequest(registry.services, request, requestContext())
  return [response.status, await response.text()]
}

const trustOf = (providerArn: string, condition?: object) =>
  policy({
    Effect: 'Allow',
    Principal: { Federated: providerArn },
    Action: 'sts:AssumeRoleWithWebIdentity',
    ...(condition !== undefined && { Condition: condition }),
  })

const ROLE = 'arn:aws:iam::000000000000:role/pods'

/** A cluster `prod-1` whose pods get the role by their tokens. */
async function setUpCluster(): Promise<TestIssuer> {
  const issuer = new TestIssuer(IN_CLUSTER)
  const provider = await makeProvider(registry, 'prod-1', issuer, { kubernetesCluster: 'prod-1' })
  const trust = trustOf(provider, { StringEquals: { 'kubernetes.default.svc.cluster.local:aud': 'sts.amazonaws.com' } })
  await makeRole(registry, 'pods', trust, { policies: [OF_NAMESPACE, policy(allow('ecr:GetAuthorizationToken'))] })
  return issuer
}

test('pods of one namespace pull that namespace’s images and nothing else, with their token as the password', async () => {
  const issuer = await setUpCluster()
  const token = issuer.podToken(registry, { namespace: 'team-blue', account: 'api' })
  expect((await pull('team-blue/api', ROLE, token))[0]).toBe(200)
  const [status, text] = await pull('team-green/api', ROLE, token)
  expect([status, text]).toEqual([
    403,
    expect.stringContaining(
      'User: arn:aws:sts::000000000000:assumed-role/pods/team-blue.api is not authorized to perform',
    ),
  ])
})

test('the same by AssumeRoleWithWebIdentity and GetAuthorizationToken', async () => {
  const issuer = await setUpCluster()
  const token = issuer.podToken(registry, { namespace: 'team-blue', account: 'api' })
  const parameters = {
    Action: 'AssumeRoleWithWebIdentity',
    RoleArn: ROLE,
    RoleSessionName: 'kubelet',
    WebIdentityToken: token,
  }
  const assumed = await callQuery(registry, 'sts', parameters, { unsigned: true })
  expect([assumed.status, assumed.text('SubjectFromWebIdentityToken'), assumed.text('Audience')]).toEqual([
    200,
    'system:serviceaccount:team-blue:api',
    'sts.amazonaws.com',
  ])
  const session = credentialOf(assumed)
  expect((await callQuery(registry, 'sts', { Action: 'GetCallerIdentity' }, session)).text('Arn')).toBe(
    'arn:aws:sts::000000000000:assumed-role/pods/kubelet',
  )
  const { json } = await callEcr(registry, 'GetAuthorizationToken', {}, session)
  const [user = '', password = ''] = atob(json.authorizationData[0].authorizationToken).split(':')
  expect(json.authorizationData[0].expiresAt).toBe(registry.clock.nowMs() / 1000 + 3600)
  expect((await pull('team-blue/api', user, password))[0]).toBe(200)
  expect((await pull('team-green/api', user, password))[0]).toBe(403)
})

test('two clusters with one issuer and other keys never cross', async () => {
  const first = await setUpCluster()
  const second = new TestIssuer(IN_CLUSTER)
  const provider = await makeProvider(registry, 'dev-1', second, { kubernetesCluster: 'dev-1' })
  await makeRole(registry, 'dev-pods', trustOf(provider), { policies: [OF_NAMESPACE] })
  const dev = 'arn:aws:iam::000000000000:role/dev-pods'
  const pod = { namespace: 'team-blue', account: 'api' }
  expect((await pull('team-blue/api', ROLE, second.podToken(registry, pod)))[0]).toBe(401)
  expect((await pull('team-blue/api', dev, first.podToken(registry, pod)))[0]).toBe(401)
  // Its own role lets it in, and the policy is for the other cluster.
  const [status, text] = await pull('team-blue/api', dev, second.podToken(registry, pod))
  expect([status, text]).toEqual([403, expect.stringContaining('no identity-based policy allows')])
})

test('a token for another audience, an expired one and one for a role that is not there are no login', async () => {
  const issuer = await setUpCluster()
  const pod = { namespace: 'team-blue', account: 'api' }
  const other = await pull('team-blue/api', ROLE, issuer.podToken(registry, { ...pod, audience: 'vault' }))
  expect(other).toEqual([401, expect.stringContaining('sts.amazonaws.com')])
  const token = issuer.podToken(registry, { ...pod, seconds: 600 })
  const unknown = await pull('team-blue/api', `${ROLE}-none`, token)
  expect(unknown).toEqual([401, expect.stringContaining('not issued by an identity provider that this role trusts')])
  const stranger = new TestIssuer('https://elsewhere.example')
  expect(await pull('team-blue/api', ROLE, stranger.podToken(registry, pod))).toEqual(unknown)
  expect((await pull('team-blue/api', ROLE, token))[0]).toBe(200)
  registry.clock.set(registry.clock.nowMs() + 700_000)
  expect(await pull('team-blue/api', ROLE, token)).toEqual([403, expect.stringContaining('xpired')])
})

test('a user assumes a role of another account when that trusts it and its own policies allow it', async () => {
  await makeAccount(registry, OTHER)
  const assume = policy(allow('sts:AssumeRole', ROLE))
  const { user, key } = await makeUser(registry, 'deployer', { accountId: OTHER, policies: [assume] })
  const bare = await makeUser(registry, 'bare', { accountId: OTHER })
  const trust = policy({ Effect: 'Allow', Principal: { AWS: [user.id, bare.user.id] }, Action: 'sts:AssumeRole' })
  await makeRole(registry, 'pods', trust, { policies: [policy(allow('ecr:*'))] })
  const parameters = { Action: 'AssumeRole', RoleArn: ROLE, RoleSessionName: 'deploy' }
  const assumed = await callQuery(registry, 'sts', parameters, key)
  expect([assumed.status, assumed.text('Arn')]).toEqual([200, 'arn:aws:sts::000000000000:assumed-role/pods/deploy'])
  const { status } = await callEcr(registry, 'DescribeRepositories', {}, credentialOf(assumed))
  expect(status).toBe(200)
  const refused = await callQuery(registry, 'sts', parameters, bare.key)
  expect([refused.status, refused.text('Code')]).toEqual([403, 'AccessDenied'])
  const unknown = await callQuery(registry, 'sts', { ...parameters, RoleArn: `${ROLE}-none` }, bare.key)
  const sentence = (xml: string) => xml.replaceAll(/[0-9a-f-]{36}/g, '').replaceAll('pods-none', 'pods')
  expect(sentence(unknown.xml)).toBe(sentence(refused.xml))
})

test('a session policy takes away, also from the sessions and tokens that are made of it', async () => {
  const first = await makeRole(
    registry,
    'first',
    policy({ Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' }),
    {
      policies: [policy(allow(['ecr:*', 'sts:AssumeRole']))],
    },
  )
  await makeRole(
    registry,
    'second',
    policy({ Effect: 'Allow', Principal: { AWS: first.id }, Action: 'sts:AssumeRole' }),
    {
      policies: [policy(allow('ecr:*'))],
    },
  )
  const { key } = await makeUser(registry, 'user', { policies: [policy(allow('sts:AssumeRole'))] })
  const arn = (name: string) => `arn:aws:iam::000000000000:role/${name}`
  const restriction = policy(allow(['ecr:BatchGetImage', 'ecr:GetAuthorizationToken', 'sts:AssumeRole']))
  const parameters = { Action: 'AssumeRole', RoleSessionName: 'narrow' }
  const narrow = await callQuery(registry, 'sts', { ...parameters, RoleArn: arn('first'), Policy: restriction }, key)
  const session = credentialOf(narrow)
  const chained = credentialOf(await callQuery(registry, 'sts', { ...parameters, RoleArn: arn('second') }, session))
  for (const credential of [session, chained]) {
    const described = await callEcr(registry, 'DescribeRepositories', {}, credential)
    expect([described.status, described.json.message]).toEqual([
      403,
      expect.stringContaining('no session policy allows'),
    ])
    const { json } = await callEcr(registry, 'GetAuthorizationToken', {}, credential)
    const [user = '', password = ''] = atob(json.authorizationData[0].authorizationToken).split(':')
    expect((await pull('team-blue/api', user, password))[0]).toBe(200)
    const url = 'http://127.0.0.1:5000/v2/team-blue/api/tags/list'
    const tags = new Request(url, { headers: { authorization: basic(user, password) } })
    expect((await handleOciRequest(registry.services, tags, requestContext())).status).toBe(403)
  }
})

test('what is over, what was revoked and what is unknown are told apart for whoever holds the credential', async () => {
  const trust = policy({ Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' })
  const role = await makeRole(registry, 'pods', trust, { policies: [policy(allow('ecr:*'))] })
  const { key } = await makeUser(registry, 'user', { policies: [policy(allow('sts:AssumeRole'))] })
  const assume = async () => {
    const parameters = { Action: 'AssumeRole', RoleArn: ROLE, RoleSessionName: 'job' }
    return credentialOf(await callQuery(registry, 'sts', parameters, key))
  }
  const ask = async (options: object) => {
    const { text } = await callQuery(registry, 'sts', { Action: 'GetCallerIdentity' }, options)
    return [text('Code'), text('Message')]
  }
  const session = await assume()
  registry.clock.set(registry.clock.nowMs() + 1000)
  const { metadata } = registry.services
  await metadata.transact(async (transaction) => {
    const identities = await transaction.changeIdentities('000000000000')
    await identities.replace({ ...role, sessionsValidFromMs: registry.clock.nowMs() })
  })
  expect(await ask(session)).toEqual(['InvalidClientTokenId', 'This session was revoked.'])
  const later = await assume()
  registry.clock.set(registry.clock.nowMs() + 3_600_000)
  expect((await ask(later))[0]).toBe('ExpiredToken')
  expect((await ask({ ...later, sessionToken: `${later.sessionToken}A` }))[1]).toBe(
    'The security token included in the request is invalid.',
  )
  expect((await ask({ ...later, accessKeyId: session.accessKeyId }))[1]).toContain(
    'token included in the request is invalid',
  )
  expect((await ask({ ...later, secret: 'x'.repeat(40) }))[0]).toBe('SignatureDoesNotMatch')
})

test('GetSessionToken gives a user itself for a while, and no session another one', async () => {
  const { user, key } = await makeUser(registry, 'user', { policies: [policy(allow('ecr:*'), deny('ecr:ListImages'))] })
  const session = credentialOf(await callQuery(registry, 'sts', { Action: 'GetSessionToken' }, key))
  const identity = await callQuery(registry, 'sts', { Action: 'GetCallerIdentity' }, session)
  expect([identity.text('Arn'), identity.text('UserId')]).toEqual(['arn:aws:iam::000000000000:user/user', user.id])
  expect((await callEcr(registry, 'DescribeRepositories', {}, session)).status).toBe(200)
  expect((await callEcr(registry, 'ListImages', { repositoryName: 'team-blue/api' }, session)).status).toBe(403)
  await registry.services.metadata.transact(async (transaction) => {
    const identities = await transaction.changeIdentities('000000000000')
    const found = await transaction.findIdentityById('access-key', key.accessKeyId)
    if (found !== undefined) await identities.replace({ ...found.identity, state: 'inactive' })
  })
  const ended = await callQuery(registry, 'sts', { Action: 'GetCallerIdentity' }, session)
  expect([ended.text('Code'), ended.text('Message')]).toEqual([
    'InvalidClientTokenId',
    'The access key that this session was made with is inactive.',
  ])
  await registry.services.metadata.transact(async (transaction) => {
    const identities = await transaction.changeIdentities('000000000000')
    const found = await transaction.findIdentityById('access-key', key.accessKeyId)
    if (found !== undefined) await identities.replace({ ...found.identity, state: 'active' })
  })
  const again = await callQuery(registry, 'sts', { Action: 'GetSessionToken' }, session)
  expect([again.status, again.text('Code')]).toEqual([403, 'AccessDenied'])
})

test('a provider made again under its name, of another issuer, is not the one that the role trusts', async () => {
  const issuer = await setUpCluster()
  const pod = { namespace: 'team-blue', account: 'api' }
  expect((await pull('team-blue/api', ROLE, issuer.podToken(registry, pod)))[0]).toBe(200)
  const { metadata } = registry.services
  const provider = await metadata.findIdentity('000000000000', 'oidc-provider', 'prod-1')
  await metadata.transact(async (transaction) => {
    await (await transaction.changeIdentities('000000000000')).delete('oidc-provider', provider?.id ?? '')
  })
  const other = new TestIssuer(IN_CLUSTER)
  await makeProvider(registry, 'prod-1', other, { kubernetesCluster: 'prod-1' })
  const [status, text] = await pull('team-blue/api', ROLE, other.podToken(registry, pod))
  expect([status, text]).toEqual([
    401,
    expect.stringContaining('not issued by an identity provider that this role trusts'),
  ])
})

test('revoking a role’s sessions ends the tokens that open it, whichever way they are used', async () => {
  const issuer = await setUpCluster()
  const pod = { namespace: 'team-blue', account: 'api' }
  const token = issuer.podToken(registry, pod)
  expect((await pull('team-blue/api', ROLE, token))[0]).toBe(200)
  registry.clock.set(registry.clock.nowMs() + 2000)
  const { metadata } = registry.services
  const role = await metadata.findIdentity('000000000000', 'role', 'pods')
  if (role === undefined) throw new Error('the role is gone')
  await metadata.transact(async (transaction) => {
    const identities = await transaction.changeIdentities('000000000000')
    await identities.replace({ ...role, sessionsValidFromMs: registry.clock.nowMs() })
  })
  expect(await pull('team-blue/api', ROLE, token)).toEqual([403, expect.stringContaining('were revoked')])
  const parameters = { Action: 'AssumeRoleWithWebIdentity', RoleArn: ROLE, RoleSessionName: 'again' }
  const assumed = await callQuery(registry, 'sts', { ...parameters, WebIdentityToken: token }, { unsigned: true })
  expect([assumed.status, assumed.text('Message')]).toEqual([403, expect.stringContaining('were revoked')])
  registry.clock.set(registry.clock.nowMs() + 1000)
  expect((await pull('team-blue/api', ROLE, issuer.podToken(registry, pod)))[0]).toBe(200)
})
