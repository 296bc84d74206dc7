import { afterEach, beforeEach, expect, test } from 'bun:test'
import { handleOciRequest } from '../../src/api/oci/handle.ts'
import { allow, basic, deny, makeAccount, makeRole, makeUser, policy, type TestKey } from '../support/accounts.ts'
import { auditRecords } from '../support/audit-records.ts'
import { callEcr, callQuery as callIam } from '../support/aws-requests.ts'
import { pushImage } from '../support/images.ts'
import { callManage } from '../support/manage-requests.ts'
import { callQuery, credentialOf } from '../support/query-requests.ts'
import { requestContext } from '../support/request-context.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

const OTHER = '111111111111'
const ARN = 'arn:aws:ecr:us-east-1:000000000000:repository/team/app'
const UNKNOWN = '00000000-0000-4000-8000-000000000000'

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
  await pushImage(registry, 'team/app', 'v1')
})
afterEach(async () => await registry[Symbol.asyncDispose]())

const idIn = (text: string): string => {
  const [, id] = /\(decision ([0-9a-f-]{36})\)/.exec(text) ?? []
  if (id === undefined) throw new Error(`no decision in ${text}`)
  return id
}
const headersOf = ({ accessKeyId, secret }: TestKey) => ({ authorization: basic(accessKeyId, secret) })

/** Pulls, and is denied. @returns the decision's id */
async function denied(key: TestKey, headers: Record<string, string> = {}): Promise<string> {
  const { authorization } = headersOf(key)
  const response = await registry.send('GET', '/v2/team/app/manifests/v1', { authorization, headers })
  expect(response.status).toBe(403)
  return idIn(await response.text())
}

async function explain(id: string, key?: TestKey) {
  const { status, json } = await callManage(
    registry,
    'GET',
    `/decisions/${id}`,
    key === undefined ? {} : headersOf(key),
  )
  return { status, json }
}

const setPolicy = async (text: string) =>
  expect(
    (await callEcr(registry, 'SetRepositoryPolicy', { repositoryName: 'team/app', policyText: text })).status,
  ).toBe(200)

test('a denial is explained by what decided then and what would be decided now', async () => {
  const { key } = await makeUser(registry, 'blue')
  const id = await denied(key, { 'user-agent': 'containerd/2.1.0' })
  const { status, json } = await explain(id)
  expect(status).toBe(200)
  expect(json).toEqual({
    decisionId: id,
    time: new Date(registry.clock.nowMs()).toISOString(),
    requestId: expect.any(String),
    principal: 'arn:aws:iam::000000000000:user/blue',
    action: 'ecr:BatchGetImage',
    resource: ARN,
    sourceAddress: '127.0.0.1',
    userAgent: expect.any(String),
    sentence: expect.stringContaining('is not authorized to perform: ecr:BatchGetImage'),
    before: {
      outcome: 'denied',
      by: 'no allow: identity',
      keys: expect.objectContaining({ 'aws:sourceip': '127.0.0.1', 'lading:imagetag': 'v1' }),
    },
    now: {
      outcome: 'denied',
      by: 'no allow: identity',
      reason: 'because no identity-based policy allows the ecr:BatchGetImage action',
    },
  })
  // Before it is written it is found, and afterwards too.
  await registry.services.audit.flush()
  expect((await explain(id)).json).toEqual(json)
})

