import { afterEach, beforeEach, expect, test } from 'bun:test'
import {
  bytesOf,
  descriptor,
  imageManifest,
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

interface Index {
  readonly manifests: { digest: string; artifactType?: string; annotations?: Record<string, string>; size: number }[]
}

const SUBJECT = imageManifest(['subject'])

async function attach(artifactType: string, more: Record<string, unknown> = {}): Promise<string> {
  await pushBlob(registry, 'team/app', '{}')
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType,
    config: descriptor(bytesOf('{}'), 'application/vnd.oci.empty.v1+json'),
    layers: [],
    subject: descriptor(bytesOf(SUBJECT.text), OCI_MANIFEST),
    ...more,
  })
  const response = await putManifest(registry, 'team/app', `t-${Bun.hash(text).toString(36)}`, text)
  expect(response.status).toBe(201)
  return response.headers.get('docker-content-digest') ?? ''
}

async function referrers(query = ''): Promise<{ index: Index; response: Response }> {
  const response = await registry.send('GET', `/v2/team/app/referrers/${SUBJECT.digest}${query}`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/vnd.oci.image.index.v1+json')
  return { index: await readJson<Index>(response), response }
}

test('what refers to a digest is listed with its type and annotations, before the subject exists too', async () => {
  const signature = await attach('application/x-signature', { annotations: { by: 'me' } })
  await pushImage(registry, 'team/app', 'v1', SUBJECT)
  const { index } = await referrers()
  expect(index.manifests).toMatchObject([
    { digest: signature, artifactType: 'application/x-signature', annotations: { by: 'me' } },
  ])
})

test('without an artifactType the type is that of the config', async () => {
  const image = imageManifest(['layer'], { subject: descriptor(bytesOf(SUBJECT.text), OCI_MANIFEST) })
  await pushImage(registry, 'team/app', 'sig', image)
  const { index } = await referrers()
  expect(index.manifests[0]?.artifactType).toBe('application/vnd.oci.image.config.v1+json')
})

test('artifactType filters, several of them as an or, and the answer says so', async () => {
  const a = await attach('application/a')
  const b = await attach('application/b')
  await attach('application/c')
  const one = await referrers('?artifactType=application%2Fa')
  expect(one.index.manifests.map((manifest) => manifest.digest)).toEqual([a])
  expect(one.response.headers.get('oci-filters-applied')).toBe('artifactType')
  const two = await referrers('?artifactType=application/a&artifactType=application/b')
  expect(two.index.manifests.map((manifest) => manifest.digest).sort()).toEqual([a, b].sort())
  const none = await referrers('?artifactType=application/none')
  expect(none.index.manifests).toEqual([])
})

test('pages lead through all of them', async () => {
  const all = new Set<string>()
  for (let count = 0; count < 7; count++) all.add(await attach('application/x', { annotations: { count: `${count}` } }))
  const seen: string[] = []
  let query: string | undefined = '?n=3'
  while (query !== undefined) {
    const { index, response }: { index: Index; response: Response } = await referrers(query)
    seen.push(...index.manifests.map((manifest) => manifest.digest))
    query = /(\?[^>]*)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1]
  }
  expect(seen).toHaveLength(7)
  expect(new Set(seen)).toEqual(all)
})

test('a page stays below the 4 MiB that clients read', async () => {
  for (let count = 0; count < 70; count++)
    await attach('application/x', { annotations: { filler: '"'.repeat(32_000), count: `${count}` } })
  const { index, response } = await referrers()
  expect(index.manifests).toHaveLength(65)
  expect(JSON.stringify(index).length).toBeLessThan(4 * 1024 * 1024)
  expect(response.headers.get('link')).toContain('rel="next"')
})

test('annotations too large for a list are left out of it, and the push says so', async () => {
  await pushBlob(registry, 'team/app', '{}')
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType: 'application/x',
    config: descriptor(bytesOf('{}'), 'application/vnd.oci.empty.v1+json'),
    layers: [],
    subject: descriptor(bytesOf(SUBJECT.text), OCI_MANIFEST),
    annotations: { filler: 'x'.repeat(100_000) },
  })
  const push = await putManifest(registry, 'team/app', 'large', text)
  expect(push.headers.get('warning')).toContain('annotations of more than 65536 bytes')
  await attach('application/x', { annotations: { by: 'me' } })
  const { index } = await referrers()
  expect(index.manifests.map((manifest) => manifest.annotations?.by ?? null).sort()).toEqual([null, 'me'].sort())
  expect(await (await registry.send('GET', '/v2/team/app/manifests/large')).text()).toBe(text)
})

test('a type that cannot be is nobody’s type', async () => {
  await attach('application/x')
  const { index, response } = await referrers('?artifactType=a%00b')
  expect(index.manifests).toEqual([])
  expect(response.headers.get('oci-filters-applied')).toBe('artifactType')
})

test('any digest, and any repository, has an empty list; a bad digest is a 400', async () => {
  const nothing = `sha256:${'0'.repeat(64)}`
  for (const name of ['team/app', 'team/never-pushed']) {
    const response = await registry.send('GET', `/v2/${name}/referrers/${nothing}`)
    expect(response.status).toBe(200)
    expect((await readJson<Index>(response)).manifests).toEqual([])
  }
  expect((await registry.send('GET', '/v2/team/app/referrers/sha256:nonsense')).status).toBe(400)
})

test('a deleted referrer is not listed', async () => {
  const digest = await attach('application/x')
  await registry.send('DELETE', `/v2/team/app/manifests/${digest}`)
  expect((await referrers()).index.manifests).toEqual([])
})
