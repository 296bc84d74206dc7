import { afterEach, beforeEach, expect, test } from 'bun:test'
import { parseTag } from '../../src/core/tag.ts'
import type { TagMutability } from '../../src/core/tag-mutability.ts'
import { callEcr } from '../support/aws-requests.ts'
import { imageManifest, pushBlob, pushImage, putManifest } from '../support/images.ts'
import { readJson } from '../support/read-json.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
})
afterEach(async () => await registry[Symbol.asyncDispose]())

const FIRST = imageManifest(['first'])
const SECOND = imageManifest(['second'])

async function repositoryWith(mode: TagMutability['mode'], exclusionFilters: string[] = []): Promise<void> {
  await createRepository(registry, 'team/app', { mode, exclusionFilters })
  for (const image of [FIRST, SECOND]) for (const blob of image.blobs) await pushBlob(registry, 'team/app', blob)
}

test.each([
  ['MUTABLE', [], 'v1', true],
  ['IMMUTABLE', [], 'v1', false],
  ['IMMUTABLE_WITH_EXCLUSION', ['dev-*', 'latest'], 'dev-1', true],
  ['IMMUTABLE_WITH_EXCLUSION', ['dev-*', 'latest'], 'latest', true],
  ['IMMUTABLE_WITH_EXCLUSION', ['dev-*', 'latest'], 'latest2', false],
  ['MUTABLE_WITH_EXCLUSION', ['v*.*.*'], 'v1.2.3', false],
  ['MUTABLE_WITH_EXCLUSION', ['v*.*.*'], 'v1', true],
] as const)('%s %p: may %s be moved? %p', async (mode, filters, tag, may) => {
  await repositoryWith(mode, [...filters])
  expect((await putManifest(registry, 'team/app', tag, FIRST.text)).status).toBe(201)
  const moved = await putManifest(registry, 'team/app', tag, SECOND.text)
  expect(moved.status).toBe(may ? 201 : 400)
  if (may) return
  const { errors } = await readJson<{ errors: { code: string; message: string }[] }>(moved)
  expect(errors[0]?.code).toBe('TAG_INVALID')
  expect(errors[0]?.message).toBe(
    `The image tag '${tag}' already exists in the 'team/app' repository and cannot be overwritten because the tag is immutable.`,
  )
  const pulled = await registry.send('GET', `/v2/team/app/manifests/${tag}`)
  expect(pulled.headers.get('docker-content-digest')).toBe(FIRST.digest)
})

test('the same digest to a locked tag again is a 201 and changes nothing', async () => {
  await repositoryWith('IMMUTABLE')
  await putManifest(registry, 'team/app', 'v1', FIRST.text)
  const { id } = await createRepository(registry, 'team/unrelated')
  const before = await registry.services.metadata.findTag(id - 1, parseTag('v1'))
  registry.clock.set(registry.clock.nowMs() + 1000)
  expect((await putManifest(registry, 'team/app', 'v1', FIRST.text)).status).toBe(201)
  expect(await registry.services.metadata.findTag(id - 1, parseTag('v1'))).toEqual(before)
})

test('one locked tag among several refuses the whole push', async () => {
  await repositoryWith('IMMUTABLE')
  await putManifest(registry, 'team/app', 'v1', FIRST.text)
  const refused = await putManifest(registry, 'team/app', `${SECOND.digest}?tag=v2&tag=v1`, SECOND.text)
  expect(refused.status).toBe(400)
  expect((await registry.send('HEAD', '/v2/team/app/manifests/v2')).status).toBe(404)
  expect((await registry.send('HEAD', `/v2/team/app/manifests/${SECOND.digest}`)).status).toBe(404)
})

test('harbor immutable middleware: of 200 that push to one immutable tag at once exactly one wins', async () => {
  await createRepository(registry, 'team/app', { mode: 'IMMUTABLE', exclusionFilters: [] })
  const images = Array.from({ length: 200 }, (_, index) => imageManifest([`layer ${index}`]))
  for (const image of images) for (const blob of image.blobs) await pushBlob(registry, 'team/app', blob)
  const answers = await Promise.all(images.map((image) => putManifest(registry, 'team/app', 'v1', image.text)))
  const winners = answers.flatMap((answer, index) => (answer.status === 201 ? [index] : []))
  expect(winners).toHaveLength(1)
  expect(answers.filter((answer) => answer.status === 400)).toHaveLength(199)
  const pulled = await registry.send('GET', '/v2/team/app/manifests/v1')
  expect(pulled.headers.get('docker-content-digest')).toBe(images[winners[0] ?? -1]?.digest ?? '')
})