test('policies of today decide anew, for the same user by its id, and nobody else of its name', async () => {
  const { user, key } = await makeUser(registry, 'blue')
  const id = await denied(key)
  const attach = { UserName: 'blue', PolicyName: 'pull' }
  const condition = { StringEquals: { 'lading:ImageTag': 'v1' }, IpAddress: { 'aws:SourceIp': '127.0.0.1' } }
  const text = policy({ ...allow('ecr:BatchGetImage'), Sid: 'Pull', Condition: condition })
  await callIam(registry, 'PutUserPolicy', { ...attach, PolicyDocument: text })
  expect((await explain(id)).json.now).toEqual({
    outcome: 'allowed',
    by: 'identity',
    policy: 'inline policy pull of user blue',
    statement: 0,
    sid: 'Pull',
    reason: 'because an identity-based policy allows the ecr:BatchGetImage action',
  })
  await setPolicy(policy({ Sid: 'Never', Effect: 'Deny', Principal: { AWS: user.id }, Action: 'ecr:BatchGetImage' }))
  const again = await denied(key)
  expect((await explain(again)).json.before).toMatchObject({ by: 'repository', statement: 0, sid: 'Never' })
  await callIam(registry, 'DeleteUserPolicy', attach)
  await callIam(registry, 'DeleteAccessKey', { UserName: 'blue', AccessKeyId: key.accessKeyId })
  expect((await callIam(registry, 'DeleteUser', { UserName: 'blue' })).status).toBe(200)
  await makeUser(registry, 'blue', { policies: [policy(allow('*'))] })
  expect((await explain(id)).json.now).toEqual({
    outcome: 'denied',
    by: 'credential',
    reason: 'The user of this credential was deleted.',
  })
})

test('a session is decided by its policies and tags as they were, also when it is long over', async () => {
  const caller = await makeUser(registry, 'ci', { policies: [policy(allow('sts:*'))] })
  const trust = policy({
    Effect: 'Allow',
    Principal: { AWS: caller.user.id },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
  })
  await makeRole(registry, 'pull', trust, {
    policies: [policy(allow(['ecr:GetAuthorizationToken', 'ecr:BatchGetImage']))],
  })
  const Policy = policy(allow(['ecr:GetAuthorizationToken', 'ecr:ListImages']))
  const asked = { RoleArn: 'arn:aws:iam::000000000000:role/pull', RoleSessionName: 'run-7', Policy }
  const tag = { 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': 'blue' }
  const session = credentialOf(await callQuery(registry, 'sts', { Action: 'AssumeRole', ...asked, ...tag }, caller.key))
  const answer = await callEcr(
    registry,
    'BatchGetImage',
    { repositoryName: 'team/app', imageIds: [{ imageTag: 'v1' }] },
    session,
  )
  const id = idIn(answer.json.message ?? answer.json.Message)
  expect((await explain(id)).json.before.by).toBe('no allow: session')
  registry.clock.advance(48 * 3_600_000)
  expect((await explain(id)).json.now).toMatchObject({ outcome: 'denied', by: 'no allow: session' })
  const ofTag = policy({ ...deny('ecr:*'), Condition: { StringEquals: { 'aws:PrincipalTag/team': 'blue' } } })
  await callIam(registry, 'PutRolePolicy', { RoleName: 'pull', PolicyName: 'tag', PolicyDocument: ofTag })
  expect((await explain(id)).json.now).toMatchObject({ policy: 'inline policy tag of role pull', statement: 0 })
})

test('what the trail cannot hold it does not guess', async () => {
  const { key } = await makeUser(registry, 'blue', { policies: [policy(allow('iam:GetUser'))] })
  const tags = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      [`Tags.member.${index + 1}.Key`, `key-${index}`],
      [`Tags.member.${index + 1}.Value`, 'x'.repeat(256)],
    ]).flat(),
  )
  const hidden = { 'Tags.member.1.Key': 'my-token', 'Tags.member.1.Value': 'a' }
  for (const given of [tags, hidden]) {
    const refused = await callIam(registry, 'TagUser', { UserName: 'blue', ...given }, key)
    expect(refused.code).toBe('AccessDenied')
    expect((await explain(idIn(refused.message ?? ''))).json.now).toEqual({
      outcome: 'unknown',
      reason: 'The trail does not hold all that it takes to decide this again.',
    })
  }
  for (const record of await auditRecords(registry.services)) expect(JSON.stringify(record).length).toBeLessThan(60_000)
})

