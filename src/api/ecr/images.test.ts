import { expect, test } from 'bun:test'
import { callEcr } from '../../../test/support/aws-requests.ts'
import {
  imageManifest,
  indexOf,
  OCI_INDEX,
  OCI_MANIFEST,
  pushBlob,
  pushImage,
  putManifest,
} from '../../../test/support/images.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { digestOf } from '../../core/content-digest.ts'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { parseTag } from '../../core/tag.ts'
import type { TagMutabilityMode } from '../../core/tag-mutability.ts'
import { getRepository } from '../../services/get-repository.ts'
import { deleteImage } from '../../services/plans/delete-images.ts'

const NAME = 'team/app'
const UNKNOWN = `sha256:${'0'.repeat(64)}`

async function open(mode: TagMutabilityMode = 'MUTABLE'): Promise<TestRegistry> {
  const registry = await openTestRegistry()
  const filters = mode.endsWith('_WITH_EXCLUSION') ? ['dev-*'] : []
  await createRepository(registry, NAME, { mode, exclusionFilters: filters })
  return registry
}

const call = (registry: TestRegistry, operation: string, input: object = {}) =>
  callEcr(registry, operation, { repositoryName: NAME, ...input })

const putImage = (registry: TestRegistry, imageManifest: string, more: object = {}) =>
  call(registry, 'PutImage', { imageManifest, ...more })

async function pushBlobsOf(registry: TestRegistry, image: ReturnType<typeof imageManifest>): Promise<void> {
  for (const blob of image.blobs) await pushBlob(registry, NAME, blob)
}

test('PutImage stores the exact text and gives it back by tag and by digest', async () => {
  await using registry = await open()
  const image = imageManifest(['one'])
  await pushBlobsOf(registry, image)
  const spaced = `${image.text} \n`
  const digest = digestOf(Buffer.from(spaced))
  const put = await putImage(registry, spaced, { imageTag: 'v1' })
  expect(put.json.image).toEqual({
    registryId: '000000000000',
    repositoryName: NAME,
    imageId: { imageDigest: digest, imageTag: 'v1' },
    imageManifest: spaced,
    imageManifestMediaType: OCI_MANIFEST,
  })
  const ids = [{ imageTag: 'v1' }, { imageDigest: digest }, { imageTag: 'v1', imageDigest: digest }]
  const got = await call(registry, 'BatchGetImage', { imageIds: ids })
  expect(got.json.failures).toEqual([])
  expect(got.json.images.map((one: { imageManifest: string }) => one.imageManifest)).toEqual([spaced, spaced, spaced])
  expect(got.json.images[1].imageId).toEqual({ imageDigest: digest })
  const pulled = await registry.send('GET', `/v2/${NAME}/manifests/v1`)
  expect(await pulled.text()).toBe(spaced)
})

test("PutImage's refusals, each with ECR's exception", async () => {
  await using registry = await open()
  const image = imageManifest(['one'])
  const type = async (text: string, more: object = {}) => (await putImage(registry, text, more)).json.__type
  expect(await type(image.text, { imageTag: 'v1' })).toBe('LayersNotFoundException')
  await pushBlobsOf(registry, image)
  expect(await type(image.text, { imageDigest: UNKNOWN })).toBe('ImageDigestDoesNotMatchException')
  expect(await type(indexOf([imageManifest(['else'])]).text)).toBe('ReferencedImagesNotFoundException')
  for (const text of ['', '{', 'null', '{"schemaVersion":2}', '\ud800']) {
    expect([text, await type(text)]).toEqual([text, 'InvalidParameterException'])
  }
  for (const imageTag of ['', '-x', 'a b', 'a'.repeat(129)]) {
    expect([imageTag, await type(image.text, { imageTag })]).toEqual([imageTag, 'InvalidParameterException'])
  }
  expect((await call(registry, 'ListImages')).json.imageIds).toEqual([])
})

test('PutImage refuses what changes nothing, and retags what it has', async () => {
  await using registry = await open()
  const image = imageManifest(['one'])
  await pushBlobsOf(registry, image)
  expect((await putImage(registry, image.text)).status).toBe(200)
  expect((await putImage(registry, image.text)).json).toEqual({
    __type: 'ImageAlreadyExistsException',
    message: `Image with digest '${image.digest}' and tag 'null' already exists in the repository with name '${NAME}' in registry with id '000000000000'`,
  })
  expect((await putImage(registry, image.text, { imageTag: 'v1' })).status).toBe(200)
  expect((await putImage(registry, image.text, { imageTag: 'v1' })).json.message).toContain(
    "and tag 'v1' already exists",
  )
  expect((await putImage(registry, image.text, { imageTag: 'v2' })).status).toBe(200)
})

