import { afterEach, beforeEach, expect, test } from 'bun:test'
import { handleManageRequest } from '../../src/api/manage/handle.ts'
import { verifyAudit } from '../../src/cli/audit-verify.ts'
import { linesOf } from '../../src/cli/lines-of.ts'
import { digestOf } from '../../src/core/content-digest.ts'
import { auditSigner } from '../../src/services/audit/audit-signer.ts'
import { checkpointAudit } from '../../src/services/audit/checkpoint-audit.ts'
import { sealAudit } from '../../src/services/audit/seal-audit.ts'
import { allow, basic, makeAccount, makeRole, makeUser, policy } from '../support/accounts.ts'
import { auditRecords } from '../support/audit-records.ts'
import { callEcr, callQuery as callIam } from '../support/aws-requests.ts'
import { CHANGING_CALLS, NOTED_CALLS } from '../support/changing-calls.ts'
import { makeProvider, TestIssuer } from '../support/identity-provider.ts'
import { bytesOf, pushBlob, pushImage } from '../support/images.ts'
import { callManage } from '../support/manage-requests.ts'
import { callQuery, credentialOf } from '../support/query-requests.ts'
import { requestContext } from '../support/request-context.ts'
import {
  createRepository,
  openTestRegistry,
  ROOT_AUTHORIZATION,
  TEST_SECRET,
  type TestRegistry,
} from '../support/test-registry.ts'

const OTHER = '111111111111'
const ROLE = 'arn:aws:iam::000000000000:role/pods'
const IN_CLUSTER = 'https://kubernetes.default.svc.cluster.local'
const SUBJECT = 'system:serviceaccount:team-blue:api'

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
  await pushImage(registry, 'team/app', 'v1')
})
afterEach(async () => await registry[Symbol.asyncDispose]())

const named = async (name: string, accountId?: string) =>
  (await auditRecords(registry.services, accountId)).filter(({ eventName }) => eventName === name)
const get = (path: string, authorization?: string | null) =>
  registry.send('GET', `/v2/team/app/${path}`, { ...(authorization !== undefined && { authorization }) })

test('reads are noted, and refusals with the code of their surface', async () => {
  await get('tags/list')
  await get('tags/list?n=nonsense')
  await callEcr(registry, 'DescribeImages', { repositoryName: 'team/none' })
  await callIam(registry, 'GetUser', { UserName: 'nobody' })
  await callManage(registry, 'GET', '/accounts/999999999999')
  const codes = async (name: string) => (await named(name)).map(({ readOnly, errorCode }) => [readOnly, errorCode])
  expect(await codes('ListImages')).toEqual([[true, undefined]])
  expect(await codes('DescribeImages')).toEqual([[true, 'RepositoryNotFoundException']])
  expect(await codes('GetUser')).toEqual([[true, 'NoSuchEntity']])
  expect(await codes('GetAccount')).toEqual([[true, 'NotFound']])
})

test('a denial of every surface has its decision under the id that the caller was told', async () => {
  const { key } = await makeUser(registry, 'blue')
  const authorization = basic(key.accessKeyId, key.secret)
  const answers = [
    await (await get('manifests/v1', authorization)).text(),
    JSON.stringify((await callEcr(registry, 'DescribeRepositories', {}, key)).json),
    (await callIam(registry, 'ListUsers', {}, key)).message ?? '',
    JSON.stringify((await callManage(registry, 'GET', '/accounts', { authorization })).json),
  ]
  const records = await auditRecords(registry.services)
  for (const answer of answers) {
    const [, id] = /\(decision ([0-9a-f-]{36})\)/.exec(answer) ?? []
    const [record, ...more] = records.filter(({ eventID }) => eventID === id)
    expect(more).toEqual([])
    expect(record).toMatchObject({
      errorCode: 'AccessDenied',
      userIdentity: { type: 'IAMUser', userName: 'blue' },
      additionalEventData: { decision: { outcome: 'denied', by: 'no allow: identity', context: { secure: false } } },
    })
    expect(answer).toContain(record?.errorMessage ?? 'no message')
  }
})

test('pulls of a manifest are one record each half second, and those of blobs one each minute', async () => {
  const digest = await pushBlob(registry, 'team/app', 'some layer')
  for (let time = 0; time < 3; time++) {
    await (await get('manifests/v1')).text()
    await (await get(`blobs/${digest}`)).text()
  }
  const pulls = await named('BatchGetImage')
  expect(pulls.map(({ additionalEventData: { count, tag } }) => [count, tag])).toEqual([[3, 'v1']])
  expect(await named('GetDownloadUrlForLayer')).toEqual([])
  registry.clock.advance(60_000)
  const [blobs, ...more] = await named('GetDownloadUrlForLayer')
  expect(more).toEqual([])
  expect(blobs).toMatchObject({ eventCategory: 'Data', additionalEventData: { count: 3, bytes: 30 } })
})

