import { afterAll, beforeAll, expect, test } from 'bun:test'
import * as sdk from '@aws-sdk/client-ecr'
import { FOUNDING_POLICY } from '../../../test/lifecycle/world.ts'
import { imageManifest } from '../../../test/support/images.ts'
import { requestContext } from '../../../test/support/request-context.ts'
import { openTestRegistry, TEST_KEY_ID, TEST_SECRET, type TestRegistry } from '../../../test/support/test-registry.ts'
import { SystemClock } from '../../adapters/system-clock.ts'
import { digestOf } from '../../core/content-digest.ts'
import type { Services } from '../../services/context.ts'
import { handleAwsRequest } from '../handle-aws-request.ts'
import { handleOciRequest } from '../oci/handle.ts'
import { LAYERS_PATH, serveLayer } from './serve-layer.ts'
import { ECR_TABLE, unavailableOperations } from './table.ts'

const repositoryName = 'team/app'
const REPOSITORY_ARN = 'arn:aws:ecr:us-east-1:000000000000:repository/team/app'

let registry: TestRegistry
let server: ReturnType<typeof Bun.serve>
let client: sdk.ECRClient
/** Every operation that this file has called; the last test looks for the ones it has not. */
const called = new Set<string>()

beforeAll(async () => {
  registry = await openTestRegistry()
  // The SDK signs with the real time.
  const services = { ...registry.services, clock: new SystemClock() }
  server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: (request) => route(services, request) })
  client = connect({ accessKeyId: TEST_KEY_ID, secretAccessKey: TEST_SECRET })
})

afterAll(async () => {
  client.destroy()
  await server.stop(true)
  await registry[Symbol.asyncDispose]()
})

async function route(services: Services, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  const context = requestContext({ host: new URL(request.url).host })
  if (pathname.startsWith(LAYERS_PATH)) return await serveLayer(services, request, context)
  if (pathname.startsWith('/v2')) return await handleOciRequest(services, request, context)
  return await handleAwsRequest(services, request, context, { version: '9.9.9' })
}

function connect(credentials: { accessKeyId: string; secretAccessKey: string }): sdk.ECRClient {
  return new sdk.ECRClient({ region: 'us-east-1', endpoint: server.url.origin, credentials, maxAttempts: 1 })
}

type Send = typeof client.send

/** Sends a command and notes which. */
const send: Send = ((command: { constructor: { name: string } }) => {
  called.add(command.constructor.name.replace(/Command$/, ''))
  // The client's own overloads give each command its output; this only passes them through.
  return client.send(command as Parameters<Send>[0])
}) as Send

async function uploadLayer(text: string): Promise<string> {
  const bytes = Buffer.from(text)
  const { uploadId } = await send(new sdk.InitiateLayerUploadCommand({ repositoryName }))
  const part = { partFirstByte: 0, partLastByte: bytes.byteLength - 1, layerPartBlob: bytes }
  await send(new sdk.UploadLayerPartCommand({ repositoryName, uploadId, ...part }))
  const layerDigests = [digestOf(bytes)]
  const done = await send(new sdk.CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests }))
  return done.layerDigest ?? ''
}

test('repositories through the SDK: times are dates, settings come back', async () => {
  const created = await send(new sdk.CreateRepositoryCommand({ repositoryName }))
  expect(created.repository?.createdAt).toBeInstanceOf(Date)
  const settings = { repositoryName, imageScanningConfiguration: { scanOnPush: true } }
  await send(new sdk.PutImageScanningConfigurationCommand(settings))
  await send(new sdk.PutImageTagMutabilityCommand({ repositoryName, imageTagMutability: 'IMMUTABLE' }))
  const tags = [{ Key: 'team', Value: 'blue' }]
  await send(new sdk.TagResourceCommand({ resourceArn: REPOSITORY_ARN, tags: [...tags, { Key: 'x', Value: '' }] }))
  await send(new sdk.UntagResourceCommand({ resourceArn: REPOSITORY_ARN, tagKeys: ['x'] }))
  expect((await send(new sdk.ListTagsForResourceCommand({ resourceArn: REPOSITORY_ARN }))).tags).toEqual(tags)
  const { repositories } = await send(new sdk.DescribeRepositoriesCommand({}))
  expect(repositories?.[0]).toMatchObject({
    imageTagMutability: 'IMMUTABLE',
    imageScanningConfiguration: { scanOnPush: true },
  })
})

