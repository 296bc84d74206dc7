import { expect, test } from 'bun:test'
import { AWS_HOST, callEcr } from '../../../test/support/aws-requests.ts'
import { bytesOf, imageManifest, pushBlob, pushImage } from '../../../test/support/images.ts'
import { requestContext } from '../../../test/support/request-context.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { digestOf } from '../../core/content-digest.ts'
import { serveLayer } from './serve-layer.ts'

const NAME = 'team/app'
const UNKNOWN = `sha256:${'0'.repeat(64)}`

async function open(): Promise<TestRegistry> {
  const registry = await openTestRegistry()
  await createRepository(registry, NAME)
  return registry
}

const call = (registry: TestRegistry, operation: string, input: object = {}) =>
  callEcr(registry, operation, { repositoryName: NAME, ...input })

function part(uploadId: string, partFirstByte: number, text: string): object {
  const layerPartBlob = Buffer.from(text).toString('base64')
  return { uploadId, partFirstByte, partLastByte: partFirstByte + text.length - 1, layerPartBlob }
}

async function initiate(registry: TestRegistry): Promise<string> {
  return (await call(registry, 'InitiateLayerUpload')).json.uploadId
}

async function serve(registry: TestRegistry, url: string, headers: Record<string, string> = {}): Promise<Response> {
  return await serveLayer(registry.services, new Request(url, { headers }), requestContext())
}

test('a layer goes up in parts and is there by OCI', async () => {
  await using registry = await open()
  const started = await call(registry, 'InitiateLayerUpload')
  expect(started.json).toEqual({ uploadId: expect.stringMatching(/^[0-9a-f-]{36}$/), partSize: 10_485_760 })
  const { uploadId } = started.json
  const first = await call(registry, 'UploadLayerPart', part(uploadId, 0, 'hello '))
  expect(first.json).toEqual({ registryId: '000000000000', repositoryName: NAME, uploadId, lastByteReceived: 5 })
  expect((await call(registry, 'UploadLayerPart', part(uploadId, 6, 'world'))).json.lastByteReceived).toBe(10)
  const digest = digestOf(bytesOf('hello world'))
  const done = await call(registry, 'CompleteLayerUpload', { uploadId, layerDigests: [digest] })
  expect(done.json).toEqual({ registryId: '000000000000', repositoryName: NAME, uploadId, layerDigest: digest })
  const blob = await registry.send('GET', `/v2/${NAME}/blobs/${digest}`)
  expect(await blob.text()).toBe('hello world')
})

test('a part that does not follow the last one is told where to go on', async () => {
  await using registry = await open()
  const uploadId = await initiate(registry)
  await call(registry, 'UploadLayerPart', part(uploadId, 0, 'hello'))
  const refused = await call(registry, 'UploadLayerPart', part(uploadId, 9, 'world'))
  expect(refused.json).toEqual({
    __type: 'InvalidLayerPartException',
    message: expect.any(String),
    registryId: '000000000000',
    repositoryName: NAME,
    uploadId,
    lastValidByteReceived: 4,
  })
})

test('parts that are no base64, lie about their size or belong to no upload', async () => {
  await using registry = await open()
  const uploadId = await initiate(registry)
  const type = async (more: object) =>
    (await call(registry, 'UploadLayerPart', { ...part(uploadId, 0, 'hello'), ...more })).json.__type
  for (const layerPartBlob of ['aGVsbG8', 'aGVsbG8=junk', 'aGV*bG8=', 'a', 5]) {
    expect([layerPartBlob, await type({ layerPartBlob })]).toEqual([layerPartBlob, 'InvalidParameterException'])
  }
  expect(await type({ partLastByte: 5 })).toBe('InvalidLayerPartException')
  expect(await type({ partFirstByte: -1 })).toBe('InvalidParameterException')
  expect(await type({ uploadId: '00000000-0000-0000-0000-000000000000' })).toBe('UploadNotFoundException')
  expect(await type({ uploadId: '../../x' })).toBe('UploadNotFoundException')
})

test("CompleteLayerUpload's refusals", async () => {
  await using registry = await open()
  const complete = async (uploadId: string, ...layerDigests: string[]) =>
    (await call(registry, 'CompleteLayerUpload', { uploadId, layerDigests })).json.__type
  const digest = digestOf(bytesOf('hello'))
  expect(await complete(await initiate(registry), digest)).toBe('EmptyUploadException')
  const uploadId = await initiate(registry)
  await call(registry, 'UploadLayerPart', part(uploadId, 0, 'hello'))
  expect(await complete(uploadId, 'nonsense')).toBe('InvalidParameterException')
  expect(await complete(uploadId, digest, digest)).toBe('InvalidParameterException')
  expect(await complete(uploadId, UNKNOWN)).toBe('InvalidLayerException')
  expect(await complete(uploadId, digest)).toBe('UploadNotFoundException')
})

