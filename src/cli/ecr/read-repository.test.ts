import { expect, test } from 'bun:test'
import { OCI_INDEX, OCI_MANIFEST } from '../../../test/support/images.ts'
import { parseLifecyclePolicy } from '../../core/lifecycle/parse-lifecycle-policy.ts'
import { Progress } from '../progress.ts'
import { EcrReader } from './ecr-reader.ts'
import { readRepository } from './read-repository.ts'

const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const IMAGES = [
  { imageDigest: digest('a'), imageTags: ['v1'], imageManifestMediaType: OCI_INDEX, imagePushedAt: 1e9 },
  { imageDigest: digest('b'), imageManifestMediaType: OCI_MANIFEST, imagePushedAt: 1e9 },
  {
    imageDigest: digest('c'),
    imageManifestMediaType: OCI_INDEX,
    imagePushedAt: 1e9,
    imageStatus: 'ACTIVATING',
    lastArchivedAt: 1.5e9,
  },
]
const MANIFEST = JSON.stringify({ annotations: { team: 'blue', odd: 1 }, manifests: [{ digest: digest('b') }, 7] })

/** A registry with those three images. */
function startRegistry() {
  const asked: string[][] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: async (request) => {
      if (request.headers.get('x-amz-target')?.endsWith('DescribeImages'))
        return Response.json({ imageDetails: IMAGES })
      const { imageIds } = JSON.parse(await request.text())
      asked.push(imageIds.map((imageId: { imageDigest: string }) => imageId.imageDigest))
      return Response.json({ images: imageIds.map((imageId: object) => ({ imageId, imageManifest: MANIFEST })) })
    },
  })
  const findCredentials = async () => ({ accessKeyId: 'A', secretAccessKey: 's', isLocal: true })
  const options = { endpoint: server.url.origin, findCredentials, certificates: undefined, registryId: undefined }
  const reader = new EcrReader({ ...options, region: 'eu-test-7' })
  const progress = new Progress({ tell: () => {}, isTerminal: false, isQuiet: true, nowMs: () => 0 })
  const read = (policy: object, manifests?: boolean) => {
    const policies = [parseLifecyclePolicy(JSON.stringify(policy))]
    return readRepository(reader, { repository: 'r', policies, manifests }, progress)
  }
  return { read, asked, [Symbol.asyncDispose]: () => server.stop(true) }
}

const ecr = (selection: object, type: 'expire' | 'transition' = 'expire') => {
  const action = type === 'expire' ? { type } : { type, targetStorageClass: 'archive' }
  return { rules: [{ rulePriority: 1, selection, action }] }
}
const TAKES = ecr({ tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 })
const TAKES_NONE = ecr({ tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 100 })
const PULLED = ecr({ tagStatus: 'any', countType: 'sinceImagePulled', countUnit: 'days', countNumber: 1 }, 'transition')
const lading = (select: object, since: string) => {
  const rule = { name: 'old', select, when: { olderThan: { days: 1, since } }, action: 'expire' }
  return { version: 'lading/lifecycle/v1', rules: [rule] }
}

test.each([
  ['something would go', TAKES, undefined, [digest('a')]],
  ['nothing would go', TAKES_NONE, undefined, []],
  ['images are units', lading({ tags: 'none' }, 'pushed'), undefined, [digest('a')]],
  [
    'annotations are asked for',
    lading({ annotations: { team: '*' } }, 'pushed'),
    undefined,
    [digest('a'), digest('b')],
  ],
  ['pulls are counted', PULLED, undefined, []],
  ['pulls are counted, and it was asked for', PULLED, true, [digest('a')]],
  ['it was forbidden', TAKES, false, []],
])(
  'aws roadmap#2390: reading is pulling, so where %s exactly what is needed is read',
  async (_, policy, given, read) => {
    await using registry = startRegistry()
    await registry.read(policy, given)
    expect(registry.asked.flat()).toEqual(read)
  },
)

test('images are as ECR tells of them; what is being restored is still archived, and cannot be read', async () => {
  await using registry = startRegistry()
  const { images, notes } = await registry.read(TAKES)
  expect(images).toMatchObject([
    { digest: digest('a'), tags: [{ tag: 'v1' }], children: [digest('b')], annotations: { team: 'blue' } },
    { digest: digest('b'), tags: [], children: [], pushedAtMs: 1e12, lastPulledAtMs: undefined },
    { digest: digest('c'), storageClass: 'archive', archivedAtMs: 1.5e12, children: [] },
  ])
  expect(images[0]?.annotations).toEqual({ team: 'blue' })
  expect(notes).toEqual([
    'Manifests read: 1. ECR counts that as pulling them; --no-manifests leaves it out.',
    'Manifests not read: 1. What they hold, and their annotations, are not known.',
  ])
})

test.each([
  [
    lading({}, 'tagged'),
    undefined,
    'old counts by tagged, and Amazon ECR does not say when a tag was set or taken off.',
  ],
  [lading({}, 'untagged'), undefined, 'old counts by untagged, and Amazon ECR does not say'],
  [lading({}, 'pulled'), undefined, 'which only manifests say, and reading them at ECR is a pull, which it counts by'],
  [lading({}, 'pushed'), false, 'The policy counts indexes with what they hold, which only manifests say.'],
  [lading({ annotations: { a: '*' } }, 'pushed'), false, 'The policy asks for annotations, which only manifests say.'],
])(
  'a policy that ECR does not tell enough for is refused before anything is read: %j',
  async (policy, given, sentence) => {
    await using registry = startRegistry()
    await expect(registry.read(policy, given)).rejects.toThrow(sentence)
    expect(registry.asked).toEqual([])
  },
)