test('tags are listed in byte order, in pages that a relative Link leads through', async () => {
  await repositoryWith('MUTABLE')
  const tags = ['B', 'a', 'a-b', 'a.b', 'a_b', 'ab', '_x', '0']
  for (const tag of tags) await putManifest(registry, 'team/app', tag, FIRST.text)
  const listed: string[] = []
  let path: string | undefined = '/v2/team/app/tags/list?n=3'
  while (path !== undefined) {
    const response: Response = await registry.send('GET', path)
    const page = await readJson<{ name: string; tags: string[] }>(response)
    expect(page.name).toBe('team/app')
    expect(page.tags.length).toBeLessThanOrEqual(3)
    listed.push(...page.tags)
    path = /^<(\/[^>]+)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1]
  }
  expect(listed).toEqual([...tags].sort())
})

test('n=0 is an empty page without a Link; a last that is no tag still has its place', async () => {
  await repositoryWith('MUTABLE')
  for (const tag of ['a', 'b', 'c']) await putManifest(registry, 'team/app', tag, FIRST.text)
  const none = await registry.send('GET', '/v2/team/app/tags/list?n=0')
  expect([await none.json(), none.headers.get('link')]).toEqual([{ name: 'team/app', tags: [] }, null])
  const after = await registry.send('GET', '/v2/team/app/tags/list?n=5&last=a%0d%0aX:1')
  expect((await readJson<{ tags: string[] }>(after)).tags).toEqual(['b', 'c'])
  expect((await registry.send('GET', '/v2/team/app/tags/list?n=-1')).status).toBe(400)
})

test('the catalog lists repositories in byte order, in pages', async () => {
  const names = ['a-b/x', 'a/b', 'a/b/c', 'zz', 'a0']
  for (const name of names) await createRepository(registry, name)
  const first = await registry.send('GET', '/v2/_catalog?n=2')
  expect((await readJson<{ repositories: string[] }>(first)).repositories).toEqual([...names].sort().slice(0, 2))
  expect(first.headers.get('link')).toContain('/v2/_catalog?n=2&last=')
  const all = await registry.send('GET', '/v2/_catalog')
  expect((await readJson<{ repositories: string[] }>(all)).repositories).toEqual([...names].sort())
})

test('tags of a repository that is not there are NAME_UNKNOWN, and the answer says what to do', async () => {
  const response = await registry.send('GET', '/v2/team/nothing/tags/list')
  expect(response.status).toBe(404)
  const { errors } = await readJson<{ errors: { code: string; message: string }[] }>(response)
  expect(errors[0]?.code).toBe('NAME_UNKNOWN')
  expect(errors[0]?.message).toBe(
    "The repository with name 'team/nothing' does not exist in the registry with id '000000000000': " +
      'create it first (aws ecr create-repository, with this registry as --endpoint-url), or create a repository creation template that is applied for CREATE_ON_PUSH',
  )
})

test('untagged images can be listed nowhere by tag, but stay', async () => {
  await createRepository(registry, 'team/app')
  const digest = await pushImage(registry, 'team/app', FIRST.digest, FIRST)
  const tags = await registry.send('GET', '/v2/team/app/tags/list')
  expect((await readJson<{ tags: string[] }>(tags)).tags).toEqual([])
  expect((await registry.send('GET', `/v2/team/app/manifests/${digest}`)).status).toBe(200)
})

test('an image has only so many tags, by either API, and a push that would exceed them leaves none behind', async () => {
  await using small = await openTestRegistry({ tagsPerManifest: 2 })
  await createRepository(small, 'team/app')
  for (const blob of FIRST.blobs) await pushBlob(small, 'team/app', blob)
  expect((await putManifest(small, 'team/app', 'v1', FIRST.text)).status).toBe(201)
  const both = await putManifest(small, 'team/app', `${FIRST.digest}?tag=v2&tag=v3`, FIRST.text)
  expect(both.status).toBe(403)
  const { errors } = await readJson<{ errors: { code: string; message: string }[] }>(both)
  expect(errors[0]).toMatchObject({ code: 'DENIED', message: expect.stringContaining('has 2 tags already') })
  expect((await small.send('GET', '/v2/team/app/manifests/v2')).status).toBe(404)
  expect((await putManifest(small, 'team/app', 'v2', FIRST.text)).status).toBe(201)
  const input = { repositoryName: 'team/app', imageManifest: FIRST.text, imageTag: 'v3' }
  expect((await callEcr(small, 'PutImage', input)).json.__type).toBe('LimitExceededException')
  expect((await small.send('DELETE', '/v2/team/app/manifests/v2')).status).toBe(202)
  expect((await putManifest(small, 'team/app', 'v3', FIRST.text)).status).toBe(201)
})