test('PutImage in the four immutability modes', async () => {
  const outcomes: Record<string, (string | undefined)[]> = {}
  for (const mode of ['MUTABLE', 'IMMUTABLE', 'IMMUTABLE_WITH_EXCLUSION', 'MUTABLE_WITH_EXCLUSION'] as const) {
    await using registry = await open(mode)
    const [one, two] = [imageManifest(['one']), imageManifest(['two'])]
    for (const image of [one, two]) await pushBlobsOf(registry, image)
    const type = async (text: string, imageTag: string) => (await putImage(registry, text, { imageTag })).json.__type
    for (const tag of ['v1', 'dev-1']) await type(one.text, tag)
    outcomes[mode] = [await type(two.text, 'v1'), await type(two.text, 'dev-1'), await type(two.text, 'v1')]
  }
  const locked = 'ImageTagAlreadyExistsException'
  const same = 'ImageAlreadyExistsException'
  expect(outcomes).toEqual({
    MUTABLE: [undefined, undefined, same],
    IMMUTABLE: [locked, locked, locked],
    IMMUTABLE_WITH_EXCLUSION: [locked, undefined, locked],
    MUTABLE_WITH_EXCLUSION: [undefined, locked, same],
  })
})

test('PutImage of the very same image to a locked tag is refused, as ECR does; by OCI it is a 201', async () => {
  await using registry = await open('IMMUTABLE')
  const image = imageManifest(['one'])
  await pushImage(registry, NAME, 'v1', image)
  const again = await putImage(registry, image.text, { imageTag: 'v1' })
  expect(again.json).toEqual({
    __type: 'ImageTagAlreadyExistsException',
    message: `The image tag 'v1' already exists in the '${NAME}' repository and cannot be overwritten because the tag is immutable.`,
  })
  expect((await putManifest(registry, NAME, 'v1', image.text)).status).toBe(201)
})

test('BatchGetImage answers failures beside images, in ECR words', async () => {
  await using registry = await open()
  const digest = await pushImage(registry, NAME, 'v1')
  const other = await pushImage(registry, NAME, 'v2', imageManifest(['two']))
  const imageIds = [
    {},
    { imageDigest: 'nonsense' },
    { imageTag: 'a b' },
    { imageDigest: UNKNOWN },
    { imageDigest: 'md5:abcd' },
    { imageTag: 'none' },
    { imageDigest: digest, imageTag: 'v2' },
    { imageDigest: other, imageTag: 'v2' },
  ]
  const { json } = await call(registry, 'BatchGetImage', { imageIds })
  expect(json.images.map((image: { imageId: object }) => image.imageId)).toEqual([imageIds[7]])
  expect(json.failures.map((failure: { failureCode: string }) => failure.failureCode)).toEqual([
    'MissingDigestAndTag',
    'InvalidImageDigest',
    'InvalidImageTag',
    'ImageNotFound',
    'ImageNotFound',
    'ImageNotFound',
    'ImageTagDoesNotMatchDigest',
  ])
  expect(json.failures[3]).toEqual({
    imageId: { imageDigest: UNKNOWN },
    failureCode: 'ImageNotFound',
    failureReason: 'Requested image not found',
  })
  for (const wrong of [undefined, [], Array(101).fill({ imageTag: 'v1' }), ['v1']]) {
    expect((await call(registry, 'BatchGetImage', { imageIds: wrong })).json.__type).toBe('InvalidParameterException')
  }
})

test('BatchGetImage converts nothing: a type that is not accepted is a failure', async () => {
  await using registry = await open()
  await pushImage(registry, NAME, 'v1')
  const get = async (acceptedMediaTypes: string[]) =>
    (await call(registry, 'BatchGetImage', { imageIds: [{ imageTag: 'v1' }], acceptedMediaTypes })).json
  expect((await get([OCI_INDEX, OCI_MANIFEST])).images).toHaveLength(1)
  const refused = await get([OCI_INDEX])
  expect(refused.images).toEqual([])
  expect(refused.failures[0].failureReason).toContain(OCI_MANIFEST)
})

test('BatchGetImage is a pull and is recorded as one', async () => {
  await using registry = await open()
  await pushImage(registry, NAME, 'v1')
  registry.clock.advance(90_000)
  await call(registry, 'BatchGetImage', { imageIds: [{ imageTag: 'v1' }] })
  await registry.services.pulls.flush()
  const { json } = await call(registry, 'DescribeImages')
  expect(json.imageDetails[0].lastRecordedPullTime).toBe(registry.clock.nowMs() / 1000)
})

