import { expect, test } from 'bun:test'
import { AWS_HOST, callEcr } from '../../../test/support/aws-requests.ts'
import { pushImage } from '../../../test/support/images.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'

const ARN = 'arn:aws:ecr:us-east-1:000000000000:repository/'

async function names(registry: TestRegistry, input: object): Promise<string[]> {
  const { json } = await callEcr(registry, 'DescribeRepositories', input)
  return json.repositories.map((repository: { repositoryName: string }) => repository.repositoryName)
}

test('CreateRepository answers everything that Terraform compares, times as seconds', async () => {
  await using registry = await openTestRegistry()
  const { json } = await callEcr(registry, 'CreateRepository', { repositoryName: 'team/app' })
  expect(json.repository).toEqual({
    repositoryArn: `${ARN}team/app`,
    registryId: '000000000000',
    repositoryName: 'team/app',
    repositoryUri: `${AWS_HOST}/team/app`,
    createdAt: registry.clock.nowMs() / 1000,
    imageTagMutability: 'MUTABLE',
    imageScanningConfiguration: { scanOnPush: false },
    encryptionConfiguration: { encryptionType: 'AES256' },
  })
})

test('CreateRepository keeps what it is given', async () => {
  await using registry = await openTestRegistry()
  const input = {
    repositoryName: 'team/app',
    imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
    imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'dev-*' }],
    imageScanningConfiguration: { scanOnPush: true },
    encryptionConfiguration: { encryptionType: 'KMS' },
    tags: [{ Key: 'team', Value: 'blue' }],
  }
  await callEcr(registry, 'CreateRepository', input)
  const { json } = await callEcr(registry, 'DescribeRepositories', { repositoryNames: ['team/app'] })
  expect(json.repositories[0]).toMatchObject({
    imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
    imageTagMutabilityExclusionFilters: input.imageTagMutabilityExclusionFilters,
    imageScanningConfiguration: { scanOnPush: true },
    encryptionConfiguration: { encryptionType: 'KMS', kmsKey: expect.stringContaining('alias/aws/ecr') },
  })
  const tags = await callEcr(registry, 'ListTagsForResource', { resourceArn: `${ARN}team/app` })
  expect(tags.json).toEqual({ tags: input.tags })
})

test('CreateRepository refuses a name twice and names that are none', async () => {
  await using registry = await openTestRegistry()
  await callEcr(registry, 'CreateRepository', { repositoryName: 'team/app' })
  const again = await callEcr(registry, 'CreateRepository', { repositoryName: 'team/app' })
  expect(again.json).toEqual({
    __type: 'RepositoryAlreadyExistsException',
    message: "The repository with name 'team/app' already exists in the registry with id '000000000000'",
  })
  for (const repositoryName of ['A', 'a', 'a//b', '../x', 'a b', 'a/', 5, undefined, 'a'.repeat(256)]) {
    const { json } = await callEcr(registry, 'CreateRepository', { repositoryName })
    expect([repositoryName, json.__type]).toEqual([repositoryName, 'InvalidParameterException'])
    expect(json.message).toStartWith("Invalid parameter at 'repositoryName' failed to satisfy constraint: '")
  }
})

test('DescribeRepositories pages in the order of names', async () => {
  await using registry = await openTestRegistry()
  for (const name of ['bb', 'aa', 'ee', 'dd', 'cc']) await createRepository(registry, name)
  const first = await callEcr(registry, 'DescribeRepositories', { maxResults: 2 })
  const { nextToken } = first.json
  expect(first.json.repositories).toHaveLength(2)
  expect(await names(registry, { maxResults: 2, nextToken })).toEqual(['cc', 'dd'])
  expect(await names(registry, { maxResults: 5 })).toEqual(['aa', 'bb', 'cc', 'dd', 'ee'])
  const last = await callEcr(registry, 'DescribeRepositories', { maxResults: 5 })
  expect(last.json.nextToken).toBeUndefined()
})

test('DescribeRepositories refuses bad pages, and pages beside names', async () => {
  await using registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
  const inputs = [
    { maxResults: 1001 },
    { maxResults: 0 },
    { nextToken: 'team/app' },
    { repositoryNames: ['team/app'], maxResults: 5 },
    { repositoryNames: [] },
  ]
  for (const input of inputs) {
    expect((await callEcr(registry, 'DescribeRepositories', input)).json.__type).toBe('InvalidParameterException')
  }
  const missing = await callEcr(registry, 'DescribeRepositories', { repositoryNames: ['team/app', 'team/none'] })
  expect(missing.json.message).toContain("'team/none'")
})

