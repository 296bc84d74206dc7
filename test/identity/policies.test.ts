import { afterEach, beforeEach, expect, test } from 'bun:test'
import { allow, deny, makeAccount, makeRole, makeUser, policy } from '../support/accounts.ts'
import { callEcr } from '../support/aws-requests.ts'
import { callQuery, credentialOf } from '../support/query-requests.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

const OTHER = '111111111111'
const repositoryName = 'team-blue/api'

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  await createRepository(registry, repositoryName)
})
afterEach(async () => await registry[Symbol.asyncDispose]())

const set = (text: string, more: object = {}, options: object = {}) =>
  callEcr(registry, 'SetRepositoryPolicy', { repositoryName, policyText: text, ...more }, options)

test('SetRepositoryPolicy keeps principals by their unique ids, and shows them as ARNs again', async () => {
  await makeAccount(registry, OTHER)
  const { user } = await makeUser(registry, 'ci', { accountId: OTHER })
  const arn = `arn:aws:iam::${OTHER}:user/ci`
  const text = policy({ Effect: 'Allow', Principal: { AWS: arn }, Action: 'ecr:BatchGetImage' })
  const answer = await set(text)
  expect([answer.status, JSON.parse(answer.json.policyText)]).toEqual([200, JSON.parse(text)])
  const { metadata } = registry.services
  const repository = await metadata.findRepository(registry.caller.registry.id, repositoryName as never)
  expect(await metadata.readRepositoryPolicy(repository?.id ?? 0)).toContain(user.id)
  await metadata.transact(async (transaction) => {
    await (await transaction.changeIdentities(OTHER)).delete('user', user.id)
  })
  await makeUser(registry, 'ci', { accountId: OTHER })
  const { json } = await callEcr(registry, 'GetRepositoryPolicy', { repositoryName })
  expect(json.policyText).toContain(user.id)
  expect(json.policyText).not.toContain(arn)
})