test('BatchDeleteImage by tag takes the tag, and with the last tag the image', async () => {
  await using registry = await open()
  const image = imageManifest(['one'])
  const digest = await pushImage(registry, NAME, 'v1', image)
  await putManifest(registry, NAME, 'v2', image.text)
  const remove = async (imageTag: string) =>
    (await call(registry, 'BatchDeleteImage', { imageIds: [{ imageTag }] })).json
  expect(await remove('v1')).toEqual({ imageIds: [{ imageDigest: digest, imageTag: 'v1' }], failures: [] })
  expect((await call(registry, 'ListImages')).json.imageIds).toEqual([{ imageDigest: digest, imageTag: 'v2' }])
  expect((await remove('v2')).imageIds).toHaveLength(1)
  expect((await call(registry, 'ListImages')).json.imageIds).toEqual([])
  expect((await remove('v2')).failures[0].failureCode).toBe('ImageNotFound')
})

test('BatchDeleteImage by digest takes all tags and answers one entry for each', async () => {
  await using registry = await open()
  const image = imageManifest(['one'])
  const digest = await pushImage(registry, NAME, 'v1', image)
  await putManifest(registry, NAME, 'v2', image.text)
  const untagged = await pushImage(registry, NAME, imageManifest(['two']).digest, imageManifest(['two']))
  const imageIds = [{ imageDigest: digest }, { imageDigest: untagged }]
  const { json } = await call(registry, 'BatchDeleteImage', { imageIds })
  expect(json.failures).toEqual([])
  expect(json.imageIds).toEqual([
    { imageDigest: digest, imageTag: 'v1' },
    { imageDigest: digest, imageTag: 'v2' },
    { imageDigest: untagged },
  ])
})

test('BatchDeleteImage leaves what an index holds, by digest and by last tag, and says which index', async () => {
  await using registry = await open()
  const child = imageManifest(['one'])
  await pushImage(registry, NAME, 'child', child)
  const index = indexOf([child])
  await putManifest(registry, NAME, 'multi', index.text)
  for (const imageId of [{ imageDigest: child.digest }, { imageTag: 'child' }]) {
    const { json } = await call(registry, 'BatchDeleteImage', { imageIds: [imageId] })
    expect(json).toEqual({
      imageIds: [],
      failures: [
        {
          imageId,
          failureCode: 'ImageReferencedByManifestList',
          failureReason: `Requested image referenced by manifest list: [${index.digest}]`,
        },
      ],
    })
  }
  expect((await call(registry, 'ListImages')).json.imageIds).toHaveLength(2)
})

test('BatchDeleteImage with a tag and another digest deletes neither', async () => {
  await using registry = await open()
  await pushImage(registry, NAME, 'v1')
  const other = await pushImage(registry, NAME, 'v2', imageManifest(['two']))
  const { json } = await call(registry, 'BatchDeleteImage', { imageIds: [{ imageTag: 'v1', imageDigest: other }] })
  expect(json.failures[0].failureCode).toBe('ImageTagDoesNotMatchDigest')
  expect((await call(registry, 'ListImages')).json.imageIds).toHaveLength(2)
})

test('deleteImage() leaves a tag that was moved since the caller looked', async () => {
  await using registry = await open()
  const { services, caller } = registry
  const before = await pushImage(registry, NAME, 'v1')
  const after = await pushImage(registry, NAME, 'v1', imageManifest(['two']))
  const repository = await getRepository(services, caller, parseRepositoryName(NAME))
  const image = { kind: 'tag', tag: parseTag('v1'), expected: before, takesLastImage: true } as const
  await expect(deleteImage(services, caller, repository, image)).rejects.toMatchObject({
    reason: 'manifest-unknown',
  })
  expect((await services.metadata.findTag(repository.id, image.tag))?.digest).toBe(after)
})

test('DescribeImages shows one element per digest; what does not apply is absent', async () => {
  await using registry = await open()
  const image = imageManifest(['one', 'two two'])
  const digest = await pushImage(registry, NAME, 'v1', image)
  await putManifest(registry, NAME, 'latest', image.text)
  const { json } = await call(registry, 'DescribeImages')
  expect(json.imageDetails).toEqual([
    {
      registryId: '000000000000',
      repositoryName: NAME,
      imageDigest: digest,
      imageTags: ['latest', 'v1'],
      imageSizeInBytes: image.blobs.reduce((sum, blob) => sum + Buffer.byteLength(blob), 0),
      imagePushedAt: registry.clock.nowMs() / 1000,
      imageManifestMediaType: OCI_MANIFEST,
      artifactMediaType: 'application/vnd.oci.image.config.v1+json',
      imageStatus: 'ACTIVE',
    },
  ])
  await call(registry, 'BatchDeleteImage', { imageIds: [{ imageTag: 'v1' }] })
  await registry.send('DELETE', `/v2/${NAME}/manifests/latest`)
  const untagged = await call(registry, 'DescribeImages')
  expect('imageTags' in untagged.json.imageDetails[0]).toBe(false)
})