test('an image through the SDK, from its layers to its deletion', async () => {
  const image = imageManifest(['a layer'])
  for (const blob of image.blobs) await uploadLayer(blob)
  const layerDigest = digestOf(Buffer.from('a layer'))
  const check = await send(new sdk.BatchCheckLayerAvailabilityCommand({ repositoryName, layerDigests: [layerDigest] }))
  expect(check.layers?.[0]?.layerAvailability).toBe('AVAILABLE')
  await send(new sdk.PutImageCommand({ repositoryName, imageManifest: image.text, imageTag: 'v1' }))
  const imageIds = [{ imageTag: 'v1' }]
  const { images } = await send(new sdk.BatchGetImageCommand({ repositoryName, imageIds }))
  expect(images?.[0]?.imageManifest).toBe(image.text)
  const { imageDetails } = await send(new sdk.DescribeImagesCommand({ repositoryName }))
  expect(imageDetails?.[0]?.imagePushedAt).toBeInstanceOf(Date)
  const { downloadUrl } = await send(new sdk.GetDownloadUrlForLayerCommand({ repositoryName, layerDigest }))
  expect(await (await fetch(downloadUrl ?? '')).text()).toBe('a layer')
  const subjectId = { imageDigest: image.digest }
  expect((await send(new sdk.ListImageReferrersCommand({ repositoryName, subjectId }))).referrers).toEqual([])
  const deleted = await send(new sdk.BatchDeleteImageCommand({ repositoryName, imageIds }))
  expect(deleted.imageIds).toEqual([{ imageDigest: image.digest, imageTag: 'v1' }])
  expect((await send(new sdk.ListImagesCommand({ repositoryName }))).imageIds).toEqual([])
})

test('lifecycle policies and the archive through the SDK', async () => {
  const image = imageManifest(['another layer'])
  for (const blob of image.blobs) await uploadLayer(blob)
  await send(new sdk.PutImageCommand({ repositoryName, imageManifest: image.text, imageTag: 'v2' }))
  await send(new sdk.PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: FOUNDING_POLICY }))
  const { lifecyclePolicyText } = await send(new sdk.GetLifecyclePolicyCommand({ repositoryName }))
  expect(lifecyclePolicyText).toBe(FOUNDING_POLICY)
  await send(new sdk.StartLifecyclePolicyPreviewCommand({ repositoryName }))
  const client = connect({ accessKeyId: TEST_KEY_ID, secretAccessKey: TEST_SECRET })
  const waited = await sdk.waitUntilLifecyclePolicyPreviewComplete(
    { client, maxWaitTime: 20, minDelay: 1, maxDelay: 1 },
    { repositoryName },
  )
  expect(waited.state as string).toBe('SUCCESS')
  const preview = await send(new sdk.GetLifecyclePolicyPreviewCommand({ repositoryName }))
  expect(preview).toMatchObject({ status: 'COMPLETE', previewResults: [], summary: { expiringImageTotalCount: 0 } })
  const imageId = { imageTag: 'v2' }
  const archive = { repositoryName, imageId, targetStorageClass: 'ARCHIVE' } as const
  expect((await send(new sdk.UpdateImageStorageClassCommand(archive))).imageStatus).toBe('ARCHIVED')
  const again = await send(new sdk.UpdateImageStorageClassCommand(archive)).catch((error) => error)
  expect(again).toBeInstanceOf(sdk.ImageStorageClassUpdateNotSupportedException)
  expect((await send(new sdk.DescribeImagesCommand({ repositoryName }))).imageDetails).toEqual([])
  const filter = { imageStatus: 'ARCHIVED' } as const
  const { imageDetails } = await send(new sdk.DescribeImagesCommand({ repositoryName, filter }))
  expect(imageDetails?.[0]?.lastArchivedAt).toBeInstanceOf(Date)
  const restore = { ...archive, targetStorageClass: 'STANDARD' } as const
  expect((await send(new sdk.UpdateImageStorageClassCommand(restore))).imageStatus).toBe('ACTIVE')
  await send(new sdk.DeleteLifecyclePolicyCommand({ repositoryName }))
  const gone = await send(new sdk.GetLifecyclePolicyCommand({ repositoryName })).catch((error) => error)
  expect(gone).toBeInstanceOf(sdk.LifecyclePolicyNotFoundException)
})

test("the SDK's paginator walks all pages", async () => {
  for (let index = 0; index < 5; index++) {
    await send(new sdk.CreateRepositoryCommand({ repositoryName: `many/r${index}` }))
  }
  const names: (string | undefined)[] = []
  for await (const page of sdk.paginateDescribeRepositories({ client, pageSize: 2 }, {})) {
    names.push(...(page.repositories ?? []).map((repository) => repository.repositoryName))
  }
  expect(names).toEqual(['many/r0', 'many/r1', 'many/r2', 'many/r3', 'many/r4', 'team/app'])
})

