import { join } from 'node:path'
import { homeOf } from './client-home.ts'
import { type CommandOptions, type Outcome, run, runRefused } from './command.ts'
import { blobPath, readClosure } from './oci-layout.ts'
import { ask, assertGone, assertTag, pushImage } from './registry-http.ts'
import { assertEqual, assertIncludes, assertThat, type Client, type Step, StepSkipped, step } from './steps.ts'
import { findTool, type ToolName, tool } from './tools.ts'
import type { World } from './world.ts'

/** One of the two AWS CLIs, and the repository it works on; the two differ in what they send and in what they know. */
interface Cli {
  readonly world: World
  readonly program: ToolName
  readonly repository: string
}

export const awsV1: Client = awsClient('aws-v1')
export const awsV2: Client = awsClient('aws-v2')

function awsClient(program: 'aws-v1' | 'aws-v2'): Client {
  return {
    name: program,
    needs: [program],
    steps: (world) => {
      const cli = { world, program, repository: `team-blue/${program}` }
      return [
        ...identitySteps(cli),
        ...repositorySteps(cli),
        ...imageSteps(cli),
        ...layerSteps(cli),
        ...settingSteps(cli),
        ...deleteSteps(cli),
      ]
    },
  }
}

function awsCommand({ world, program }: Cli, service: string, args: readonly string[]): readonly string[] {
  return [tool(program), '--endpoint-url', world.registry.url, '--output', 'json', service, ...args]
}

function environmentOf({ world }: Cli): Record<string, string> {
  return {
    ...homeOf(world),
    AWS_ACCESS_KEY_ID: world.registry.accessKeyId,
    AWS_SECRET_ACCESS_KEY: world.registry.secretAccessKey,
    AWS_DEFAULT_REGION: world.registry.region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
  }
}

/** Runs `aws ecr …` and returns what it printed. */
async function ecr(cli: Cli, args: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  return await run(awsCommand(cli, 'ecr', args), { environment: environmentOf(cli), ...options })
}

/** Runs `aws ecr …` on the repository, and gives its JSON answer; the assertions are on what is read from it. */
async function ecrJson(cli: Cli, operation: string, ...args: string[]) {
  const { stdout } = await ecr(cli, [operation, '--repository-name', cli.repository, ...args])
  return JSON.parse(stdout)
}

async function ecrRefused(cli: Cli, says: RegExp, ...args: string[]): Promise<void> {
  await runRefused(awsCommand(cli, 'ecr', args), says, { environment: environmentOf(cli) })
}

function identitySteps(cli: Cli): readonly Step[] {
  const { registry } = cli.world
  return [
    step('sts get-caller-identity names the account', async () => {
      const command = awsCommand(cli, 'sts', ['get-caller-identity'])
      const { stdout } = await run(command, { environment: environmentOf(cli) })
      assertEqual(JSON.parse(stdout).Account, registry.account, 'the account')
    }),
    step('a wrong secret is refused', async () => {
      const environment = { ...environmentOf(cli), AWS_SECRET_ACCESS_KEY: 'wrong' }
      const describe = awsCommand(cli, 'ecr', ['describe-repositories'])
      await runRefused(describe, /InvalidSignatureException|SignatureDoesNotMatch/, { environment })
    }),
    step('get-login-password logs in skopeo, podman and docker', async () => {
      const input = (await ecr(cli, ['get-login-password'])).stdout
      const clients = (['skopeo', 'podman', 'docker'] as const).filter((name) => findTool(name) !== undefined)
      if (clients.length === 0) throw new StepSkipped('neither skopeo nor podman nor docker is installed')
      for (const name of clients) {
        const insecure = name === 'docker' ? [] : ['--tls-verify=false']
        const login = [tool(name), 'login', ...insecure, '-u', 'AWS', '--password-stdin', registry.host]
        const { stdout } = await run(login, { environment: environmentOf(cli), input })
        assertIncludes(stdout, 'Login Succeeded', `${name} login`)
      }
    }),
  ]
}