test('pulls across accounts are in both trails under one id', async () => {
  await makeAccount(registry, OTHER)
  const { key } = await makeUser(registry, 'ann', { accountId: OTHER, policies: [policy(allow('ecr:*'))] })
  const policyText = policy({ Effect: 'Allow', Principal: { AWS: OTHER }, Action: 'ecr:BatchGetImage' })
  await callEcr(registry, 'SetRepositoryPolicy', { repositoryName: 'team/app', policyText })
  expect((await get('manifests/v1', basic(key.accessKeyId, key.secret))).status).toBe(200)
  const both = [...(await named('BatchGetImage')), ...(await named('BatchGetImage', OTHER))]
  expect(new Set(both.map(({ sharedEventID }) => sharedEventID)).size).toBe(1)
  expect(both.map(({ recipientAccountId }) => recipientAccountId)).toEqual(['000000000000', OTHER])
  expect(both.map(({ userIdentity }) => userIdentity.accountId)).toEqual([OTHER, OTHER])
})

test('nobody’s pulls at the anonymous listener are recorded as nobody’s', async () => {
  const response = await registry.send('GET', '/v2/team/app/manifests/v1', {
    authorization: null,
    anonymousListener: true,
  })
  expect(response.status).toBe(200)
  expect(await named('BatchGetImage')).toMatchObject([
    { userIdentity: { type: 'AWSAccount', accountId: 'ANONYMOUS_PRINCIPAL' }, sourceIPAddress: '127.0.0.1' },
  ])
})

test('who has no good credential is in no record, whatever they ask for', async () => {
  const before = (await auditRecords(registry.services)).length
  const wrong = `Basic ${btoa('AKIATESTTESTTESTTEST:wrong')}`
  expect((await get('manifests/v1', wrong)).status).toBe(401)
  expect((await get('manifests/v1', null)).status).toBe(401)
  expect((await callEcr(registry, 'DescribeRepositories', {}, { secret: 'wrong' })).status).toBe(403)
  expect((await callManage(registry, 'GET', '/accounts', { authorization: wrong })).status).toBe(401)
  const unsigned = { Action: 'AssumeRoleWithWebIdentity', RoleArn: ROLE, RoleSessionName: 'run' }
  for (const given of [unsigned, { ...unsigned, WebIdentityToken: 'nonsense' }]) {
    expect((await callQuery(registry, 'sts', given, { unsigned: true })).status).toBe(400)
  }
  expect(await auditRecords(registry.services)).toHaveLength(before)
})

const trustOf = (Federated: string, Condition?: object) =>
  policy({
    Effect: 'Allow',
    Principal: { Federated },
    Action: 'sts:AssumeRoleWithWebIdentity',
    ...(Condition !== undefined && { Condition }),
  })

async function setUpCluster(condition?: object): Promise<string> {
  const issuer = new TestIssuer(IN_CLUSTER)
  const provider = await makeProvider(registry, 'prod-1', issuer, { kubernetesCluster: 'prod-1' })
  await makeRole(registry, 'pods', trustOf(provider, condition), { policies: [policy(allow('ecr:*'))] })
  return issuer.podToken(registry, { namespace: 'team-blue', account: 'api' })
}

const withToken = (WebIdentityToken: string) =>
  callQuery(
    registry,
    'sts',
    { Action: 'AssumeRoleWithWebIdentity', RoleArn: ROLE, RoleSessionName: 'run-7', WebIdentityToken },
    { unsigned: true },
  )

test('which pod pulled it: a session by an identity token says whose token, at its making and whenever it is used', async () => {
  const token = await setUpCluster()
  const session = credentialOf(await withToken(token))
  const [made] = await named('AssumeRoleWithWebIdentity')
  expect(made).toMatchObject({
    eventSource: 'sts.amazonaws.com',
    userIdentity: { type: 'WebIdentityUser', userName: SUBJECT, identityProvider: expect.stringContaining('/prod-1') },
    additionalEventData: { issuer: IN_CLUSTER, audience: 'sts.amazonaws.com' },
    resources: [{ ARN: ROLE, type: 'AWS::IAM::Role' }],
  })
  await callEcr(registry, 'BatchGetImage', { repositoryName: 'team/app', imageIds: [{ imageTag: 'v1' }] }, session)
  // The same by the token itself, as a kubelet or `docker login` has it.
  await (await get('manifests/v1', basic(ROLE, token))).text()
  const pulls = await named('BatchGetImage')
  expect(pulls).toHaveLength(2)
  for (const { userIdentity } of pulls) {
    expect(userIdentity.type).toBe('AssumedRole')
    expect(userIdentity.sessionContext).toMatchObject({
      sessionIssuer: { arn: ROLE },
      webIdFederationData: { attributes: { iss: IN_CLUSTER, sub: SUBJECT, aud: 'sts.amazonaws.com' } },
    })
  }
})

test('a good token that the role does not let in is recorded with why', async () => {
  const token = await setUpCluster({ StringEquals: { 'kubernetes.default.svc.cluster.local:sub': 'somebody-else' } })
  expect((await withToken(token)).status).toBe(403)
  expect(await named('AssumeRoleWithWebIdentity')).toMatchObject([
    {
      errorCode: 'AccessDenied',
      userIdentity: { type: 'WebIdentityUser', userName: SUBJECT },
      additionalEventData: { decision: { outcome: 'denied', by: 'no allow: trust' } },
    },
  ])
})

