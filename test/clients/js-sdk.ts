import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  type ECRClient,
  ListImageReferrersCommand,
  ListTagsForResourceCommand,
  PutImageTagMutabilityCommand,
  paginateListImages,
  RepositoryNotFoundException,
} from '@aws-sdk/client-ecr'
import { lifecycleSteps } from './js-sdk-lifecycle.ts'
import { blobPath } from './oci-layout.ts'
import { ask, pushImage } from './registry-http.ts'
import { ecrClient, fetchRegistryToken } from './registry-token.ts'
import { assertEqual, assertThat, type Client, type Step, step } from './steps.ts'
import type { World } from './world.ts'

const REPOSITORY = 'team-blue/js-sdk'
const EMPTY_DIGEST = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'

export const jsSdk: Client = {
  name: 'js-sdk',
  needs: [],
  steps: (world) => {
    const ecr = ecrClient(world.registry)
    const lifecycle = lifecycleSteps(world, ecr, REPOSITORY)
    return [...repositorySteps(world, ecr), ...imageSteps(world, ecr), ...lifecycle, ...deleteSteps(ecr)]
  },
}

function repositorySteps(world: World, ecr: ECRClient): readonly Step[] {
  return [
    step('an authorization token opens the registry', async () => {
      const password = await fetchRegistryToken(world.registry)
      const headers = { authorization: `Basic ${btoa(`AWS:${password}`)}` }
      assertEqual((await fetch(`${world.registry.url}/v2/`, { headers })).status, 200, 'GET /v2/ with the token')
    }),
    step('CreateRepository, with tags and immutability with exclusions', async () => {
      const { repository } = await ecr.send(
        new CreateRepositoryCommand({
          repositoryName: REPOSITORY,
          imageTagMutability: 'IMMUTABLE_WITH_EXCLUSION',
          imageTagMutabilityExclusionFilters: [{ filterType: 'WILDCARD', filter: 'dev-*' }],
          tags: [{ Key: 'team', Value: 'blue' }],
        }),
      )
      assertThat(repository?.createdAt instanceof Date, 'createdAt is not a time')
      const { tags } = await ecr.send(new ListTagsForResourceCommand({ resourceArn: repository?.repositoryArn }))
      assertEqual(tags, [{ Key: 'team', Value: 'blue' }], 'the tags')
    }),
    step('DescribeRepositories and PutImageTagMutability', async () => {
      const names = { repositoryNames: [REPOSITORY] }
      const { repositories } = await ecr.send(new DescribeRepositoriesCommand(names))
      const filter = repositories?.[0]?.imageTagMutabilityExclusionFilters?.[0]
      assertEqual([filter?.filterType, filter?.filter], ['WILDCARD', 'dev-*'], 'the exclusion filter')
      const change = { repositoryName: REPOSITORY, imageTagMutability: 'MUTABLE' } as const
      assertEqual((await ecr.send(new PutImageTagMutabilityCommand(change))).imageTagMutability, 'MUTABLE', 'the mode')
    }),
  ]
}

function imageSteps(world: World, ecr: ECRClient): readonly Step[] {
  const { registry, images } = world
  const repositoryName = REPOSITORY
  return [
    step('DescribeImages and BatchGetImage of what was pushed', async () => {
      await pushImage(registry, REPOSITORY, { layout: images.layout, root: images.arm64, tag: 'arm64' })
      const imageIds = [{ imageTag: 'arm64' }]
      const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName, imageIds }))
      assertEqual(imageDetails?.[0]?.imageDigest, images.arm64.digest, 'the digest')
      const { images: found } = await ecr.send(new BatchGetImageCommand({ repositoryName, imageIds }))
      const original = await Bun.file(blobPath(images.layout, images.arm64.digest)).text()
      assertEqual(found?.[0]?.imageManifest, original, 'the manifest')
    }),
    step('ListImageReferrers finds what was attached', async () => {
      const artifactType = 'application/vnd.example.review'
      const digest = await attach(world, artifactType)
      const subjectId = { imageDigest: images.arm64.digest }
      const { referrers } = await ecr.send(new ListImageReferrersCommand({ repositoryName, subjectId }))
      const listed = referrers?.map((referrer) => [referrer.digest, referrer.artifactType])
      assertEqual(listed, [[digest, artifactType]], 'the referrers')
    }),
    step('ListImages pages', async () => {
      const tags: (string | undefined)[] = []
      for await (const page of paginateListImages({ client: ecr, pageSize: 1 }, { repositoryName })) {
        tags.push(...(page.imageIds ?? []).map((id) => id.imageTag))
      }
      assertEqual(
        tags.filter((tag) => tag !== undefined),
        ['arm64'],
        'the tags over all pages',
      )
    }),
    step('BatchDeleteImage', async () => {
      const imageIds = [{ imageDigest: images.arm64.digest }, { imageTag: 'missing' }]
      const { imageIds: gone, failures } = await ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds }))
      assertEqual(gone?.[0]?.imageDigest, images.arm64.digest, 'what was deleted')
      assertEqual(failures?.[0]?.failureCode, 'ImageNotFound', 'what was not')
    }),
  ]
}

/** Pushes an artifact without content that refers to the arm64 image. */
async function attach({ registry, images }: World, artifactType: string): Promise<string> {
  const { mediaType, digest, size } = images.arm64
  const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: EMPTY_DIGEST, size: 2, data: 'e30=' }
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    artifactType,
    config: empty,
    layers: [empty],
    subject: { mediaType, digest, size },
  })
  const upload = await ask(registry, `/v2/${REPOSITORY}/blobs/uploads/?digest=${EMPTY_DIGEST}`, {
    method: 'POST',
    body: '{}',
  })
  assertEqual(upload.status, 201, 'the push of the empty blob')
  const own = `sha256:${Bun.SHA256.hash(body, 'hex')}`
  const headers = { 'content-type': mediaType }
  const put = await ask(registry, `/v2/${REPOSITORY}/manifests/${own}`, { method: 'PUT', body, headers })
  assertEqual(put.status, 201, 'the push of the artifact')
  return own
}

function deleteSteps(ecr: ECRClient): readonly Step[] {
  return [
    step('DeleteRepository, after which it is typed as not found', async () => {
      await ecr.send(new DeleteRepositoryCommand({ repositoryName: REPOSITORY, force: true }))
      const describe = ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [REPOSITORY] }))
      const error = await describe.then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      assertThat(error instanceof RepositoryNotFoundException, `the SDK saw ${error}`)
      assertThat(error.message.includes(REPOSITORY), `the message is ${error.message}`)
    }),
  ]
}