function repositorySteps(cli: Cli): readonly Step[] {
  const { registry } = cli.world
  const { repository } = cli
  const arn = `arn:aws:ecr:${registry.region}:${registry.account}:repository/${repository}`
  return [
    step('create-repository, and again, which is refused', async () => {
      const options = ['--image-tag-mutability', 'IMMUTABLE', '--tags', 'Key=team,Value=blue']
      const created = (await ecrJson(cli, 'create-repository', ...options)).repository
      assertEqual([created.repositoryName, created.repositoryArn], [repository, arn], 'the name and the ARN')
      assertIncludes(created.repositoryUri, `/${repository}`, 'the URI')
      const again = ['create-repository', '--repository-name', repository]
      await ecrRefused(cli, /RepositoryAlreadyExistsException/, ...again)
    }),
    step('describe-repositories, by name and page by page', async () => {
      const named = JSON.parse((await ecr(cli, ['describe-repositories', '--repository-names', repository])).stdout)
      assertEqual(named.repositories[0].imageTagMutability, 'IMMUTABLE', 'the mutability')
      await ecr(cli, ['create-repository', '--repository-name', `${repository}/second`])
      const { stdout } = await ecr(cli, ['describe-repositories', '--page-size', '1'])
      const names = JSON.parse(stdout).repositories.map((one: { repositoryName: string }) => one.repositoryName)
      const both = names.filter((name: string) => name.startsWith(repository))
      assertEqual(both, [repository, `${repository}/second`], 'the repositories over several pages')
    }),
    step('put-image-tag-mutability and put-image-scanning-configuration', async () => {
      const changed = await ecrJson(cli, 'put-image-tag-mutability', '--image-tag-mutability', 'MUTABLE')
      assertEqual(changed.imageTagMutability, 'MUTABLE', 'the mutability')
      await ecrJson(cli, 'put-image-scanning-configuration', '--image-scanning-configuration', 'scanOnPush=true')
      const { stdout } = await ecr(cli, ['describe-repositories', '--repository-names', repository])
      assertEqual(JSON.parse(stdout).repositories[0].imageScanningConfiguration, { scanOnPush: true }, 'scanning')
    }),
    step('tag-resource, list-tags-for-resource, untag-resource', async () => {
      await ecr(cli, ['tag-resource', '--resource-arn', arn, '--tags', 'Key=stage,Value=test'])
      await ecr(cli, ['untag-resource', '--resource-arn', arn, '--tag-keys', 'team'])
      const { stdout } = await ecr(cli, ['list-tags-for-resource', '--resource-arn', arn])
      assertEqual(JSON.parse(stdout).tags, [{ Key: 'stage', Value: 'test' }], 'the tags')
    }),
  ]
}