test('each account hears of its own side of what goes across: the same id, and not the other one’s policies', async () => {
  await makeAccount(registry, OTHER)
  const explaining = policy(
    { ...allow(['lading:ExplainDecision', 'sts:*']) },
    { ...deny('ecr:BatchGetImage'), Sid: 'CallersSecret' },
  )
  const stranger = await makeUser(registry, 'ann', { accountId: OTHER, policies: [explaining] })
  const bare = await makeUser(registry, 'eve', { accountId: OTHER, policies: [policy(allow('ecr:BatchGetImage'))] })
  const ofIdentity = await denied(stranger.key)
  await setPolicy(
    policy({ Sid: 'OwnersSecret', Effect: 'Deny', Principal: { AWS: OTHER }, Action: 'ecr:BatchGetImage' }),
  )
  const ofResource = await denied(bare.key)

  const [owners, callers] = await Promise.all([auditRecords(registry.services), auditRecords(registry.services, OTHER)])
  for (const id of [ofIdentity, ofResource]) {
    const both = [...owners, ...callers].filter(({ eventID }) => eventID === id)
    expect(both.map(({ recipientAccountId, sharedEventID }) => [recipientAccountId, sharedEventID])).toEqual([
      ['000000000000', id],
      [OTHER, id],
    ])
  }
  expect(JSON.stringify(callers)).not.toContain('OwnersSecret')
  expect(JSON.stringify(callers)).not.toContain('repository policy of')
  expect(JSON.stringify(owners)).not.toContain('CallersSecret')

  expect((await explain(ofResource)).json.before).toMatchObject({ by: 'repository', sid: 'OwnersSecret' })
  expect((await explain(ofResource, stranger.key)).json).toMatchObject({
    // The policy says nothing that somebody would hear who is not let in, so it is as if there were none.
    before: { by: 'no allow: repository' },
    now: {
      outcome: 'allowed',
      by: 'identity',
      reason: expect.stringContaining('is not known here'),
    },
  })
  expect((await explain(ofIdentity, stranger.key)).json).toMatchObject({
    before: { by: 'identity', sid: 'CallersSecret', policy: 'inline policy policy-0 of user ann' },
    now: { by: 'identity', sid: 'CallersSecret' },
  })
  const seen = (await explain(ofIdentity)).json
  expect([seen.before.by, seen.before.sid, seen.now.sid]).toEqual(['identity', undefined, undefined])
})

test('a list of another account’s repositories is decided by the caller’s side for the caller', async () => {
  await makeAccount(registry, OTHER)
  const { key } = await makeUser(registry, 'ann', { accountId: OTHER, policies: [policy(allow('*'))] })
  const host = '000000000000.dkr.ecr.us-east-1.localhost:5000'
  const { authorization } = headersOf(key)
  const request = new Request(`http://${host}/v2/_catalog`, { headers: { authorization } })
  const catalog = await handleOciRequest(registry.services, request, requestContext({ host }))
  const templates = await callEcr(registry, 'DescribeRepositories', { registryId: '000000000000' }, key)
  for (const text of [await catalog.text(), JSON.stringify(templates.json)]) {
    const { now } = (await explain(idIn(text), key)).json
    expect(now).toMatchObject({ outcome: 'allowed', reason: expect.stringContaining('is not known here') })
    expect((await explain(idIn(text))).json.now.outcome).toBe('denied')
  }
})

