import { expect, test } from 'bun:test'
import { newRepository } from '../../../test/contracts/metadata-store-fixture.ts'
import { FOUNDING_POLICY } from '../../../test/lifecycle/world.ts'
import { callEcr, sendAws } from '../../../test/support/aws-requests.ts'
import { readJson } from '../../../test/support/read-json.ts'
import { createRepository, openTestRegistry, TEST_KEY_ID } from '../../../test/support/test-registry.ts'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { ECR_TABLE, unavailableOperations } from './table.ts'

const OPERATIONS = Object.keys(ECR_TABLE)
const DIGEST = `sha256:${'0'.repeat(64)}`

/** Input that every working operation accepts, so that only who asks can be the reason for a "no". */
const INPUT = {
  repositoryName: 'team/app',
  resourceArn: 'arn:aws:ecr:us-east-1:000000000000:repository/team/app',
  imageManifest: '{}',
  imageIds: [{ imageTag: 'v1' }],
  subjectId: { imageDigest: DIGEST },
  layerDigests: [DIGEST],
  layerDigest: DIGEST,
  uploadId: '00000000-0000-0000-0000-000000000000',
  partFirstByte: 0,
  partLastByte: 0,
  layerPartBlob: 'AA==',
  imageTagMutability: 'IMMUTABLE',
  imageScanningConfiguration: { scanOnPush: true },
  tags: [{ Key: 'k', Value: 'v' }],
  tagKeys: ['k'],
  name: 'BLOB_MOUNTING',
  value: 'DISABLED',
  prefix: 'team',
  appliedFor: ['CREATE_ON_PUSH'],
  policyText: '{}',
  imageId: { imageTag: 'v1' },
  targetStorageClass: 'ARCHIVE',
  lifecyclePolicyText: FOUNDING_POLICY,
}

test('no operation answers an unsigned request, a wrong secret or an unknown key', async () => {
  await using registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
  for (const operation of OPERATIONS) {
    const type = async (options: object) => (await callEcr(registry, operation, INPUT, options)).json.__type
    const types = [
      await type({ unsigned: true }),
      await type({ secret: 'wrong' }),
      await type({ accessKeyId: 'AKIANOBODY' }),
      await type({ accessKeyId: 'AKIANOBODY', secret: 'no access key has this secret' }),
      await type({ region: 'eu-west-1' }),
      await type({ service: 'sts' }),
    ]
    expect([operation, ...types]).toEqual([
      operation,
      'MissingAuthenticationTokenException',
      'InvalidSignatureException',
      'InvalidSignatureException',
      'InvalidSignatureException',
      'IncompleteSignatureException',
      'IncompleteSignatureException',
    ])
  }
})

test('an unknown key and a wrong secret are told the very same', async () => {
  await using registry = await openTestRegistry()
  const wrongSecret = await callEcr(registry, 'DescribeRegistry', {}, { secret: 'wrong' })
  const unknownKey = await callEcr(registry, 'DescribeRegistry', {}, { accessKeyId: `${TEST_KEY_ID}X` })
  expect(unknownKey.json).toEqual(wrongSecret.json)
  expect(unknownKey.status).toBe(wrongSecret.status)
})

test("no working operation does anything in another account's registry", async () => {
  await using registry = await openTestRegistry()
  const unavailable = new Set<string>(unavailableOperations())
  // A token is for its caller, whatever registry it will be used with.
  const working = OPERATIONS.filter((name) => !unavailable.has(name) && name !== 'GetAuthorizationToken')
  const foreign = {
    ...INPUT,
    registryId: '999999999999',
    registryIds: ['999999999999'],
    resourceArn: INPUT.resourceArn.replace('000000000000', '999999999999'),
  }
  for (const operation of working) {
    const { json } = await callEcr(registry, operation, foreign)
    expect([operation, json.__type]).toEqual([operation, 'AccessDeniedException'])
    expect(json.message).toStartWith(`User: arn:aws:iam::000000000000:root is not authorized to perform: ecr:`)
  }
})

test('an ARN says whose repository it names: the same name here is not meant', async () => {
  await using registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
  const resourceArn = INPUT.resourceArn.replace('000000000000', '999999999999')
  for (const operation of ['TagResource', 'UntagResource', 'ListTagsForResource']) {
    const { json } = await callEcr(registry, operation, { ...INPUT, resourceArn })
    expect([operation, json.__type]).toEqual([operation, 'AccessDeniedException'])
    expect(json.message).toContain(resourceArn)
  }
  const { id } = (await registry.services.metadata.findRepository(
    registry.caller.registry.id,
    parseRepositoryName('team/app'),
  )) ?? { id: 0 }
  expect(await registry.services.metadata.listResourceTags(id)).toEqual([])
})

test('what a stranger is told of a repository does not depend on whether it exists', async () => {
  await using registry = await openTestRegistry()
  const { metadata } = registry.services
  const other = await metadata.transact((transaction) => transaction.ensureRegistry('999999999999', 'us-east-1', 1))
  await metadata.transact((transaction) => transaction.insertRepository(newRepository(other, 'team/app')))
  const answer = async (repositoryName: string) => {
    const { json, status } = await callEcr(registry, 'ListImages', { repositoryName, registryId: '999999999999' })
    return [status, json.__type, json.message.replaceAll(repositoryName, 'NAME').replace(/[0-9a-f-]{36}/, 'ID')]
  }
  expect(await answer('team/app')).toEqual(await answer('team/none'))
})

test('a signature does not carry over to another operation', async () => {
  await using registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
  const target = (operation: string) => `AmazonEC2ContainerRegistry_V20150921.${operation}`
  const body = JSON.stringify({ repositoryName: 'team/app', repositoryNames: ['team/app'] })
  let captured: Record<string, string> = {}
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target('DescribeRepositories') }
  const sent = await sendAws(registry, { headers, body }, { onSigned: (signed) => (captured = signed) })
  expect(sent.status).toBe(200)
  const replayed = { ...captured, 'x-amz-target': target('DeleteRepository') }
  const response = await sendAws(registry, { headers: replayed, body }, { unsigned: true })
  expect((await readJson<{ __type: string }>(response)).__type).toBe('InvalidSignatureException')
})

test('wrong identifiers of a registry are invalid, not foreign', async () => {
  await using registry = await openTestRegistry()
  for (const registryId of ['', '1', 'abcdefabcdef', 5]) {
    const { json } = await callEcr(registry, 'DescribeRepositories', { registryId })
    expect(json.__type).toBe('InvalidParameterException')
  }
})
