import { afterEach, beforeEach, expect, test } from 'bun:test'
import { FOUNDING_POLICY } from '../../../test/lifecycle/ecr-documents.ts'
import { callEcr } from '../../../test/support/aws-requests.ts'
import { imageManifest, indexOf, pushBlob, pushImage, putManifest } from '../../../test/support/images.ts'
import { callManage } from '../../../test/support/manage-requests.ts'
import { mustPut } from '../../../test/support/put-settings.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { collect } from '../../services/collect.ts'
import { defaultCollectOptions } from '../../services/collection/collect-options.ts'
import { MANAGE_TABLE } from './table.ts'

const LINKS = {
  'org.opencontainers.image.url': 'https://ci.example.com/builds/7',
  'org.opencontainers.image.source': 'https://git.example.com/app',
  'org.opencontainers.image.revision': '1a2b3c4',
}

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
})
afterEach(async () => await registry[Symbol.asyncDispose]())

const get = (reference: string, of: TestRegistry = registry) =>
  callManage(of, 'GET', `/repositories/${encodeURIComponent('team/app')}/images/${encodeURIComponent(reference)}`)

test('an image is shown by a tag and by its digest, with its tags, their kinds and where it comes from', async () => {
  const image = imageManifest(['layer'], { annotations: LINKS })
  const digest = await pushImage(registry, 'team/app', 'build-7', image)
  registry.clock.advance(60_000)
  await putManifest(registry, 'team/app', 'latest', image.text)
  const shown = await get('latest')
  expect(shown.status).toBe(200)
  expect(MANAGE_TABLE.GetImage.output?.parse(shown.json)).toEqual(shown.json)
  expect(shown.json).toEqual({
    repositoryName: 'team/app',
    digest,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: 'application/vnd.oci.image.config.v1+json',
    tags: [
      { tag: 'build-7', kind: 'build-id', since: '2026-01-01T00:00:00.000Z' },
      { tag: 'latest', kind: 'stable', since: '2026-01-01T00:01:00.000Z' },
    ],
    pushedAt: '2026-01-01T00:00:00.000Z',
    manifestSizeBytes: image.text.length,
    imageSizeBytes: image.blobs.join('').length,
    children: [],
    storageClass: 'standard',
    buildLinks: {
      address: LINKS['org.opencontainers.image.url'],
      source: 'https://git.example.com/app',
      revision: '1a2b3c4',
    },
  })
  expect((await get(digest)).json).toEqual(shown.json)
})

test('where an image comes from is said with its tag, and with what a policy does with it', async () => {
  const { buildLinks } = await buildOf('build-7')
  expect(buildLinks).toEqual({
    address: LINKS['org.opencontainers.image.url'],
    source: 'https://git.example.com/app',
    revision: '1a2b3c4',
  })
  const repository = `/repositories/${encodeURIComponent('team/app')}`
  expect((await callManage(registry, 'GET', `${repository}/tags/build-7`)).json.buildLinks).toEqual(buildLinks)
  const policy = JSON.parse(FOUNDING_POLICY)
  const body = { reference: 'build-7', policy }
  const explained = await callManage(registry, 'POST', `${repository}/lifecycle/explain`, { body })
  expect(explained.json.buildLinks).toEqual(buildLinks)
})

test('lists say it too: tags, a tag’s history, changes and plans, also of what was deleted until it is gone for good', async () => {
  const { buildLinks, digest } = await buildOf('build-7')
  await pushImage(registry, 'team/app', 'plain', imageManifest(['plain']))
  registry.clock.advance(60_000)
  const deletion = { repositoryName: 'team/app', imageIds: [{ imageTag: 'build-7' }, { imageTag: 'plain' }] }
  const plan = (await callEcr(registry, 'BatchDeleteImage', deletion)).headers.get('x-lading-plan')
  const repository = `/repositories/${encodeURIComponent('team/app')}`
  const [then, span] = ['at=2026-01-01T00:00:30Z', 'from=2026-01-01T00:00:30Z&to=2026-01-01T00:01:30Z']
  const told = async () => {
    const ask = async (path: string, member: string) => (await callManage(registry, 'GET', path)).json[member]
    return {
      tags: await ask(`${repository}/tags?${then}`, 'tags'),
      tag: (await callManage(registry, 'GET', `${repository}/tags/build-7?${then}`)).json,
      history: await ask(`${repository}/tags/build-7/history`, 'periods'),
      changes: await ask(`${repository}/changes?${span}`, 'changes'),
      namespace: await ask(`/namespaces/${encodeURIComponent('team/')}/changes?${span}`, 'changes'),
      plan: await ask(`${repository}/plans/${plan}/items`, 'items'),
    }
  }
  const known = await told()
  const change = [{ tag: 'build-7', before: digest, buildLinksBefore: buildLinks }, { tag: 'plain' }]
  expect(known).toMatchObject({
    tags: [{ tag: 'build-7', buildLinks }, { tag: 'plain' }],
    tag: { buildLinks },
    history: [{ digest, buildLinks }],
    changes: change,
    namespace: change,
  })
  expect(known.plan).toHaveLength(2)
  expect(known.plan.find((item: { digest: string }) => item.digest === digest)).toMatchObject({ buildLinks })
  expect(JSON.stringify(known)).not.toContain('{}')
  registry.clock.advance(8 * 24 * 3_600_000)
  await collect(registry.services, { ...defaultCollectOptions(), force: true }, new AbortController().signal)
  expect(JSON.stringify(await told())).not.toContain('buildLinks')
})