test('the policies of a session stay in the trail of its account, and decide for the other one too', async () => {
  await makeAccount(registry, OTHER)
  const { user, key } = await makeUser(registry, 'ann', { accountId: OTHER, policies: [policy(allow('sts:*'))] })
  const trust = policy({ Effect: 'Allow', Principal: { AWS: user.id }, Action: 'sts:AssumeRole' })
  await makeRole(registry, 'pull', trust, { accountId: OTHER, policies: [policy(allow('ecr:*'))] })
  await setPolicy(policy({ Effect: 'Allow', Principal: { AWS: OTHER }, Action: 'ecr:BatchGetImage' }))
  const Policy = policy({ ...allow('ecr:GetAuthorizationToken'), Sid: 'OfTheSession' })
  const asked = { Action: 'AssumeRole', RoleArn: `arn:aws:iam::${OTHER}:role/pull`, RoleSessionName: 'run', Policy }
  const session = credentialOf(await callQuery(registry, 'sts', asked, key))
  const input = { registryId: '000000000000', repositoryName: 'team/app', imageIds: [{ imageTag: 'v1' }] }
  const answer = await callEcr(registry, 'BatchGetImage', input, session)
  const id = idIn(answer.json.message ?? answer.json.Message)
  expect(JSON.stringify(await auditRecords(registry.services))).not.toContain('OfTheSession')
  expect((await explain(id)).json.now).toMatchObject({ outcome: 'denied', by: 'no allow: session' })
})

test('a role of another account: both trails have it, each with its own side', async () => {
  await makeAccount(registry, OTHER)
  const { user, key } = await makeUser(registry, 'ann', {
    accountId: OTHER,
    policies: [policy(allow(['sts:*', 'lading:*']))],
  })
  const role = 'arn:aws:iam::000000000000:role/pull'
  await makeRole(registry, 'pull', policy({ Sid: 'TrustNobody', Effect: 'Deny', Principal: '*', Action: 'sts:*' }))
  const assume = () => callQuery(registry, 'sts', { Action: 'AssumeRole', RoleArn: role, RoleSessionName: 'run' }, key)
  const id = idIn((await assume()).xml)
  expect((await explain(id)).json).toMatchObject({
    before: { by: 'trust', sid: 'TrustNobody' },
    now: { by: 'trust', sid: 'TrustNobody' },
  })
  const own = (await explain(id, key)).json
  expect([own.before.by, own.before.sid, own.now.outcome, own.now.by]).toEqual([
    'no allow: trust',
    undefined,
    'allowed',
    'identity',
  ])
  const trust = policy({ Effect: 'Allow', Principal: { AWS: user.id }, Action: 'sts:AssumeRole' })
  await callIam(registry, 'UpdateAssumeRolePolicy', {
    RoleName: 'pull',
    PolicyDocument: trust.replace(user.id, `arn:aws:iam::${OTHER}:user/ann`),
  })
  expect((await explain(id)).json.now).toMatchObject({ outcome: 'allowed', by: 'trust', statement: 0 })
  expect((await assume()).status).toBe(200)
  for (const accountId of ['000000000000', OTHER]) {
    const records = (await auditRecords(registry.services, accountId)).filter(
      ({ eventName }) => eventName === 'AssumeRole',
    )
    expect(records.map(({ errorCode }) => errorCode)).toEqual(['AccessDenied', undefined])
    expect(records[1]?.resources).toEqual([{ ARN: role, accountId: '000000000000', type: 'AWS::IAM::Role' }])
  }
})

test('only whoever may explain does, and only of the own account’s denials', async () => {
  await makeAccount(registry, OTHER)
  const { key } = await makeUser(registry, 'blue')
  const foreign = await makeUser(registry, 'ann', {
    accountId: OTHER,
    policies: [policy(allow('lading:ExplainDecision'))],
  })
  const id = await denied(key)
  expect((await explain(id, key)).status).toBe(403)
  expect((await explain(id, foreign.key)).json.error).toMatchObject({
    code: 'NotFound',
    message: `There is no decision ${id} in the audit trail of this account.`,
  })
  expect((await explain(UNKNOWN)).status).toBe(404)
  expect((await explain('nonsense')).status).toBe(400)
  const push = (await auditRecords(registry.services)).find(({ eventName }) => eventName === 'PutImage')
  expect((await explain(push?.eventID ?? '')).status).toBe(404)
  const one = policy(allow('lading:ExplainDecision', `arn:aws:lading:us-east-1:000000000000:decision/${id}`))
  const allowed = await makeUser(registry, 'green', { policies: [one] })
  expect((await explain(id, allowed.key)).status).toBe(200)
})
