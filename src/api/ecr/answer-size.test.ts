import { expect, test } from 'bun:test'
import { type AwsAnswer, callEcr, sendAws } from '../../../test/support/aws-requests.ts'
import {
  bytesOf,
  descriptor,
  imageManifest,
  OCI_MANIFEST,
  pushBlob,
  putManifest,
} from '../../../test/support/images.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { digestOf } from '../../core/content-digest.ts'
import { parseDigest } from '../../core/digest.ts'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { parseTag } from '../../core/tag.ts'

const NAME = 'team/app'
const MIB = 1024 * 1024
/** Quotes take two bytes in a manifest, and four in a manifest inside an answer. */
const QUOTES = '"'.repeat(1_500_000)

async function open(): Promise<TestRegistry> {
  const registry = await openTestRegistry()
  await createRepository(registry, NAME)
  return registry
}

const call = (registry: TestRegistry, operation: string, input: object): Promise<AwsAnswer> =>
  callEcr(registry, operation, { repositoryName: NAME, ...input })

async function pushLarge(registry: TestRegistry, name: string, more: Record<string, unknown> = {}): Promise<string> {
  const image = imageManifest([], { annotations: { name, filler: QUOTES }, ...more })
  for (const blob of image.blobs) await pushBlob(registry, NAME, blob)
  expect((await putManifest(registry, NAME, name, image.text)).status).toBe(201)
  return image.digest
}

async function pushTiny(registry: TestRegistry, name: string): Promise<string> {
  const image = imageManifest([], { annotations: { name } })
  for (const blob of image.blobs) await pushBlob(registry, NAME, blob)
  expect((await putManifest(registry, NAME, image.digest, image.text)).status).toBe(201)
  return image.digest
}

test('BatchGetImage and DescribeImages answer an id that is given a hundred times once', async () => {
  await using registry = await open()
  const imageDigest = await pushLarge(registry, 'large')
  const imageIds = Array.from({ length: 100 }, () => ({ imageDigest }))
  expect((await call(registry, 'BatchGetImage', { imageIds })).json.images).toHaveLength(1)
  expect((await call(registry, 'DescribeImages', { imageIds })).json.imageDetails).toHaveLength(1)
  const unaccepted = await call(registry, 'BatchGetImage', { imageIds, acceptedMediaTypes: ['x/y'] })
  expect([unaccepted.json.images, unaccepted.json.failures.length]).toEqual([[], 1])
})

test('BatchGetImage gives at most 8 MiB of manifests, and says which images to ask for again', async () => {
  await using registry = await open()
  const digests: string[] = []
  for (let index = 0; index < 6; index++) digests.push(await pushLarge(registry, `large-${index}`))
  const ask = async (asked: readonly string[]) =>
    (await call(registry, 'BatchGetImage', { imageIds: asked.map((imageDigest) => ({ imageDigest })) })).json
  const seen: string[] = []
  for (let left: string[] = digests; left.length > 0; ) {
    const { images, failures } = await ask(left)
    expect(images.length).toBeGreaterThan(0)
    expect(JSON.stringify(images).length).toBeLessThan(16 * MIB + 4096)
    for (const { imageManifest: text, imageId } of images) {
      expect(digestOf(bytesOf(text))).toBe(imageId.imageDigest)
      seen.push(imageId.imageDigest)
    }
    for (const failure of failures) expect(failure.failureCode).toBe('ImageInaccessible')
    left = failures.map((failure: { imageId: { imageDigest: string } }) => failure.imageId.imageDigest)
  }
  expect(seen).toEqual(digests)
})

test('BatchGetImage by a hundred tags of one large image stays within the same bound', async () => {
  await using registry = await open()
  const digest = await pushLarge(registry, 'large')
  const tags = Array.from({ length: 99 }, (_, index) => `t${index}`)
  const path = `/v2/${NAME}/manifests/${digest}?${tags.map((tag) => `tag=${tag}`).join('&')}`
  const body = await (await registry.send('GET', `/v2/${NAME}/manifests/large`)).text()
  const headers = { 'content-type': OCI_MANIFEST }
  expect((await registry.send('PUT', path, { headers, body })).status).toBe(201)
  const { json } = await call(registry, 'BatchGetImage', { imageIds: tags.map((imageTag) => ({ imageTag })) })
  expect([json.images.length, json.failures.length]).toEqual([2, 97])
})