test('DeleteRepository refuses one with images unless forced, and answers what it was', async () => {
  await using registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
  await pushImage(registry, 'team/app', 'v1')
  const refused = await callEcr(registry, 'DeleteRepository', { repositoryName: 'team/app' })
  expect(refused.json).toEqual({
    __type: 'RepositoryNotEmptyException',
    message:
      "The repository with name 'team/app' in registry with id '000000000000' cannot be deleted because it still contains images",
  })
  const deleted = await callEcr(registry, 'DeleteRepository', { repositoryName: 'team/app', force: true })
  expect(deleted.json.repository.repositoryName).toBe('team/app')
  const again = await callEcr(registry, 'DeleteRepository', { repositoryName: 'team/app', force: true })
  expect(again.json.__type).toBe('RepositoryNotFoundException')
})

test('PutImageTagMutability replaces mode and filters', async () => {
  await using registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
  const filters = [{ filterType: 'WILDCARD', filter: 'latest' }]
  const change = { repositoryName: 'team/app', imageTagMutability: 'MUTABLE_WITH_EXCLUSION' }
  const put = await callEcr(registry, 'PutImageTagMutability', {
    ...change,
    imageTagMutabilityExclusionFilters: filters,
  })
  expect(put.json).toEqual({
    registryId: '000000000000',
    repositoryName: 'team/app',
    imageTagMutability: 'MUTABLE_WITH_EXCLUSION',
    imageTagMutabilityExclusionFilters: filters,
  })
  const back = await callEcr(registry, 'PutImageTagMutability', { ...change, imageTagMutability: 'IMMUTABLE' })
  expect(back.json.imageTagMutabilityExclusionFilters).toBeUndefined()
  const bare = await callEcr(registry, 'PutImageTagMutability', change)
  expect(bare.json.message).toContain("can't be null when imageTagMutability is set as MUTABLE_WITH_EXCLUSION")
})

test('PutImageScanningConfiguration is stored', async () => {
  await using registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
  const input = { repositoryName: 'team/app', imageScanningConfiguration: { scanOnPush: true } }
  expect((await callEcr(registry, 'PutImageScanningConfiguration', input)).json.imageScanningConfiguration).toEqual({
    scanOnPush: true,
  })
  const { json } = await callEcr(registry, 'DescribeRepositories')
  expect(json.repositories[0].imageScanningConfiguration).toEqual({ scanOnPush: true })
})

test('TagResource merges, UntagResource passes over what is missing', async () => {
  await using registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
  const resourceArn = `${ARN}team/app`
  const put = (tags: object) => callEcr(registry, 'TagResource', { resourceArn, tags })
  await put([
    { Key: 'a', Value: '1' },
    { Key: 'b', Value: '2' },
  ])
  expect((await put([{ Key: 'b', Value: '3' }])).json).toEqual({})
  await callEcr(registry, 'UntagResource', { resourceArn, tagKeys: ['a', 'missing'] })
  const { json } = await callEcr(registry, 'ListTagsForResource', { resourceArn })
  expect(json).toEqual({ tags: [{ Key: 'b', Value: '3' }] })
  const many = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: '' }))
  expect((await put(many)).json.__type).toBe('TooManyTagsException')
  expect((await put([{ Key: 'aws:x', Value: '' }])).json.__type).toBe('InvalidTagParameterException')
})

test('resource ARNs must be of a repository here', async () => {
  await using registry = await openTestRegistry()
  const wrong = [
    'arn:aws:ecr:us-east-1:000000000000:repository/',
    'arn:aws:ecr:eu-west-1:000000000000:repository/team/app',
    'arn:aws:s3:::bucket',
    'team/app',
    '',
  ]
  for (const resourceArn of wrong) {
    const { json } = await callEcr(registry, 'ListTagsForResource', { resourceArn })
    expect(json.message).toBe("Invalid parameter at 'resourceArn' failed to satisfy constraint: 'Invalid ARN'")
  }
  const unknown = await callEcr(registry, 'ListTagsForResource', { resourceArn: `${ARN}team/none` })
  expect(unknown.json.__type).toBe('RepositoryNotFoundException')
})

test('account settings: defaults, changes, and names and values that are none', async () => {
  await using registry = await openTestRegistry()
  const get = async (name: string) => (await callEcr(registry, 'GetAccountSetting', { name })).json
  expect(await get('BLOB_MOUNTING')).toEqual({ name: 'BLOB_MOUNTING', value: 'ENABLED' })
  expect(await get('REGISTRY_POLICY_SCOPE')).toEqual({ name: 'REGISTRY_POLICY_SCOPE', value: 'V2' })
  const setting = { name: 'BLOB_MOUNTING', value: 'DISABLED' }
  expect((await callEcr(registry, 'PutAccountSetting', setting)).json).toEqual(setting)
  expect(await get('BLOB_MOUNTING')).toEqual(setting)
  const wrong = [{ ...setting, value: 'maybe' }, { name: 'toString', value: 'x' }, { name: 'BLOB_MOUNTING' }]
  for (const input of wrong) {
    expect((await callEcr(registry, 'PutAccountSetting', input)).json.__type).toBe('InvalidParameterException')
  }
})
