import {
  DeleteLifecyclePolicyCommand,
  DescribeImagesCommand,
  type ECRClient,
  GetLifecyclePolicyCommand,
  LifecyclePolicyNotFoundException,
  PutLifecyclePolicyCommand,
  paginateGetLifecyclePolicyPreview,
  StartLifecyclePolicyPreviewCommand,
  UpdateImageStorageClassCommand,
  waitUntilLifecyclePolicyPreviewComplete,
} from '@aws-sdk/client-ecr'
import { blobPath } from './oci-layout.ts'
import { ask, pushImage } from './registry-http.ts'
import { assertEqual, assertThat, type Step, step } from './steps.ts'
import type { World } from './world.ts'

const KEEP_ONE = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'tagged', tagPatternList: ['v-*'], countType: 'imageCountMoreThan', countNumber: 1 },
      action: { type: 'expire' },
    },
  ],
})

export function lifecycleSteps(world: World, ecr: ECRClient, repositoryName: string): readonly Step[] {
  return [
    step('PutLifecyclePolicy and GetLifecyclePolicy', async () => {
      const put = { repositoryName, lifecyclePolicyText: KEEP_ONE }
      await ecr.send(new PutLifecyclePolicyCommand(put))
      const { lifecyclePolicyText } = await ecr.send(new GetLifecyclePolicyCommand({ repositoryName }))
      assertEqual(lifecyclePolicyText, KEEP_ONE, 'the policy')
    }),
    step('StartLifecyclePolicyPreview, the waiter, and the pages of what would go', async () => {
      for (const release of ['v-1', 'v-2', 'v-3']) await pushRelease(world, repositoryName, release)
      await ecr.send(new StartLifecyclePolicyPreviewCommand({ repositoryName }))
      const timing = { client: ecr, maxWaitTime: 60, minDelay: 1, maxDelay: 2 }
      const { state } = await waitUntilLifecyclePolicyPreviewComplete(timing, { repositoryName })
      assertEqual(String(state), 'SUCCESS', 'the end of the wait')
      const tags: string[] = []
      for await (const page of paginateGetLifecyclePolicyPreview({ client: ecr, pageSize: 1 }, { repositoryName })) {
        assertEqual(page.summary?.expiringImageTotalCount, 2, 'the summary')
        tags.push(...(page.previewResults ?? []).flatMap(({ imageTags }) => imageTags ?? []))
      }
      assertEqual(tags.toSorted(), ['v-1', 'v-2'], 'what would go')
    }),
    step('UpdateImageStorageClass archives an image and restores it', async () => {
      const change = { repositoryName, imageId: { imageTag: 'v-1' } }
      const archive = new UpdateImageStorageClassCommand({ ...change, targetStorageClass: 'ARCHIVE' })
      assertEqual((await ecr.send(archive)).imageStatus, 'ARCHIVED', 'the status')
      const archived = new DescribeImagesCommand({ repositoryName, filter: { imageStatus: 'ARCHIVED' } })
      const { imageDetails } = await ecr.send(archived)
      assertThat(imageDetails?.[0]?.lastArchivedAt instanceof Date, 'lastArchivedAt is not a time')
      const restore = new UpdateImageStorageClassCommand({ ...change, targetStorageClass: 'STANDARD' })
      assertEqual((await ecr.send(restore)).imageStatus, 'ACTIVE', 'the status')
    }),
    step('DeleteLifecyclePolicy, after which it is typed as not found', async () => {
      await ecr.send(new DeleteLifecyclePolicyCommand({ repositoryName }))
      const gone = await ecr.send(new GetLifecyclePolicyCommand({ repositoryName })).catch((thrown: unknown) => thrown)
      assertThat(gone instanceof LifecyclePolicyNotFoundException, `the SDK saw ${gone}`)
    }),
  ]
}

/** An image that nothing holds but its tag, over layers that all share. */
async function pushRelease({ registry, images }: World, repository: string, tag: string): Promise<void> {
  const { layout, arm64 } = images
  await pushImage(registry, repository, { layout, root: arm64, tag: 'base' })
  const manifest = await Bun.file(blobPath(layout, arm64.digest)).json()
  const body = JSON.stringify({ ...manifest, annotations: { release: tag } })
  const headers = { 'content-type': arm64.mediaType }
  const pushed = await ask(registry, `/v2/${repository}/manifests/${tag}`, { method: 'PUT', body, headers })
  assertEqual(pushed.status, 201, `the push of ${tag}`)
}