test('no secret that was used or given out stands in any record', async () => {
  const secrets: string[] = [TEST_SECRET, btoa(`AKIATESTTESTTESTTEST:${TEST_SECRET}`), ROOT_AUTHORIZATION]
  const keep = (text: string | undefined) => {
    if (text === undefined || text.length < 16) throw new Error('there is no secret here')
    secrets.push(text)
  }
  const onSigned = ({ authorization = '' }: Record<string, string>) => keep(authorization.split('Signature=')[1])
  const token = await setUpCluster()
  const { key } = await makeUser(registry, 'blue', { policies: [policy(allow('*'))] })
  keep(key.secret)
  keep(token)
  const session = credentialOf(await withToken(token))
  const own = credentialOf(await callQuery(registry, 'sts', { Action: 'GetSessionToken' }, { ...key, onSigned }))
  for (const { secret, sessionToken } of [session, own]) for (const text of [secret, sessionToken]) keep(text)
  const login = await callEcr(registry, 'GetAuthorizationToken', {}, { ...session, onSigned })
  const password = login.json.authorizationData[0].authorizationToken
  keep(password)
  keep(atob(password).slice('AWS:'.length))
  await (await get('manifests/v1', `Basic ${password}`)).text()
  await (await get('tags/list', basic(ROLE, token))).text()
  keep(
    (await callIam(registry, 'CreateAccessKey', { UserName: 'blue' })).xml.split('SecretAccessKey>')[1]?.slice(0, 40),
  )
  const account = await callManage(registry, 'POST', '/accounts', { body: { accountId: OTHER, name: 'Team' } })
  keep(account.json.rootKey.secretAccessKey)
  const layer = await callEcr(registry, 'GetDownloadUrlForLayer', {
    repositoryName: 'team/app',
    layerDigest: digestOf(bytesOf('layer')),
  })
  keep(new URL(layer.json.downloadUrl).pathname.split('/').at(-1))
  // A denial holds more than other records do.
  const denied = await makeRole(registry, 'none', trustOf('nobody'))
  await callIam(
    registry,
    'TagRole',
    { RoleName: denied.name, 'Tags.member.1.Key': 'k', 'Tags.member.1.Value': 'v' },
    session,
  )
  for (const { prepare, call } of [...NOTED_CALLS, ...CHANGING_CALLS]) {
    await prepare?.(registry)
    await call(registry)
  }
  registry.clock.advance(60_000)
  const texts = (await Promise.all([auditRecords(registry.services), auditRecords(registry.services, OTHER)]))
    .flat()
    .map((record) => JSON.stringify(record))
  expect(texts.length).toBeGreaterThan(CHANGING_CALLS.length)
  for (const text of texts) for (const secret of secrets) expect(text.includes(secret)).toBe(false)
  expect(texts.some((text) => /Basic |AWS4-HMAC|"eyJ/.test(text))).toBe(false)
})

test('the export of the management API is what verifies with the key that it shows', async () => {
  await makeAccount(registry, OTHER)
  const { key } = await makeUser(registry, 'auditor', { policies: [policy(allow('lading:GetAuditKeys'))] })
  const foreign = await makeUser(registry, 'ann', { accountId: OTHER, policies: [policy(allow('lading:*'))] })
  await registry.services.metadata.transact((transaction) => transaction.ensureInstallation('here'))
  await registry.services.audit.flush()
  await sealAudit(registry.services)
  await checkpointAudit(registry.services, auditSigner(registry.services.keys))
  const exported = async (given?: typeof key, query = '') => {
    const authorization = given === undefined ? ROOT_AUTHORIZATION : basic(given.accessKeyId, given.secret)
    const request = new Request(`http://registry.test/api/v1/audit/export${query}`, { headers: { authorization } })
    const response = await handleManageRequest(registry.services, request, requestContext(), { version: '9.9.9' })
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
  }
  const { status, type, text } = await exported()
  expect([status, type]).toEqual([200, 'application/jsonl; charset=utf-8'])
  const { json } = await callManage(registry, 'GET', '/audit/keys', {
    authorization: basic(key.accessKeyId, key.secret),
  })
  expect(json.keys).toEqual([
    {
      keyId: expect.stringMatching(/^[0-9a-f]{16}$/),
      text: expect.stringMatching(/^ed25519:/),
      pem: expect.any(String),
    },
  ])
  const lines = linesOf(new Blob([text]).stream())
  const report = await verifyAudit(lines, `${json.keys[0].text} ${json.keys[0].pem}`)
  expect(report).toMatchObject({ ok: true, account: '000000000000', from: 1 })
  expect(report.ok && report.signedThrough === report.through && report.records === 3).toBe(true)
  expect((await exported(key)).status).toBe(403)
  expect((await exported(undefined, '?from=0')).status).toBe(400)
  expect((await exported(undefined, '?from=3')).text.split('\n')[0]).toContain('"from":1')
  const ofOther = await exported(foreign.key)
  expect(ofOther.text.split('\n')[0]).toContain(`"account":"${OTHER}"`)
  expect(ofOther.text).not.toContain('000000000000:repository')
})
