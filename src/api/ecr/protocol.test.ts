import { expect, test } from 'bun:test'
import * as sdk from '@aws-sdk/client-ecr'
import { callEcr, sendAws } from '../../../test/support/aws-requests.ts'
import { readJson } from '../../../test/support/read-json.ts'
import { openTestRegistry } from '../../../test/support/test-registry.ts'
import { ECR_TABLE } from './table.ts'

const TARGET = 'AmazonEC2ContainerRegistry_V20150921.'

test("the table has the operations that Amazon's SDK has commands for, and no others", () => {
  const commands = Object.keys(sdk).filter((name) => /^[A-Z]\w*Command$/.test(name))
  expect(Object.keys(ECR_TABLE).sort()).toEqual(commands.map((name) => name.replace(/Command$/, '')).sort())
})

test('answers are AWS JSON 1.1 with the request id', async () => {
  await using registry = await openTestRegistry()
  const answer = await callEcr(registry, 'DescribeRegistry')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('application/x-amz-json-1.1')
  expect(answer.headers.get('x-amzn-requestid')).toBe('request-1')
  expect(answer.json).toEqual({ registryId: '000000000000', replicationConfiguration: { rules: [] } })
})

test('errors name their type in the body and in a header', async () => {
  await using registry = await openTestRegistry()
  const answer = await callEcr(registry, 'DescribeRepositories', { repositoryNames: ['team/none'] })
  expect(answer.status).toBe(400)
  expect(answer.headers.get('x-amzn-errortype')).toBe('RepositoryNotFoundException')
  expect(answer.headers.get('x-amzn-requestid')).toBe('request-1')
  expect(answer.json).toEqual({
    __type: 'RepositoryNotFoundException',
    message: "The repository with name 'team/none' does not exist in the registry with id '000000000000'",
  })
})

test('an operation that is not there yet says so, after the signature was checked', async () => {
  await using registry = await openTestRegistry()
  const answer = await callEcr(registry, 'PutRegistryScanningConfiguration', {})
  expect(answer.json).toEqual({
    __type: 'UnsupportedOperationException',
    message: 'PutRegistryScanningConfiguration is not available yet in Lading 9.9.9.',
  })
  const stranger = await callEcr(registry, 'PutRegistryScanningConfiguration', {}, { secret: 'wrong' })
  expect(stranger.json.__type).toBe('InvalidSignatureException')
})

test('targets that are no operation of ECR', async () => {
  await using registry = await openTestRegistry()
  const targets = [
    `${TARGET}NoSuch`,
    `${TARGET}toString`,
    `${TARGET}constructor`,
    TARGET,
    'DynamoDB_20120810.ListTables',
    'x',
  ]
  for (const target of targets) {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target }
    const response = await sendAws(registry, { headers, body: '{}' })
    expect([target, response.status]).toEqual([target, 404])
    expect((await readJson<{ __type: string }>(response)).__type).toBe('UnknownOperationException')
  }
})

test('bodies that are no JSON object are invalid parameters', async () => {
  await using registry = await openTestRegistry()
  for (const body of ['', '[]', 'null', '"x"', '{', '{}}', '[['.repeat(100_000), '{"a":1}\u0000']) {
    const answer = await callEcr(registry, 'DescribeRegistry', body)
    expect([body.slice(0, 10), answer.status, answer.json.__type]).toEqual([
      body.slice(0, 10),
      400,
      'InvalidParameterException',
    ])
  }
})

test('members that an operation does not know, and nulls, are passed over', async () => {
  await using registry = await openTestRegistry()
  const answer = await callEcr(registry, 'DescribeRepositories', { nonsense: 1, maxResults: null, __proto__: { x: 1 } })
  expect(answer.json).toEqual({ repositories: [] })
})

test('a body past its limit is refused: 5 MiB for most, more for layer parts', async () => {
  await using registry = await openTestRegistry()
  const input = JSON.stringify({ padding: 'x'.repeat(5 * 1024 * 1024) })
  expect((await callEcr(registry, 'DescribeRegistry', input)).json.__type).toBe('LimitExceededException')
  const part = await callEcr(registry, 'UploadLayerPart', input)
  expect(part.json.__type).toBe('InvalidParameterException')
})