function imageSteps(cli: Cli): readonly Step[] {
  const { registry, images } = cli.world
  const { repository } = cli
  const image = { layout: images.layout, root: images.multi, tag: 'multi' }
  return [
    step('list-images and describe-images of what was pushed', async () => {
      await pushImage(registry, repository, image)
      const { imageIds } = await ecrJson(cli, 'list-images')
      assertEqual(imageIds.length, 3, 'an index and its two images')
      const filter = ['--filter', 'tagStatus=TAGGED']
      const tagged = await ecrJson(cli, 'list-images', ...filter)
      assertEqual(tagged.imageIds, [{ imageDigest: images.multi.digest, imageTag: 'multi' }], 'the tagged images')
      const { imageDetails } = await ecrJson(cli, 'describe-images', '--image-ids', 'imageTag=multi')
      assertEqual(imageDetails[0].imageDigest, images.multi.digest, 'the digest')
      assertEqual(imageDetails[0].imageManifestMediaType, images.multi.mediaType, 'the media type')
      assertRecent(imageDetails[0].imagePushedAt)
    }),
    step('describe-images tells the size of the layers', async () => {
      const details = await ecrJson(cli, 'describe-images', '--image-ids', `imageDigest=${images.arm64.digest}`)
      const closure = await readClosure(images.layout, images.arm64)
      const sizeBytes = closure.filter((part) => part.digest !== images.arm64.digest)
      const total = sizeBytes.reduce((sum, part) => sum + part.size, 0)
      const found = details.imageDetails[0].imageSizeInBytes
      assertThat(found > total * 0.99 && found <= total + 10_000, `the size is ${found}, the parts are ${total} bytes`)
    }),
    step('batch-get-image gives the very manifest, and names what it did not find', async () => {
      const ids = ['imageTag=multi', 'imageTag=missing']
      const answer = await ecrJson(cli, 'batch-get-image', '--image-ids', ...ids)
      const original = await Bun.file(blobPath(images.layout, images.multi.digest)).text()
      assertEqual(answer.images[0].imageManifest, original, 'the manifest')
      assertEqual(answer.failures[0].failureCode, 'ImageNotFound', 'the failure')
    }),
    step('put-image gives an image another tag', async () => {
      const manifest = await Bun.file(blobPath(images.layout, images.multi.digest)).text()
      const type = ['--image-manifest-media-type', images.multi.mediaType]
      const put = await ecrJson(cli, 'put-image', '--image-tag', 'stable', '--image-manifest', manifest, ...type)
      assertEqual(put.image.imageId, { imageDigest: images.multi.digest, imageTag: 'stable' }, 'the image id')
      await assertTag(registry, repository, 'stable', images.multi.digest)
    }),
    step('an immutable tag cannot be moved, by put-image or by a push', async () => {
      await ecrJson(cli, 'put-image-tag-mutability', '--image-tag-mutability', 'IMMUTABLE')
      const manifest = await Bun.file(blobPath(images.layout, images.arm64.digest)).text()
      const put = ['put-image', '--repository-name', repository, '--image-tag', 'stable', '--image-manifest', manifest]
      await ecrRefused(cli, /ImageTagAlreadyExistsException/, ...put)
      const headers = { 'content-type': images.arm64.mediaType }
      const path = `/v2/${repository}/manifests/stable`
      const pushed = await ask(registry, path, { method: 'PUT', body: manifest, headers })
      assertIncludes(await pushed.text(), 'TAG_INVALID', 'the answer to the push')
      await assertTag(registry, repository, 'stable', images.multi.digest)
    }),
    step('batch-delete-image by tag and by digest, and what it cannot delete', async () => {
      await ecrJson(cli, 'put-image-tag-mutability', '--image-tag-mutability', 'MUTABLE')
      const untagged = await ecrJson(cli, 'batch-delete-image', '--image-ids', 'imageTag=stable')
      assertEqual(untagged.imageIds, [{ imageDigest: images.multi.digest, imageTag: 'stable' }], 'what was deleted')
      await assertTag(registry, repository, 'multi', images.multi.digest)
      const child = await ecrJson(cli, 'batch-delete-image', '--image-ids', `imageDigest=${images.arm64.digest}`)
      assertEqual(child.failures[0].failureCode, 'ImageReferencedByManifestList', 'deleting a child')
      await ecrJson(cli, 'batch-delete-image', '--image-ids', `imageDigest=${images.multi.digest}`)
      await assertGone(registry, repository, 'multi')
      await assertGone(registry, repository, images.multi.digest)
    }),
  ]
}

/** Version 1 prints a time as seconds, version 2 as ISO 8601. */
function assertRecent(time: number | string): void {
  const ageMs = Date.now() - (typeof time === 'number' ? time * 1000 : Date.parse(time))
  assertThat(Math.abs(ageMs) < 600_000, `the time ${time} is not that of the push`)
}

function layerSteps(cli: Cli): readonly Step[] {
  const { registry, directory } = cli.world
  const { repository } = cli
  const file = join(directory, 'layer-part')
  let digest = ''
  return [
    step('initiate-layer-upload, upload-layer-part, complete-layer-upload', async () => {
      const content = crypto.getRandomValues(new Uint8Array(50_000))
      await Bun.write(file, content)
      digest = `sha256:${Bun.SHA256.hash(content, 'hex')}`
      const { uploadId } = await ecrJson(cli, 'initiate-layer-upload')
      const part = ['--part-first-byte', '0', '--part-last-byte', '49999', '--layer-part-blob', `fileb://${file}`]
      const uploaded = await ecrJson(cli, 'upload-layer-part', '--upload-id', uploadId, ...part)
      assertEqual(uploaded.lastByteReceived, 49_999, 'the last byte received')
      const done = ['--upload-id', uploadId, '--layer-digests', digest]
      assertEqual((await ecrJson(cli, 'complete-layer-upload', ...done)).layerDigest, digest, 'the digest')
    }),
    step('batch-check-layer-availability', async () => {
      const missing = `sha256:${'0'.repeat(64)}`
      const check = ['batch-check-layer-availability', '--layer-digests', digest, missing] as const
      const answer = await ecrJson(cli, ...check)
      assertEqual(answer.layers[0].layerAvailability, 'AVAILABLE', 'the layer just uploaded')
      const failed = [...(answer.failures ?? []), ...answer.layers.slice(1)]
      assertThat(failed.length === 1, `the missing layer is not named: ${JSON.stringify(answer)}`)
    }),
    step('get-download-url-for-layer gives a URL that needs no credentials', async () => {
      const { downloadUrl } = await ecrJson(cli, 'get-download-url-for-layer', '--layer-digest', digest)
      const bytes = await (await fetch(downloadUrl)).bytes()
      assertEqual(`sha256:${Bun.SHA256.hash(bytes, 'hex')}`, digest, 'the bytes behind the URL')
      const other = downloadUrl.replace(digest.slice(-8), '00000000')
      assertThat(other === downloadUrl || !(await fetch(other)).ok, 'the URL opens other blobs too')
      assertEqual((await ask(registry, `/v2/${repository}/blobs/${digest}`)).status, 200, 'the blob by OCI')
    }),
  ]
}

