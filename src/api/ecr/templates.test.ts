import { expect, test } from 'bun:test'
import { callEcr } from '../../../test/support/aws-requests.ts'
import { openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'

const create = (registry: TestRegistry, prefix: string, more: object = {}) =>
  callEcr(registry, 'CreateRepositoryCreationTemplate', { prefix, appliedFor: ['CREATE_ON_PUSH'], ...more })

/** Begins an upload by OCI, which is where a push makes its repository. */
const push = (registry: TestRegistry, name: string) => registry.send('POST', `/v2/${name}/blobs/uploads/`)

async function describe(registry: TestRegistry, name: string): Promise<Record<string, unknown>> {
  return (await callEcr(registry, 'DescribeRepositories', { repositoryNames: [name] })).json.repositories?.[0]
}

test('a template is created, shown, changed and deleted', async () => {
  await using registry = await openTestRegistry()
  const policy = '{"Version":"2012-10-17","Statement":[]}'
  const created = await create(registry, 'team-a/', {
    description: 'one',
    repositoryPolicy: policy,
    lifecyclePolicy: '{ }',
  })
  const seconds = registry.clock.nowMs() / 1000
  const template = {
    prefix: 'team-a',
    description: 'one',
    encryptionConfiguration: { encryptionType: 'AES256' },
    resourceTags: [],
    imageTagMutability: 'MUTABLE',
    repositoryPolicy: policy,
    lifecyclePolicy: '{ }',
    appliedFor: ['CREATE_ON_PUSH'],
    createdAt: seconds,
    updatedAt: seconds,
  }
  expect(created.json).toEqual({ registryId: '000000000000', repositoryCreationTemplate: template })

  registry.clock.advance(5000)
  const change = { prefix: 'team-a', imageTagMutability: 'IMMUTABLE', resourceTags: [{ Key: 'k', Value: 'v' }] }
  const changed = { ...template, ...change, updatedAt: seconds + 5 }
  const updated = await callEcr(registry, 'UpdateRepositoryCreationTemplate', change)
  expect(updated.json.repositoryCreationTemplate).toEqual(changed)
  const described = await callEcr(registry, 'DescribeRepositoryCreationTemplates', { prefixes: ['team-a'] })
  expect(described.json.repositoryCreationTemplates).toEqual([changed])

  const deleted = await callEcr(registry, 'DeleteRepositoryCreationTemplate', { prefix: 'team-a' })
  expect(deleted.json.repositoryCreationTemplate).toEqual(changed)
  expect((await callEcr(registry, 'DescribeRepositoryCreationTemplates')).json.repositoryCreationTemplates).toEqual([])
})

test('templates that exist, that do not, and that are malformed', async () => {
  await using registry = await openTestRegistry()
  await create(registry, 'team-a')
  expect((await create(registry, 'team-a/')).json.__type).toBe('TemplateAlreadyExistsException')
  for (const operation of ['UpdateRepositoryCreationTemplate', 'DeleteRepositoryCreationTemplate']) {
    expect((await callEcr(registry, operation, { prefix: 'other' })).json.__type).toBe('TemplateNotFoundException')
  }
  const wrong = [
    { appliedFor: [] },
    { appliedFor: ['PUSH'] },
    { appliedFor: undefined },
    { description: 'x'.repeat(257) },
  ]
  for (const more of wrong) expect((await create(registry, 'b', more)).json.__type).toBe('InvalidParameterException')
  expect((await create(registry, 'No')).json.__type).toBe('InvalidParameterException')
})

test('templates page by prefix', async () => {
  await using registry = await openTestRegistry()
  for (const prefix of ['c', 'a', 'b']) await create(registry, prefix)
  const first = await callEcr(registry, 'DescribeRepositoryCreationTemplates', { maxResults: 2 })
  const { nextToken } = first.json
  const second = await callEcr(registry, 'DescribeRepositoryCreationTemplates', { maxResults: 2, nextToken })
  const prefixes = [first, second].map(({ json }) =>
    json.repositoryCreationTemplates.map((t: { prefix: string }) => t.prefix),
  )
  expect(prefixes).toEqual([['a', 'b'], ['c']])
  expect(second.json.nextToken).toBeUndefined()
})

test('create on push: the longest prefix wins, ROOT is for the rest, others do not apply', async () => {
  await using registry = await openTestRegistry()
  await create(registry, 'ROOT', { imageTagMutability: 'IMMUTABLE' })
  await create(registry, 'team', { imageScanningConfiguration: {}, resourceTags: [{ Key: 'owner', Value: 'team' }] })
  await create(registry, 'team/deep', { appliedFor: ['REPLICATION'], imageTagMutability: 'IMMUTABLE' })
  for (const name of ['team/app', 'team/deep/app', 'teamwork', 'team']) {
    expect((await push(registry, name)).status).toBe(202)
  }
  expect((await describe(registry, 'team/app')).imageTagMutability).toBe('MUTABLE')
  expect((await describe(registry, 'team/deep/app')).imageTagMutability).toBe('MUTABLE')
  expect((await describe(registry, 'teamwork')).imageTagMutability).toBe('IMMUTABLE')
  expect((await describe(registry, 'team')).imageTagMutability).toBe('IMMUTABLE')
  const resourceArn = 'arn:aws:ecr:us-east-1:000000000000:repository/team/app'
  const tags = await callEcr(registry, 'ListTagsForResource', { resourceArn })
  expect(tags.json.tags).toEqual([{ Key: 'owner', Value: 'team' }])
})

test('create on push: without a template a push is told that there is no repository', async () => {
  await using registry = await openTestRegistry()
  await create(registry, 'team', { appliedFor: ['PULL_THROUGH_CACHE', 'REPLICATION'] })
  const response = await push(registry, 'team/app')
  expect(response.status).toBe(404)
  expect(await response.text()).toContain("The repository with name 'team/app' does not exist in the registry")
  expect((await callEcr(registry, 'DescribeRepositories')).json.repositories).toEqual([])
})

test('create on push: pushes that come at once get one repository', async () => {
  await using registry = await openTestRegistry()
  await create(registry, 'ROOT')
  const answers = await Promise.all(Array.from({ length: 20 }, () => push(registry, 'team/app')))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
  expect((await callEcr(registry, 'DescribeRepositories')).json.repositories).toHaveLength(1)
})

test('a page holds 100 templates at most, whatever is asked for, and a prefix counts once', async () => {
  await using registry = await openTestRegistry()
  for (let index = 0; index < 103; index++) await create(registry, `team-${index}`)
  const list = (input: object) => callEcr(registry, 'DescribeRepositoryCreationTemplates', input)
  const first = (await list({ maxResults: 1000 })).json
  expect(first.repositoryCreationTemplates).toHaveLength(100)
  const second = (await list({ maxResults: 1000, nextToken: first.nextToken })).json
  expect([second.repositoryCreationTemplates.length, second.nextToken]).toEqual([3, undefined])
  const named = (await list({ prefixes: Array(100).fill('team-1') })).json
  expect(named.repositoryCreationTemplates).toHaveLength(1)
})
