import { afterEach, beforeEach, expect, test } from 'bun:test'
import { digestOf } from '../../src/core/content-digest.ts'
import {
  bytesOf,
  descriptor,
  imageManifest,
  indexOf,
  OCI_INDEX,
  OCI_MANIFEST,
  pushBlob,
  pushImage,
  putManifest,
} from '../support/images.ts'
import { readJson } from '../support/read-json.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
})
afterEach(async () => await registry[Symbol.asyncDispose]())

async function errorOf(response: Response): Promise<{ code: string; message: string; detail?: unknown }> {
  const body = await readJson<{ errors: { code: string; message: string; detail?: unknown }[] }>(response)
  const [first] = body.errors
  if (first === undefined) throw new Error('no error in the body')
  return first
}

test('an image comes back byte for byte, by tag and by digest', async () => {
  const image = imageManifest(['one', 'two'])
  await pushImage(registry, 'team/app', 'v1', image)
  for (const reference of ['v1', image.digest]) {
    const response = await registry.send('GET', `/v2/team/app/manifests/${reference}`)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe(OCI_MANIFEST)
    expect(response.headers.get('docker-content-digest')).toBe(image.digest)
    expect(await response.text()).toBe(image.text)
  }
  const layer = await registry.send('GET', `/v2/team/app/blobs/${digestOf(bytesOf('two'))}`)
  expect(await layer.text()).toBe('two')
})

test('HEAD tells length, type and digest, and has no body', async () => {
  const digest = await pushImage(registry, 'team/app', 'v1')
  const manifest = await registry.send('HEAD', '/v2/team/app/manifests/v1')
  expect(manifest.headers.get('content-length')).toBe(String(imageManifest(['layer']).text.length))
  expect(manifest.headers.get('docker-content-digest')).toBe(digest)
  const blob = await registry.send('HEAD', `/v2/team/app/blobs/${digestOf(bytesOf('layer'))}`)
  expect(blob.status).toBe(200)
  expect(blob.headers.get('content-length')).toBe('5')
  expect(await blob.text()).toBe('')
})

test('If-None-Match answers 304 for what the client has', async () => {
  const digest = await pushImage(registry, 'team/app', 'v1')
  const headers = { 'if-none-match': `"${digest}"` }
  expect((await registry.send('GET', '/v2/team/app/manifests/v1', { headers })).status).toBe(304)
  const other = { 'if-none-match': '"sha256:other"' }
  expect((await registry.send('GET', '/v2/team/app/manifests/v1', { headers: other })).status).toBe(200)
})

test('If-Match and If-None-Match: * guard a tag against lost updates', async () => {
  const first = await pushImage(registry, 'team/app', 'v1')
  const next = imageManifest(['layer', 'layer'])
  await pushBlob(registry, 'team/app', next.blobs[0] ?? '')
  const put = (headers: Record<string, string>) => putManifest(registry, 'team/app', 'v1', next.text, headers)
  expect((await put({ 'if-none-match': '*' })).status).toBe(412)
  expect((await put({ 'if-match': `"${next.digest}"` })).status).toBe(412)
  expect((await put({ 'if-match': `"${first}"` })).status).toBe(201)
})

test('a manifest that refers to what is missing is refused, naming each digest', async () => {
  const image = imageManifest(['here', 'not here'])
  await pushBlob(registry, 'team/app', image.blobs[0] ?? '')
  await pushBlob(registry, 'team/app', 'here')
  const response = await putManifest(registry, 'team/app', 'v1', image.text)
  expect(response.status).toBe(400)
  const error = await errorOf(response)
  expect(error.code).toBe('MANIFEST_BLOB_UNKNOWN')
  expect(JSON.stringify(error)).toContain(digestOf(bytesOf('not here')))
  expect((await registry.send('GET', '/v2/team/app/manifests/v1')).status).toBe(404)
  const index = await putManifest(registry, 'team/app', 'v1', indexOf([image]).text)
  expect((await errorOf(index)).code).toBe('MANIFEST_BLOB_UNKNOWN')
})

