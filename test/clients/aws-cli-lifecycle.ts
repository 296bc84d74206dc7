import { awsCommand, type Cli, ecr, ecrJson, ecrRefused, environmentOf } from './aws-cli-run.ts'
import { attempt, CommandFailed } from './command.ts'
import { blobPath } from './oci-layout.ts'
import { pushImage } from './registry-http.ts'
import { assertEqual, assertThat, type Step, StepSkipped, step } from './steps.ts'

const KEEP_ONE = {
  rules: [
    {
      rulePriority: 1,
      description: 'one release',
      selection: { tagStatus: 'tagged', tagPrefixList: ['v-'], countType: 'imageCountMoreThan', countNumber: 1 },
      action: { type: 'expire' },
    },
  ],
}

export function lifecycleSteps(cli: Cli): readonly Step[] {
  const named = ['--repository-name', cli.repository] as const
  return [
    step('put-lifecycle-policy, get-lifecycle-policy, delete-lifecycle-policy', async () => {
      const text = JSON.stringify(KEEP_ONE, undefined, 2)
      const put = await ecrJson(cli, 'put-lifecycle-policy', '--lifecycle-policy-text', text)
      assertEqual(JSON.parse(put.lifecyclePolicyText), KEEP_ONE, 'the policy that was put')
      const got = await ecrJson(cli, 'get-lifecycle-policy')
      assertEqual(got.lifecyclePolicyText, put.lifecyclePolicyText, 'the policy that is there')
      await ecrJson(cli, 'delete-lifecycle-policy')
      await ecrRefused(cli, /LifecyclePolicyNotFoundException/, 'get-lifecycle-policy', ...named)
    }),
    step('put-lifecycle-policy says what is wrong with a policy', async () => {
      const text = JSON.stringify(KEEP_ONE).replace('"countNumber":1', '"countNumber":0')
      const put = ['put-lifecycle-policy', ...named, '--lifecycle-policy-text', text]
      await ecrRefused(cli, /InvalidParameterException.*countNumber/s, ...put)
    }),
    step('start-lifecycle-policy-preview, the waiter, and what get-lifecycle-policy-preview shows', async () => {
      const old = await pushReleases(cli)
      await ecrRefused(cli, /LifecyclePolicyPreviewNotFound/, 'get-lifecycle-policy-preview', ...named)
      const text = JSON.stringify(KEEP_ONE)
      await ecrJson(cli, 'start-lifecycle-policy-preview', '--lifecycle-policy-text', text)
      await ecr(cli, ['wait', 'lifecycle-policy-preview-complete', ...named])
      const preview = await ecrJson(cli, 'get-lifecycle-policy-preview')
      assertEqual([preview.status, preview.summary.expiringImageTotalCount], ['COMPLETE', 1], 'the preview')
      const [{ imageDigest, imageTags, action, appliedRulePriority }] = preview.previewResults
      assertEqual([imageDigest, imageTags, action.type, appliedRulePriority], [old, ['v-1'], 'EXPIRE', 1], 'the image')
      const { imageDetails } = await ecrJson(cli, 'describe-images', '--image-ids', 'imageTag=v-1')
      assertEqual(imageDetails[0].imageDigest, old, 'the image after a preview')
    }),
    step('update-image-storage-class archives an image and restores it', async () => {
      const archived = await storageClass(cli, 'ARCHIVE')
      assertEqual(archived.imageStatus, 'ARCHIVED', 'the status')
      const listed = await ecrJson(cli, 'describe-images', '--filter', 'imageStatus=ARCHIVED')
      assertEqual(listed.imageDetails[0].imageTags, ['v-1'], 'what is archived')
      assertEqual((await storageClass(cli, 'STANDARD')).imageStatus, 'ACTIVE', 'the status')
    }),
  ]
}

/** Two images that nothing holds but their tags. @returns the digest of the older */
async function pushReleases(cli: Cli): Promise<string> {
  const { registry, images } = cli.world
  await pushImage(registry, cli.repository, { layout: images.layout, root: images.arm64, tag: 'arm64' })
  const manifest = await Bun.file(blobPath(images.layout, images.arm64.digest)).json()
  const digests: string[] = []
  for (const tag of ['v-1', 'v-2']) {
    const text = JSON.stringify({ ...manifest, annotations: { release: tag } })
    const type = ['--image-manifest-media-type', images.arm64.mediaType]
    const put = await ecrJson(cli, 'put-image', '--image-tag', tag, '--image-manifest', text, ...type)
    digests.push(put.image.imageId.imageDigest)
  }
  assertThat(digests[0] !== digests[1], 'the two images are one')
  return digests[0] ?? ''
}

/** The operation is of November 2025. @throws {StepSkipped} where the CLI does not know it */
async function storageClass(cli: Cli, target: string) {
  const image = ['--repository-name', cli.repository, '--image-id', 'imageTag=v-1', '--target-storage-class', target]
  const command = awsCommand(cli, 'ecr', ['update-image-storage-class', ...image])
  const outcome = await attempt(command, { environment: environmentOf(cli) })
  if (/Invalid choice/.test(outcome.stderr)) throw new StepSkipped(`this CLI does not know update-image-storage-class`)
  if (outcome.status !== 0) throw new CommandFailed(command.join(' '), `exit status ${outcome.status}`, outcome)
  return JSON.parse(outcome.stdout)
}