test('the registry, its settings and its templates through the SDK', async () => {
  expect((await send(new sdk.DescribeRegistryCommand({}))).registryId).toBe('000000000000')
  const name = 'BLOB_MOUNTING'
  await send(new sdk.PutAccountSettingCommand({ name, value: 'ENABLED' }))
  expect((await send(new sdk.GetAccountSettingCommand({ name }))).value).toBe('ENABLED')
  const prefix = 'team'
  await send(new sdk.CreateRepositoryCreationTemplateCommand({ prefix, appliedFor: ['CREATE_ON_PUSH'] }))
  await send(new sdk.UpdateRepositoryCreationTemplateCommand({ prefix, description: 'ours' }))
  const described = await send(new sdk.DescribeRepositoryCreationTemplatesCommand({}))
  expect(described.repositoryCreationTemplates?.[0]?.updatedAt).toBeInstanceOf(Date)
  await send(new sdk.DeleteRepositoryCreationTemplateCommand({ prefix }))
})

test('policies of a repository and of the registry through the SDK', async () => {
  const statement = { Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' }
  const text = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  const set = await send(new sdk.SetRepositoryPolicyCommand({ repositoryName, policyText: text }))
  expect(JSON.parse(set.policyText ?? '')).toEqual(JSON.parse(text))
  expect((await send(new sdk.GetRepositoryPolicyCommand({ repositoryName }))).policyText).toBe(set.policyText)
  await send(new sdk.DeleteRepositoryPolicyCommand({ repositoryName }))
  const gone = await send(new sdk.GetRepositoryPolicyCommand({ repositoryName })).catch((error) => error)
  expect(gone).toBeInstanceOf(sdk.RepositoryPolicyNotFoundException)
  const policyText = text.replace('"Action"', '"Resource":"*","Action"')
  const put = await send(new sdk.PutRegistryPolicyCommand({ policyText }))
  expect((await send(new sdk.GetRegistryPolicyCommand({}))).policyText).toBe(put.policyText)
  await send(new sdk.DeleteRegistryPolicyCommand({}))
  const none = await send(new sdk.GetRegistryPolicyCommand({})).catch((error) => error)
  expect(none).toBeInstanceOf(sdk.RegistryPolicyNotFoundException)
})

test('a token of the SDK logs in at its proxyEndpoint', async () => {
  const { authorizationData } = await send(new sdk.GetAuthorizationTokenCommand({}))
  const { proxyEndpoint, authorizationToken, expiresAt } = authorizationData?.[0] ?? {}
  expect(expiresAt).toBeInstanceOf(Date)
  const login = await fetch(`${proxyEndpoint}/v2/`, { headers: { authorization: `Basic ${authorizationToken}` } })
  expect(login.status).toBe(200)
})

test("refusals are the SDK's own exception classes", async () => {
  const caught = await send(new sdk.ListImagesCommand({ repositoryName: 'team/none' })).catch((error) => error)
  expect(caught).toBeInstanceOf(sdk.RepositoryNotFoundException)
  const { uploadId } = await send(new sdk.InitiateLayerUploadCommand({ repositoryName }))
  const part = { partFirstByte: 5, partLastByte: 5, layerPartBlob: Buffer.from('x') }
  const late = await send(new sdk.UploadLayerPartCommand({ repositoryName, uploadId, ...part })).catch((error) => error)
  expect(late).toBeInstanceOf(sdk.InvalidLayerPartException)
  expect(late).toMatchObject({ repositoryName, uploadId })
  const wrong = connect({ accessKeyId: TEST_KEY_ID, secretAccessKey: 'wrong' })
  const stranger = await wrong.send(new sdk.DescribeRegistryCommand({})).catch((error) => error)
  expect(stranger.name).toBe('InvalidSignatureException')
})

test('operations that are not available yet say so through the SDK', async () => {
  for (const operation of unavailableOperations()) {
    // Its constructor wants an input of its own type; here it gets one that no operation looks at.
    // biome-ignore lint/performance/noDynamicNamespaceImportAccess: every command there is, by its name
    const Command = sdk[`${operation}Command`] as unknown as new (input: object) => sdk.DescribeRegistryCommand
    const refused = await send(new Command({ repositoryName })).catch((error) => error)
    expect([refused.name, refused.message]).toEqual([
      'UnsupportedOperationException',
      `${operation} is not available yet in Lading 9.9.9.`,
    ])
  }
})

test('that was every operation', async () => {
  const repository = await send(new sdk.DeleteRepositoryCommand({ repositoryName, force: true }))
  expect(repository.repository?.repositoryName).toBe(repositoryName)
  expect(Object.keys(ECR_TABLE).filter((operation) => !called.has(operation))).toEqual([])
})
