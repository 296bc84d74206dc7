import { afterEach, beforeEach, expect, test } from 'bun:test'
import { callEcr } from '../../../test/support/aws-requests.ts'
import { imageManifest, indexOf, pushBlob, pushImage, putManifest } from '../../../test/support/images.ts'
import { mustPut } from '../../../test/support/put-settings.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { digestOf } from '../../core/content-digest.ts'
import { parseTag } from '../../core/tag.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'

const REVISION = 'org.opencontainers.image.revision'
const URL_NAME = 'org.opencontainers.image.url'
const LINKS = { [URL_NAME]: 'https://ci.example.com/builds/7', [REVISION]: '1a2b3c4' }

let registry: TestRegistry
let repository: Repository
beforeEach(async () => {
  registry = await openTestRegistry()
  repository = await createRepository(registry, 'team/app')
})
afterEach(async () => await registry[Symbol.asyncDispose]())

/** The registry once somebody has set these rules, the first of them for its namespace, and for good. */
async function ruled(...rules: readonly object[]): Promise<TestRegistry> {
  const [value, own] = rules
  await mustPut(registry, '?namespace=team/', { tagRules: { value, locked: true } })
  if (own !== undefined) await mustPut(registry, '?repository=team/app', { tagRules: { value: own } })
  return registry
}

/** Blobs are there, as docker uploads them first. */
async function push(to: TestRegistry, reference: string, image = imageManifest(['layer'])) {
  for (const blob of image.blobs) await pushBlob(to, 'team/app', blob)
  return await putManifest(to, 'team/app', reference, image.text)
}

const tagsNow = async () => await registry.services.metadata.listTags(repository.id, { limit: 100 })

test('a push of a tag that the rules do not take is refused in a sentence, and nothing is written', async () => {
  const strict = await ruled({ require: [{ kind: 'semver' }] })
  const response = await push(strict, 'latest')
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    errors: [
      {
        code: 'TAG_INVALID',
        message:
          "The image tag 'latest' is not allowed in the 'team/app' repository: it is a name that moves, and expected is a semantic version, such as 1.4.2.",
      },
    ],
  })
  expect(await tagsNow()).toEqual([])
  expect(await registry.services.metadata.hasManifests(repository.id)).toBe(false)
  expect((await push(strict, '1.4.2')).status).toBe(201)
})

test('ECR’s PutImage is refused with the same sentence', async () => {
  const strict = await ruled({ forbid: [{ pattern: 'lat*' }] })
  const image = imageManifest(['layer'])
  for (const blob of image.blobs) await pushBlob(strict, 'team/app', blob)
  const put = async (imageTag: string) =>
    await callEcr(strict, 'PutImage', { repositoryName: 'team/app', imageManifest: image.text, imageTag })
  expect(await put('latest')).toMatchObject({
    status: 400,
    json: {
      __type: 'InvalidParameterException',
      message: expect.stringContaining('a tag like lat*, which is forbidden'),
    },
  })
  expect((await put('1.4.2')).status).toBe(200)
})

test('a push by digest has no tag to ask about; one that sets tags beside it has', async () => {
  const strict = await ruled({ forbid: [{ pattern: '*' }] })
  const image = imageManifest(['layer'])
  expect((await push(strict, image.digest)).status).toBe(201)
  expect((await push(strict, `${image.digest}?tag=v1`)).status).toBe(400)
  expect(await tagsNow()).toEqual([])
})

test('the rules of all parents hold', async () => {
  const strict = await ruled({ require: [{ kind: 'semver' }] }, { require: [{ pattern: 'v*' }] })
  expect((await push(strict, '1.4.2')).status).toBe(400)
  expect((await push(strict, 'v1.4.2')).status).toBe(201)
})

test('a tag that is there already stays, can be pushed again unchanged, and cannot be moved', async () => {
  await pushImage(registry, 'team/app', 'latest')
  const strict = await ruled({ forbid: [{ kind: 'stable' }] })
  expect((await push(strict, 'latest')).status).toBe(201)
  expect((await push(strict, 'latest', imageManifest(['other']))).status).toBe(400)
  expect((await registry.services.metadata.findTag(repository.id, parseTag('latest')))?.digest).toBe(
    imageManifest(['layer']).digest,
  )
})

test('a signature and other accessories of an image that is there are never refused; of none that is, they are', async () => {
  const digest = await pushImage(registry, 'team/app', 'v1')
  const strict = await ruled({ require: [{ kind: 'semver' }] })
  const hex = digest.slice('sha256:'.length)
  for (const end of ['', '.sig', '.att', '.sbom']) {
    expect([end, (await push(strict, `sha256-${hex}${end}`)).status]).toEqual([end, 201])
  }
  expect((await push(strict, `sha256-${'0'.repeat(64)}.sig`)).status).toBe(400)
  expect((await push(strict, `sha256-${hex.slice(0, 12)}`)).status).toBe(400)
})

test('of an image with a sha512 digest, half of it is enough', async () => {
  const image = imageManifest(['layer'])
  const digest = digestOf(new TextEncoder().encode(image.text), 'sha512')
  expect((await push(registry, digest, image)).status).toBe(201)
  const strict = await ruled({ require: [{ kind: 'semver' }] })
  const half = digest.slice('sha512:'.length).slice(0, 64)
  expect((await push(strict, `sha512-${half}.sig`)).status).toBe(201)
  expect((await push(strict, `sha512-${half.slice(0, 63)}g`)).status).toBe(400)
  expect((await push(strict, `sha512-${'0'.repeat(64)}`)).status).toBe(400)
})

test('a build id needs its links in the annotations of what is pushed, be it an image or an index', async () => {
  const strict = await ruled({ buildLinks: {} })
  const bare = imageManifest(['layer'])
  const refused = await push(strict, 'build-7', bare)
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('annotations of the manifest')])
  expect((await push(strict, 'build-7', imageManifest(['layer'], { annotations: LINKS }))).status).toBe(201)
  expect((await push(strict, bare.digest, bare)).status).toBe(201)
  expect((await putManifest(strict, 'team/app', 'build-8', indexOf([bare]).text)).status).toBe(400)
  expect((await putManifest(strict, 'team/app', 'build-8', indexOf([bare], { annotations: LINKS }).text)).status).toBe(
    201,
  )
  expect(await tagsNow()).toEqual([parseTag('build-7'), parseTag('build-8')])
})