async function buildOf(tag: string) {
  await pushImage(registry, 'team/app', tag, imageManifest(['layer'], { annotations: LINKS }))
  return (await get(tag)).json
}

test('an archived image is shown, and since when it lies there', async () => {
  await pushImage(registry, 'team/app', 'v1')
  const change = { repositoryName: 'team/app', imageId: { imageTag: 'v1' }, targetStorageClass: 'ARCHIVE' }
  await callEcr(registry, 'UpdateImageStorageClass', change)
  const { status, json } = await get('v1')
  expect([status, json.storageClass, json.archivedAt]).toEqual([200, 'archive', '2026-01-01T00:00:00.000Z'])
})

test('to look at an image is no pull; a pull shows', async () => {
  await pushImage(registry, 'team/app', 'v1')
  await get('v1')
  await registry.services.pulls.flush()
  expect((await get('v1')).json.lastPulledAt).toBeUndefined()
  await registry.send('GET', '/v2/team/app/manifests/v1')
  await registry.services.pulls.flush()
  expect((await get('v1')).json.lastPulledAt).toBe('2026-01-01T00:00:00.000Z')
})

test('an index is shown with its children and their platforms, a referrer with its subject', async () => {
  const child = imageManifest(['layer'])
  await pushImage(registry, 'team/app', child.digest, child)
  const bare = JSON.parse(indexOf([child]).text)
  bare.manifests[0].platform = { os: 'linux', architecture: 'arm64', variant: 'v8' }
  await putManifest(registry, 'team/app', 'multi', JSON.stringify(bare))
  expect((await get('multi')).json).toMatchObject({
    children: [{ digest: child.digest, mediaType: bare.manifests[0].mediaType, platform: 'linux/arm64/v8' }],
    buildLinks: {},
  })
  const subject = { mediaType: bare.manifests[0].mediaType, digest: child.digest, size: child.text.length }
  const referrer = imageManifest(['signature'], { subject, artifactType: 'application/vnd.example' })
  await pushImage(registry, 'team/app', referrer.digest, referrer)
  const shown = (await get(referrer.digest)).json
  expect([shown.subject, shown.artifactType, shown.tags]).toEqual([child.digest, 'application/vnd.example', []])
})

test('links are found under the names that the repository’s rules ask for', async () => {
  const annotations = { 'x.build': 'https://ci.example.com/9', 'x.rev': 'r9' }
  await pushImage(registry, 'team/app', 'build-9', imageManifest(['layer'], { annotations }))
  const value = { buildLinks: { address: ['x.build'], revision: ['x.rev'] } }
  expect((await get('build-9')).json.buildLinks).toEqual({})
  await mustPut(registry, '?namespace=team/', { tagRules: { value } })
  expect((await get('build-9')).json.buildLinks).toEqual({ address: 'https://ci.example.com/9', revision: 'r9' })
})

test.each([
  ['team/app', 'none', 404, 'Requested image not found: none'],
  ['team/app', `sha256:${'0'.repeat(64)}`, 404, 'Requested image not found'],
  ['team/none', 'latest', 404, "The repository with name 'team/none' does not exist"],
  ['team/app', 'no tag', 400, 'reference: must be a tag, or a digest'],
  ['Team', 'latest', 400, 'name: must be the name of a repository'],
  ['team/app', `md5:${'0'.repeat(32)}`, 400, 'reference: must be a tag, or a digest'],
])('%s by %s is answered with %i', async (name, reference, status, message) => {
  await pushBlob(registry, 'team/app', 'x')
  const path = `/repositories/${encodeURIComponent(name)}/images/${encodeURIComponent(reference)}`
  const answer = await callManage(registry, 'GET', path)
  expect([answer.status, answer.json.error.message]).toEqual([status, expect.stringContaining(message)])
})
