import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import { altered } from '../collection/world.ts'
import {
  bytesOf,
  descriptor,
  imageManifest,
  OCI_INDEX,
  OCI_MANIFEST,
  pushBlob,
  pushImage,
  putManifest,
} from '../support/images.ts'
import { readJson } from '../support/read-json.ts'
import { createRepository, openTestRegistry, sendTo, type TestRegistry } from '../support/test-registry.ts'

/** Each named after the issue of those who suffered it (docs/field-lessons.md). */

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
})
afterEach(async () => await registry[Symbol.asyncDispose]())

const APP = 'team/app'
const EMPTY = descriptor(bytesOf('{}'), 'application/vnd.oci.empty.v1+json')

async function expectSame(reference: string, text: string): Promise<void> {
  const pulled = await registry.send('GET', `/v2/${APP}/manifests/${reference}`)
  expect([reference, pulled.status, await pulled.text()]).toEqual([reference, 200, text])
}

/** Everything that a list holds, by its pages. */
async function listed(path: string, pageSize: number): Promise<string[]> {
  const all: string[] = []
  let next: string | undefined = `${path}?n=${pageSize}`
  while (next !== undefined) {
    const response: Response = await registry.send('GET', next)
    const { tags, repositories } = await readJson<{ tags?: string[]; repositories?: string[] }>(response)
    all.push(...(tags ?? repositories ?? []))
    next = /^<(\/[^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1]
  }
  return all
}

test('harbor immutable middleware: a push whose tag cannot be looked up is not let in', async () => {
  await createRepository(registry, APP, { mode: 'IMMUTABLE', exclusionFilters: [] })
  const first = imageManifest(['first'])
  const second = imageManifest(['second'])
  await pushImage(registry, APP, 'v1', first)
  for (const blob of second.blobs) await pushBlob(registry, APP, blob)
  const { services } = registry
  const transact: MetadataStore['transact'] = (work) =>
    services.metadata.transact((transaction) =>
      work(altered(transaction, { findTag: () => Promise.reject(new Error('the database hiccups')) })),
    )
  const failing = { ...services, metadata: altered(services.metadata, { transact }) }
  const push = { body: second.text, headers: { 'content-type': OCI_MANIFEST } }
  await expect(sendTo(failing, 'PUT', `/v2/${APP}/manifests/v1`, push)).rejects.toThrow('hiccups')
  await expectSame('v1', first.text)
  expect((await registry.send('GET', `/v2/${APP}/manifests/${second.digest}`)).status).toBe(404)
})

test.each([1, 2, 3, 100])(
  'distribution#4898: a tag that another one begins with is listed, %d a page',
  async (size) => {
    await createRepository(registry, APP)
    const tags = ['0.1.2', '0.1.20', '0.1.3', '0.1.19', '0.1.2-rc', '0.1', 'v0.1.2']
    for (const tag of tags) await pushImage(registry, APP, tag)
    expect(await listed(`/v2/${APP}/tags/list`, size)).toEqual(tags.toSorted())
  },
)

test.each([1, 2, 3, 100])(
  'distribution#4904: a repository whose name another one begins with is in the catalog, %d a page',
  async (size) => {
    const names = ['team/app', 'team/app-extra', 'team/app.old', 'team/app/web', 'team/application', 'team']
    for (const name of names) await createRepository(registry, name)
    expect(await listed('/v2/_catalog', size)).toEqual(names.toSorted())
  },
)

test.each([
  ['application/vnd.sh.ocx.package.v1+json', undefined],
  ['application/vnd.oci.image.config.v1+json', 'application/vnd.sh.ocx.package.v1'],
  ['application/vnd.oci.empty.v1+json', 'application/vnd.grimoire.skill.v1'],
  ['application/vnd.cncf.flux.config.v1+json', undefined],
])(
  'ocx#480, grimoire#11, flux2#3724: an artifact is taken whatever its types: config %s, artifact %s',
  async (...types) => {
    const [configType, artifactType] = types
    await createRepository(registry, APP)
    for (const blob of ['{}', 'content']) await pushBlob(registry, APP, blob)
    const text = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      artifactType,
      config: descriptor(bytesOf('{}'), configType),
      layers: [descriptor(bytesOf('content'), `${configType}.content`)],
    })
    expect((await putManifest(registry, APP, 'v1', text)).status).toBe(201)
    await expectSame('v1', text)
  },
)

/** As BuildKit 0.32 makes it: an artifact about the image, beside it in one index. */
test('docker/build-push-action#1593, moby/buildkit#6171: an attestation comes before its image, and both before their index', async () => {
  await createRepository(registry, APP)
  const image = imageManifest(['layer'])
  for (const blob of [...image.blobs, '{}', 'provenance']) await pushBlob(registry, APP, blob)
  const attestation = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType: 'application/vnd.docker.attestation.manifest.v1+json',
    config: { ...EMPTY, data: 'e30=' },
    layers: [descriptor(bytesOf('provenance'), 'application/vnd.in-toto+json')],
    subject: descriptor(bytesOf(image.text), OCI_MANIFEST),
  })
  const { digest, ...described } = descriptor(bytesOf(attestation), OCI_MANIFEST)
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: [
      { ...descriptor(bytesOf(image.text), OCI_MANIFEST), platform: { architecture: 'amd64', os: 'linux' } },
      {
        ...described,
        digest,
        platform: { architecture: 'unknown', os: 'unknown' },
        annotations: {
          'vnd.docker.reference.digest': image.digest,
          'vnd.docker.reference.type': 'attestation-manifest',
        },
      },
    ],
  })
  expect((await putManifest(registry, APP, digest, attestation)).status).toBe(201)
  expect((await putManifest(registry, APP, image.digest, image.text)).status).toBe(201)
  expect((await putManifest(registry, APP, 'v1', index)).status).toBe(201)
  await expectSame('v1', index)
  await expectSame(digest, attestation)
  await expectSame(image.digest, image.text)
  const referrers = await registry.send('GET', `/v2/${APP}/referrers/${image.digest}`)
  const { manifests } = await readJson<{ manifests: { digest: string }[] }>(referrers)
  expect(manifests.map((one) => one.digest)).toEqual([digest])
})
