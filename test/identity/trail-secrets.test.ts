import { afterEach, beforeEach, expect, test } from 'bun:test'
import { sealAudit } from '../../src/services/audit/seal-audit.ts'
import { basic, makeAccount, makeRole, makeUser, policy } from '../support/accounts.ts'
import { type AwsSignOptions, callEcr, sendAws } from '../support/aws-requests.ts'
import { makeProvider, TestIssuer } from '../support/identity-provider.ts'
import { pushImage } from '../support/images.ts'
import { callManage } from '../support/manage-requests.ts'
import { callQuery } from '../support/query-requests.ts'
import { assume, EVERYTHING, roleArnOf, tokenLogin } from '../support/session-world.ts'
import { createRepository, openTestRegistry, TEST_SECRET, type TestRegistry } from '../support/test-registry.ts'

const HOME = '000000000000'
const OTHER = '111111111111'

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  await createRepository(registry, 'there/app')
  await pushImage(registry, 'there/app', 'v1')
})
afterEach(async () => await registry[Symbol.asyncDispose]())

/** The whole trail of the caller's account, as LookupEvents has it. */
async function trail(by: AwsSignOptions = {}): Promise<string[]> {
  await registry.services.audit.flush()
  await sealAudit(registry.services)
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents',
  }
  const events: string[] = []
  let NextToken: string | undefined
  do {
    const body = JSON.stringify({ ...(NextToken !== undefined && { NextToken }) })
    const response = await sendAws(registry, { headers, body }, { ...by, service: 'cloudtrail' })
    expect(response.status).toBe(200)
    // LookupEvents' answer, as its model has it.
    const page = (await response.json()) as { Events: { CloudTrailEvent: string }[]; NextToken?: string }
    events.push(...page.Events.map(({ CloudTrailEvent }) => CloudTrailEvent))
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  return events
}

test('no credential gets into a trail, whoever made it and however it was shown', async () => {
  const trust = policy({ Effect: 'Allow', Principal: { AWS: HOME }, Action: 'sts:AssumeRole' })
  await makeRole(registry, 'pods', trust, { policies: [EVERYTHING] })
  const { key } = await makeUser(registry, 'user', { policies: [EVERYTHING] })
  const session = await assume(registry, key, 'pods')
  const issuer = new TestIssuer('https://issuer.example')
  const Federated = await makeProvider(registry, 'ci', issuer)
  await makeRole(registry, 'ci', policy({ Effect: 'Allow', Principal: { Federated }, Action: '*' }), {
    policies: [EVERYTHING],
  })
  const nowSeconds = registry.clock.nowMs() / 1000
  const jwt = issuer.token({ sub: 'job', aud: 'sts.amazonaws.com', iat: nowSeconds, exp: nowSeconds + 600 })
  const web = { RoleArn: roleArnOf('ci'), RoleSessionName: 'job', WebIdentityToken: jwt }
  const byToken = await callQuery(registry, 'sts', { ...web, Action: 'AssumeRoleWithWebIdentity' }, { unsigned: true })
  const made = await callQuery(registry, 'iam', { Action: 'CreateAccessKey', UserName: 'user' }, key)
  const account = await callManage(registry, 'POST', '/accounts', { body: { accountId: OTHER, name: 'Team' } })
  const hook = await callManage(registry, 'PUT', '/webhooks/ci', { body: { url: 'https://hooks.example.com/' } })
  const rotated = await callManage(registry, 'POST', '/webhooks/ci/rotate-secret', { body: {} })
  const login = await tokenLogin(registry, session)
  const logins = [login, basic(roleArnOf('ci'), jwt), basic(key.accessKeyId, key.secret)]
  for (const authorization of logins) {
    expect((await registry.send('GET', '/v2/there/app/manifests/v1', { authorization })).status).toBe(200)
    await registry.send('DELETE', '/v2/there/app/manifests/none', { authorization })
  }
  const layerDigest = (await (await registry.send('GET', '/v2/there/app/manifests/v1')).json()).layers[0].digest
  const input = { repositoryName: 'there/app', layerDigest }
  const { json } = await callEcr(registry, 'GetDownloadUrlForLayer', input, session)
  await callEcr(registry, 'ListImages', { ...input, sessionToken: session.sessionToken, password: key.secret }, session)
  const secrets = [
    TEST_SECRET,
    key.secret,
    session.secret,
    session.sessionToken,
    byToken.text('SecretAccessKey'),
    byToken.text('SessionToken'),
    made.text('SecretAccessKey'),
    account.json.rootKey.secretAccessKey,
    hook.json.secret,
    rotated.json.secret,
    jwt,
    atob(login.slice('Basic '.length)).slice('AWS:'.length),
    json.downloadUrl.split('/').at(-1),
  ]
  const events = (await trail()).join('\n')
  expect(events).toContain('CreateAccessKey')
  expect(events).toContain('RotateWebhookSecret')
  expect(events).toContain('AssumeRoleWithWebIdentity')
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(20)
    // Its signature alone would be enough of a token to be worried.
    expect(events).not.toContain(secret)
    expect(events).not.toContain(secret.slice(-40))
  }
})

test('the trail of a stranger’s own account says of what exists here what it says of what does not', async () => {
  await makeAccount(registry, OTHER)
  const { key } = await makeUser(registry, 'stranger', { accountId: OTHER, policies: [EVERYTHING] })
  const denying = policy({ Effect: 'Deny', Principal: '*', Action: 'ecr:ListImages' })
  await callEcr(registry, 'SetRepositoryPolicy', { repositoryName: 'there/app', policyText: denying })
  const asked = async (repositoryName: string, role: string) => {
    await callEcr(registry, 'ListImages', { repositoryName, registryId: HOME }, key)
    await callEcr(
      registry,
      'ListTagsForResource',
      { resourceArn: `arn:aws:ecr:us-east-1:${HOME}:repository/${repositoryName}` },
      key,
    )
    const input = { Action: 'AssumeRole', RoleArn: roleArnOf(role), RoleSessionName: 'job' }
    await callQuery(registry, 'sts', input, key)
  }
  await makeRole(registry, 'there', policy({ Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }))
  await asked('there/app', 'there')
  await asked('never/app', 'never')
  const events = (await trail(key)).filter((event) => event.includes('AccessDenied'))
  const told = (name: string) =>
    events
      .filter((event) => event.includes(name))
      .map((event) => event.replaceAll(name, 'NAME').replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID'))
  expect(told('there')).toHaveLength(3)
  expect(told('never')).toEqual(told('there'))
})