test('a blob of another repository does not count, and cannot be read', async () => {
  await createRepository(registry, 'team/other')
  const digest = await pushBlob(registry, 'team/other', 'secret')
  expect((await registry.send('GET', `/v2/team/app/blobs/${digest}`)).status).toBe(404)
  expect((await registry.send('HEAD', `/v2/team/app/blobs/${digest}`)).status).toBe(404)
})

test('a descriptor whose size is not that of the blob is refused', async () => {
  await pushBlob(registry, 'team/app', 'layer')
  await pushBlob(registry, 'team/app', '{}')
  const config = descriptor(bytesOf('{}'), 'application/vnd.oci.image.config.v1+json')
  const layer = { ...descriptor(bytesOf('layer'), 'application/vnd.oci.image.layer.v1.tar'), size: 6 }
  const text = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer] })
  const response = await putManifest(registry, 'team/app', 'v1', text)
  expect(response.status).toBe(400)
  expect((await errorOf(response)).code).toBe('MANIFEST_INVALID')
})

test('a missing subject is no obstacle, and OCI-Subject says that referrers work', async () => {
  const subject = descriptor(bytesOf('nowhere'), OCI_MANIFEST)
  const image = imageManifest(['layer'], { subject })
  for (const blob of image.blobs) await pushBlob(registry, 'team/app', blob)
  const response = await putManifest(registry, 'team/app', image.digest, image.text)
  expect(response.status).toBe(201)
  expect(response.headers.get('oci-subject')).toBe(subject.digest)
  const referrers = await registry.send('GET', `/v2/team/app/referrers/${subject.digest}`)
  const index = await readJson<{ manifests: { digest: string }[] }>(referrers)
  expect(index.manifests.map((manifest) => manifest.digest)).toEqual([image.digest])
})

test('?tag= pushes one manifest under several tags', async () => {
  const image = imageManifest(['layer'])
  for (const blob of image.blobs) await pushBlob(registry, 'team/app', blob)
  const response = await putManifest(registry, 'team/app', `${image.digest}?tag=a&tag=b`, image.text)
  expect(response.status).toBe(201)
  expect(response.headers.get('oci-tag')).toBe('a, b')
  expect((await registry.send('HEAD', '/v2/team/app/manifests/b')).status).toBe(200)
})

test('a sha512 image keeps its sha512 names, by tag too', async () => {
  const layer = digestOf(bytesOf('layer'), 'sha512')
  const posted = await registry.send('POST', `/v2/team/app/blobs/uploads/?digest=${layer}`, { body: 'layer' })
  expect(posted.status).toBe(201)
  const config = digestOf(bytesOf('{}'), 'sha512')
  await registry.send('POST', `/v2/team/app/blobs/uploads/?digest=${config}`, { body: '{}' })
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config, size: 2 },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: layer, size: 5 }],
  })
  const digest = digestOf(bytesOf(text), 'sha512')
  expect((await putManifest(registry, 'team/app', `${digest}?tag=v1`, text)).status).toBe(201)
  const pulled = await registry.send('GET', '/v2/team/app/manifests/v1')
  expect(pulled.headers.get('docker-content-digest')).toBe(digest)
})

test('a child of an index cannot be deleted before the index', async () => {
  const child = imageManifest(['layer'])
  await pushImage(registry, 'team/app', child.digest, child)
  const index = indexOf([child])
  expect((await putManifest(registry, 'team/app', 'multi', index.text)).status).toBe(201)
  const refused = await registry.send('DELETE', `/v2/team/app/manifests/${child.digest}`)
  expect(refused.status).toBe(405)
  expect((await errorOf(refused)).message).toBe(`Requested image referenced by manifest list: [${index.digest}]`)
  expect((await registry.send('DELETE', `/v2/team/app/manifests/${index.digest}`)).status).toBe(202)
  expect((await registry.send('GET', '/v2/team/app/manifests/multi')).status).toBe(404)
  expect((await registry.send('DELETE', `/v2/team/app/manifests/${child.digest}`)).status).toBe(202)
})