test('SetRepositoryPolicy refuses what cannot be, saying where, with ECR’s words', async () => {
  const wrong: readonly [string, string][] = [
    ['', 'Invalid repository policy provided'],
    ['{', 'Invalid repository policy provided'],
    [policy({ Effect: 'Allow', Principal: '*', Action: 'ecr:*', Condition: { Foo: {} } }), 'Statement'],
    [
      policy({ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OTHER}:root` }, Action: 'ecr:*' }),
      'Invalid principal',
    ],
    [
      policy({ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000000:user/none' }, Action: 'ecr:*' }),
      'Invalid principal',
    ],
    [policy(allow('ecr:*')), 'Principal'],
  ]
  for (const [text, part] of wrong) {
    const { json } = await set(text)
    expect([text, json.__type, json.message]).toEqual([
      text,
      'InvalidParameterException',
      expect.stringMatching(
        new RegExp(`^Invalid parameter at 'PolicyText' failed to satisfy constraint: .*${part}`, 's'),
      ),
    ])
  }
  expect((await callEcr(registry, 'GetRepositoryPolicy', { repositoryName })).json.__type).toBe(
    'RepositoryPolicyNotFoundException',
  )
})

test('SetRepositoryPolicy does not lock its caller out unless forced', async () => {
  const lockingOut = policy({ Effect: 'Deny', Principal: '*', Action: 'ecr:SetRepositoryPolicy' })
  const { json } = await set(lockingOut)
  expect([json.__type, json.message]).toEqual(['InvalidParameterException', expect.stringContaining('force')])
  expect((await set(lockingOut, { force: true })).status).toBe(200)
  expect((await set(lockingOut, { force: true })).json.__type).toBe('AccessDeniedException')
  expect((await callEcr(registry, 'DeleteRepositoryPolicy', { repositoryName })).status).toBe(200)
  expect((await set(policy({ Effect: 'Deny', Principal: '*', Action: 'ecr:PutImage' }))).status).toBe(200)
})

test('PutRegistryPolicy wants a resource, and does not lock its caller out', async () => {
  const put = async (text: string) => (await callEcr(registry, 'PutRegistryPolicy', { policyText: text })).json
  expect((await put(policy({ Effect: 'Allow', Principal: '*', Action: 'ecr:*' }))).__type).toBe(
    'InvalidParameterException',
  )
  const everything = policy({ Effect: 'Deny', Principal: '*', Action: 'ecr:*', Resource: '*' })
  expect((await put(everything)).message).toContain('would not let you set another policy')
  expect(
    (await put(policy({ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage', Resource: '*' }))).policyText,
  ).toBeString()
})

test('what is hardly meant so is said in a header', async () => {
  const { headers } = await set(policy({ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImages' }))
  const warnings = JSON.parse(headers.get('x-lading-policy-warnings') ?? '[]')
  expect(warnings.map(({ where }: { where: string }) => where)).toContainEqual(expect.stringContaining('Action'))
  expect(JSON.stringify(warnings)).toContain('ecr:BatchGetImages')
})

test('a session with a session policy changes no policy of a resource', async () => {
  const trust = policy({ Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' })
  await makeRole(registry, 'admin', trust, { policies: [policy(allow('ecr:*'))] })
  const { key } = await makeUser(registry, 'user', { policies: [policy(allow('sts:AssumeRole'))] })
  const parameters = { Action: 'AssumeRole', RoleArn: 'arn:aws:iam::000000000000:role/admin', RoleSessionName: 'x1' }
  const restricted = credentialOf(
    await callQuery(registry, 'sts', { ...parameters, Policy: policy(allow('ecr:*')) }, key),
  )
  const free = credentialOf(await callQuery(registry, 'sts', parameters, key))
  const text = policy({ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' })
  const withResource = policy({ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage', Resource: '*' })
  const calls: readonly [string, object][] = [
    ['SetRepositoryPolicy', { repositoryName, policyText: text }],
    ['DeleteRepositoryPolicy', { repositoryName }],
    ['PutRegistryPolicy', { policyText: withResource }],
    ['DeleteRegistryPolicy', {}],
    ['CreateRepositoryCreationTemplate', { prefix: 'x', appliedFor: ['CREATE_ON_PUSH'], repositoryPolicy: text }],
    ['UpdateRepositoryCreationTemplate', { prefix: 'x', repositoryPolicy: text }],
  ]
  for (const [operation, input] of calls) {
    const { json } = await callEcr(registry, operation, input, restricted)
    expect([operation, json.__type]).toEqual([operation, 'AccessDeniedException'])
    const allowed = await callEcr(registry, operation, input, free)
    expect([operation, allowed.status]).toEqual([operation, 200])
  }
})

test('a creation template’s policy is checked when it is saved, and decides about the very push that uses it', async () => {
  const create = (text: string) =>
    callEcr(registry, 'CreateRepositoryCreationTemplate', {
      prefix: 'made',
      appliedFor: ['CREATE_ON_PUSH'],
      repositoryPolicy: text,
    })
  expect((await create('nonsense')).json.__type).toBe('InvalidParameterException')
  const denying = policy({ Effect: 'Deny', Principal: '*', Action: 'ecr:InitiateLayerUpload' })
  const made = await create(denying)
  expect(JSON.parse(made.json.repositoryCreationTemplate.repositoryPolicy)).toEqual(JSON.parse(denying))
  const push = await registry.send('POST', '/v2/made/by-push/blobs/uploads/')
  expect([push.status, await push.text()]).toEqual([403, expect.stringContaining('explicit deny in a resource-based')])
  const { json } = await callEcr(registry, 'GetRepositoryPolicy', { repositoryName: 'made/by-push' })
  expect(JSON.parse(json.policyText)).toEqual(JSON.parse(denying))
})

test('conditions ask about the tags of a repository, and those of a request', async () => {
  const arn = `arn:aws:ecr:us-east-1:000000000000:repository/${repositoryName}`
  await callEcr(registry, 'TagResource', { resourceArn: arn, tags: [{ Key: 'Team', Value: 'blue' }] })
  const { key } = await makeUser(registry, 'blue', {
    policies: [
      policy({ ...allow('ecr:ListImages'), Condition: { StringEquals: { 'aws:ResourceTag/Team': 'blue' } } }),
      policy(allow('ecr:TagResource'), {
        ...deny('ecr:TagResource'),
        Condition: { 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'Team' } },
      }),
    ],
  })
  expect((await callEcr(registry, 'ListImages', { repositoryName }, key)).status).toBe(200)
  const tag = async (Key: string) =>
    (await callEcr(registry, 'TagResource', { resourceArn: arn, tags: [{ Key, Value: 'x' }] }, key)).status
  expect([await tag('Other'), await tag('Team')]).toEqual([200, 403])
  await callEcr(registry, 'UntagResource', { resourceArn: arn, tagKeys: ['Team'] })
  expect((await callEcr(registry, 'ListImages', { repositoryName }, key)).status).toBe(403)
})