test('ListImageReferrers carries annotations that fit a list, whatever their number', async () => {
  await using registry = await open()
  const subject = descriptor(bytesOf('{}'), OCI_MANIFEST)
  await pushLarge(registry, 'too-large', { subject })
  for (let index = 0; index < 50; index++) {
    const image = imageManifest([], { subject, annotations: { name: `${index}`, filler: '"'.repeat(32_000) } })
    for (const blob of image.blobs) await pushBlob(registry, NAME, blob)
    await putManifest(registry, NAME, `r${index}`, image.text)
  }
  const input = { subjectId: { imageDigest: subject.digest }, maxResults: 50 }
  const { json } = await call(registry, 'ListImageReferrers', input)
  expect(json.referrers).toHaveLength(50)
  expect(JSON.stringify(json).length).toBeLessThan(4 * MIB)
})

test('a large answer is counted until its client has read it', async () => {
  await using registry = await open()
  const imageDigest = await pushLarge(registry, 'large')
  const { answerRoom } = registry.services
  const target = 'AmazonEC2ContainerRegistry_V20150921.BatchGetImage'
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target }
  const body = JSON.stringify({ repositoryName: NAME, imageIds: [{ imageDigest }] })
  const response = await sendAws(registry, { headers, body })
  expect(response.status).toBe(200)
  const held = answerRoom.heldBytes
  expect(held).toBeGreaterThan(6_000_000)
  expect((await response.text()).length).toBe(held)
  expect(answerRoom.heldBytes).toBe(0)
})

test('what was done is answered also where large answers hold all the room', async () => {
  await using registry = await open()
  const imageDigest = await pushLarge(registry, 'large')
  const { answerRoom } = registry.services
  const holder = answerRoom.stream(new Uint8Array(64 * MIB))
  const text = (await call(registry, 'BatchGetImage', { imageIds: [{ imageDigest }] })).json
  expect(text.__type).toBe('ThrottlingException')
  const manifest = await (await registry.send('GET', `/v2/${NAME}/manifests/large`)).text()
  const put = await call(registry, 'PutImage', { imageManifest: manifest, imageTag: 'again' })
  expect([put.status, put.json.image.imageId]).toEqual([200, { imageDigest, imageTag: 'again' }])
  await holder.cancel()
})

test('a page of DescribeImages ends early where images have very many tags, and none is missed', async () => {
  await using registry = await open()
  const { metadata } = registry.services
  const digests: string[] = []
  for (let index = 0; index < 40; index++) digests.push(await pushTiny(registry, `${index}`))
  const repository = await metadata.findRepository(registry.caller.registry.id, parseRepositoryName(NAME))
  const filler = 'x'.repeat(115)
  for (const digest of digests) {
    await metadata.transact(async (transaction) => {
      for (let tag = 0; tag < 1000; tag++) {
        const name = parseTag(`${filler}-${digest.slice(7, 13)}-${tag}`)
        await transaction.putTag(repository?.id ?? 0, name, parseDigest(digest), { atMs: 1 })
      }
    })
  }
  const seen: string[] = []
  const sizes: number[] = []
  for (let nextToken: string | undefined; ; ) {
    const { json } = await call(registry, 'DescribeImages', { maxResults: 1000, nextToken })
    seen.push(...json.imageDetails.map((image: { imageDigest: string }) => image.imageDigest))
    sizes.push(JSON.stringify(json).length)
    nextToken = json.nextToken
    if (nextToken === undefined) break
  }
  expect(seen).toEqual(digests.toSorted())
  expect(sizes).toHaveLength(2)
  expect(Math.max(...sizes)).toBeLessThan(5 * MIB)
})