test('DescribeImages by id: each once, and one that is missing fails the call', async () => {
  await using registry = await open()
  const digest = await pushImage(registry, NAME, 'v1')
  const describe = async (imageIds: object[]) => (await call(registry, 'DescribeImages', { imageIds })).json
  expect((await describe([{ imageTag: 'v1' }, { imageDigest: digest }])).imageDetails).toHaveLength(1)
  expect(await describe([{ imageTag: 'v1' }, { imageTag: 'none' }])).toEqual({
    __type: 'ImageNotFoundException',
    message: `The image with imageId {imageDigest:'null', imageTag:'none'} does not exist within the repository with name '${NAME}' in the registry with id '000000000000'`,
  })
  const mixed = await call(registry, 'DescribeImages', { imageIds: [{ imageTag: 'v1' }], maxResults: 5 })
  expect(mixed.json.__type).toBe('InvalidParameterException')
})

test('ListImages and DescribeImages page and filter', async () => {
  await using registry = await open()
  for (const text of ['a', 'b', 'c', 'd']) await pushImage(registry, NAME, text, imageManifest([text]))
  await putManifest(registry, NAME, 'd2', imageManifest(['d']).text)
  const loose = imageManifest(['loose'])
  await pushImage(registry, NAME, loose.digest, loose)
  const pages = async (operation: string, input: object): Promise<unknown[]> => {
    const items: unknown[] = []
    let nextToken: string | undefined
    do {
      const { json } = await call(registry, operation, { ...input, maxResults: 2, nextToken })
      items.push(...(json.imageIds ?? json.imageDetails))
      nextToken = json.nextToken
    } while (nextToken !== undefined)
    return items
  }
  const filter = (tagStatus: string, imageStatus?: string) => ({ filter: { tagStatus, imageStatus } })
  expect(await pages('ListImages', {})).toHaveLength(6)
  expect(await pages('ListImages', filter('TAGGED'))).toHaveLength(5)
  expect(await pages('ListImages', filter('UNTAGGED'))).toEqual([{ imageDigest: loose.digest }])
  expect(await pages('ListImages', filter('ANY', 'ARCHIVED'))).toEqual([])
  expect(await pages('DescribeImages', {})).toHaveLength(5)
  expect(await pages('DescribeImages', filter('UNTAGGED'))).toHaveLength(1)
  expect(await pages('DescribeImages', filter('TAGGED', 'ANY'))).toHaveLength(4)
  const other = await call(registry, 'DescribeImages', {
    nextToken: (await call(registry, 'ListImages', { maxResults: 1 })).json.nextToken,
  })
  expect(other.json.__type).toBe('InvalidParameterException')
  expect((await call(registry, 'ListImages', { filter: { tagStatus: 'x' } })).json.__type).toBe(
    'InvalidParameterException',
  )
})

test('ListImageReferrers filters by artifact type and pages by 50 at most', async () => {
  await using registry = await open()
  const subject = imageManifest(['one'])
  await pushImage(registry, NAME, 'v1', subject)
  const descriptor = { mediaType: OCI_MANIFEST, digest: subject.digest, size: Buffer.byteLength(subject.text) }
  for (const text of ['a', 'b', 'c']) {
    const artifactType = text === 'a' ? 'application/x-sbom' : 'application/x-signature'
    const referrer = imageManifest([text], { subject: descriptor, artifactType, annotations: { text } })
    await pushImage(registry, NAME, referrer.digest, referrer)
  }
  const list = async (more: object = {}) =>
    (await call(registry, 'ListImageReferrers', { subjectId: { imageDigest: subject.digest }, ...more })).json
  expect((await list()).referrers).toHaveLength(3)
  expect((await list({ filter: { artifactTypes: ['application/x-sbom'] } })).referrers).toEqual([
    {
      digest: expect.stringMatching(/^sha256:/),
      mediaType: OCI_MANIFEST,
      artifactType: 'application/x-sbom',
      size: expect.any(Number),
      annotations: { text: 'a' },
      artifactStatus: 'ACTIVE',
    },
  ])
  const first = await list({ maxResults: 2 })
  expect(first.referrers).toHaveLength(2)
  expect((await list({ maxResults: 2, nextToken: first.nextToken })).referrers).toHaveLength(1)
  expect((await list({ maxResults: 51 })).__type).toBe('InvalidParameterException')
  expect((await list({ subjectId: {} })).__type).toBe('InvalidParameterException')
  const details = (await call(registry, 'DescribeImages')).json.imageDetails
  expect(details.filter((detail: object) => 'subjectManifestDigest' in detail)).toHaveLength(3)
})