function settingSteps(cli: Cli): readonly Step[] {
  const { registry } = cli.world
  return [
    step('describe-registry names the account', async () => {
      const { stdout } = await ecr(cli, ['describe-registry'])
      assertEqual(JSON.parse(stdout).registryId, registry.account, 'the registry id')
    }),
    step('a repository creation template is created, updated, used by a push, deleted', async () => {
      // Version 2.9.19 is older than these operations.
      if (cli.program === 'aws-v2') throw new StepSkipped('Debian 12 has a CLI that is older than these operations')
      const prefix = ['--prefix', `made/${cli.program}`]
      const create = ['--applied-for', 'CREATE_ON_PUSH', '--image-tag-mutability', 'IMMUTABLE']
      await ecr(cli, ['create-repository-creation-template', ...prefix, ...create])
      const update = ['--description', 'for tests', '--resource-tags', 'Key=made,Value=by-template']
      await ecr(cli, ['update-repository-creation-template', ...prefix, ...update])
      await useTemplate(cli)
      await ecr(cli, ['delete-repository-creation-template', ...prefix])
      const { stdout } = await ecr(cli, ['describe-repository-creation-templates'])
      assertThat(!stdout.includes(`made/${cli.program}`), 'the template is still there')
    }),
    step('get-account-setting and put-account-setting', async () => {
      if (cli.program === 'aws-v2') throw new StepSkipped('Debian 12 has a CLI that is older than these operations')
      const name = ['--name', 'BASIC_SCAN_TYPE_VERSION']
      await ecr(cli, ['put-account-setting', ...name, '--value', 'AWS_NATIVE'])
      const { stdout } = await ecr(cli, ['get-account-setting', ...name])
      assertEqual(JSON.parse(stdout).value, 'AWS_NATIVE', 'the setting')
    }),
  ]
}

/** A push to a repository that is not there makes it as the template says. */
async function useTemplate(cli: Cli): Promise<void> {
  const { registry, images } = cli.world
  const name = `made/${cli.program}/app`
  await pushImage(registry, name, { layout: images.layout, root: images.arm64, tag: 'arm64' })
  const { stdout } = await ecr(cli, ['describe-repositories', '--repository-names', name])
  assertEqual(JSON.parse(stdout).repositories[0].imageTagMutability, 'IMMUTABLE', 'what the template gave')
}

function deleteSteps(cli: Cli): readonly Step[] {
  const { registry, images } = cli.world
  const { repository } = cli
  return [
    step('delete-repository spares one with images, until it is forced', async () => {
      await pushImage(registry, repository, { layout: images.layout, root: images.arm64, tag: 'arm64' })
      const gone = ['delete-repository', '--repository-name', repository] as const
      await ecrRefused(cli, /RepositoryNotEmptyException/, ...gone)
      await ecrJson(cli, 'delete-repository', '--force')
      const describe = ['describe-repositories', '--repository-names', repository]
      await ecrRefused(cli, /RepositoryNotFoundException/, ...describe)
      await ecr(cli, ['describe-repositories', '--repository-names', `${repository}/second`])
    }),
  ]
}