test('distribution#1859, distribution-spec#551, #180: deleting a tag leaves the manifest and its other tags', async () => {
  const digest = await pushImage(registry, 'team/app', 'v1')
  await putManifest(registry, 'team/app', 'v2', imageManifest(['layer']).text)
  expect((await registry.send('DELETE', '/v2/team/app/manifests/v1')).status).toBe(202)
  expect((await registry.send('GET', '/v2/team/app/manifests/v1')).status).toBe(404)
  expect((await registry.send('GET', '/v2/team/app/manifests/v2')).status).toBe(200)
  expect((await registry.send('DELETE', '/v2/team/app/manifests/v2')).status).toBe(202)
  expect((await registry.send('GET', `/v2/team/app/manifests/${digest}`)).status).toBe(200)
})

test('a deleted manifest can be pushed again without its blobs', async () => {
  const digest = await pushImage(registry, 'team/app', 'v1')
  expect((await registry.send('DELETE', `/v2/team/app/manifests/${digest}`)).status).toBe(202)
  expect((await registry.send('GET', `/v2/team/app/manifests/${digest}`)).status).toBe(404)
  expect((await putManifest(registry, 'team/app', 'v1', imageManifest(['layer']).text)).status).toBe(201)
  expect((await registry.send('GET', '/v2/team/app/manifests/v1')).status).toBe(200)
})

test('a blob that a manifest refers to cannot be deleted; one that nothing refers to can', async () => {
  await pushImage(registry, 'team/app', 'v1')
  const held = await registry.send('DELETE', `/v2/team/app/blobs/${digestOf(bytesOf('layer'))}`)
  expect(held.status).toBe(405)
  const loose = await pushBlob(registry, 'team/app', 'loose')
  expect((await registry.send('DELETE', `/v2/team/app/blobs/${loose}`)).status).toBe(202)
  expect((await registry.send('GET', `/v2/team/app/blobs/${loose}`)).status).toBe(404)
})

test('an index of layers, as BuildKit keeps its cache, is taken as it is', async () => {
  const layer = 'a cached layer'
  await pushBlob(registry, 'team/app', layer)
  const manifests = [descriptor(bytesOf(layer), 'application/vnd.oci.image.layer.v1.tar+gzip')]
  const text = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests })
  expect((await putManifest(registry, 'team/app', 'cache', text)).status).toBe(201)
  const gone = await registry.send('DELETE', `/v2/team/app/blobs/${digestOf(bytesOf(layer))}`)
  expect(gone.status).toBe(405)
})

test('a manifest of 4 MiB is taken, one byte more is refused', async () => {
  await pushBlob(registry, 'team/app', '{}')
  const config = descriptor(bytesOf('{}'), 'application/vnd.oci.image.config.v1+json')
  const frame = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [], annotations: { filler: '' } }
  const room = 4 * 1024 * 1024 - JSON.stringify(frame).length
  const filled = (length: number) => JSON.stringify({ ...frame, annotations: { filler: 'x'.repeat(length) } })
  expect((await putManifest(registry, 'team/app', 'large', filled(room))).status).toBe(201)
  expect((await putManifest(registry, 'team/app', 'larger', filled(room + 1))).status).toBe(413)
})

test('sparse manifests are taken only where the operator allows them', async () => {
  const missing = { text: imageManifest(['elsewhere']).text }
  expect((await putManifest(registry, 'team/app', 'sparse', indexOf([missing]).text)).status).toBe(400)
  await using open = await openTestRegistry({ sparseRepositories: ['team/*'] })
  await createRepository(open, 'team/app')
  const response = await putManifest(open, 'team/app', 'sparse', indexOf([missing]).text)
  expect(response.status).toBe(201)
  expect(response.headers.get('warning')).toContain('299 - ')
})