test('a layer that is there already is refused as ECR does, and stays', async () => {
  await using registry = await open()
  const digest = await pushBlob(registry, NAME, 'hello')
  const uploadId = await initiate(registry)
  await call(registry, 'UploadLayerPart', part(uploadId, 0, 'hello'))
  const { json } = await call(registry, 'CompleteLayerUpload', { uploadId, layerDigests: [digest] })
  expect(json.__type).toBe('LayerAlreadyExistsException')
  expect((await registry.send('GET', `/v2/${NAME}/blobs/${digest}`)).status).toBe(200)
})

test('BatchCheckLayerAvailability answers layers, and failures for what is no digest', async () => {
  await using registry = await open()
  const digest = await pushBlob(registry, NAME, 'hello')
  const layerDigests = [digest, UNKNOWN, 'nonsense', '', digest]
  const { json } = await call(registry, 'BatchCheckLayerAvailability', { layerDigests })
  expect(json.layers).toEqual([
    { layerDigest: digest, layerAvailability: 'AVAILABLE', layerSize: 5 },
    { layerDigest: UNKNOWN, layerAvailability: 'UNAVAILABLE' },
  ])
  expect(json.failures.map((failure: { failureCode: string }) => failure.failureCode)).toEqual([
    'InvalidLayerDigest',
    'MissingLayerDigest',
  ])
})

test('GetDownloadUrlForLayer gives an address that needs no credential, for an hour', async () => {
  await using registry = await open()
  const image = imageManifest(['the layer'])
  await pushImage(registry, NAME, 'v1', image)
  const layerDigest = digestOf(bytesOf('the layer'))
  const { json } = await call(registry, 'GetDownloadUrlForLayer', { layerDigest })
  expect(json.layerDigest).toBe(layerDigest)
  expect(json.downloadUrl).toStartWith(`http://${AWS_HOST}/_lading/layers/`)
  expect(await (await serve(registry, json.downloadUrl)).text()).toBe('the layer')
  const range = await serve(registry, json.downloadUrl, { range: 'bytes=4-8' })
  expect([range.status, await range.text()]).toEqual([206, 'layer'])

  registry.clock.advance(3_600_000)
  expect((await serve(registry, json.downloadUrl)).status).toBe(403)
})

test('a download address that was changed, or is somebody else’s text, opens nothing', async () => {
  await using registry = await open()
  const layerDigest = await pushBlob(registry, NAME, 'hello')
  await pushBlob(registry, NAME, 'other')
  const { downloadUrl } = (await call(registry, 'GetDownloadUrlForLayer', { layerDigest })).json
  const [version, keyId, payload = '', mac = ''] = downloadUrl.slice(downloadUrl.lastIndexOf('/') + 1).split('.')
  const forged = Buffer.from(
    Buffer.from(payload, 'base64url')
      .toString()
      .replace(layerDigest, digestOf(bytesOf('other'))),
  ).toString('base64url')
  const base = downloadUrl.slice(0, downloadUrl.lastIndexOf('/') + 1)
  const good = `${version}.${keyId}.${payload}`
  const wrong = [
    `${version}.${keyId}.${forged}.${mac}`,
    `${good}.${mac}x`,
    `${good}.`,
    good,
    '',
    '.',
    `${good}.${mac}=`,
  ]
  for (const token of wrong) expect([token, (await serve(registry, `${base}${token}`)).status]).toEqual([token, 403])
  const { authorizationToken } = (await callEcr(registry, 'GetAuthorizationToken')).json.authorizationData[0]
  const password = Buffer.from(authorizationToken, 'base64').toString().slice('AWS:'.length)
  expect((await serve(registry, `${base}${password}`)).status).toBe(403)
})

test('a download address is no good for another repository of the same name', async () => {
  await using registry = await open()
  const layerDigest = await pushBlob(registry, NAME, 'hello')
  const { downloadUrl } = (await call(registry, 'GetDownloadUrlForLayer', { layerDigest })).json
  expect((await serve(registry, downloadUrl)).status).toBe(200)

  await call(registry, 'DeleteRepository', { force: true })
  expect((await serve(registry, downloadUrl)).status).toBe(403)
  await createRepository(registry, NAME)
  await pushBlob(registry, NAME, 'hello')
  const stale = await serve(registry, downloadUrl)
  expect([stale.status, await stale.text()]).toEqual([403, expect.stringContaining('is not there any more')])
})

test('GetDownloadUrlForLayer refuses a layer that the repository does not hold', async () => {
  await using registry = await open()
  const { json } = await call(registry, 'GetDownloadUrlForLayer', { layerDigest: UNKNOWN })
  expect(json.__type).toBe('LayersNotFoundException')
})
