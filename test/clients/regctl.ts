import { join } from 'node:path'
import { homeOf } from './client-home.ts'
import { type CommandOptions, type Outcome, run } from './command.ts'
import { findInLayout } from './oci-layout.ts'
import { ask, assertGone, assertPulledIdentical, assertStoredIdentical, findDigest } from './registry-http.ts'
import { assertEqual, assertThat, type Client, type Step, step } from './steps.ts'
import { tool } from './tools.ts'
import type { World } from './world.ts'

const REPOSITORY = 'team-blue/regctl'
const REVIEW_TYPE = 'application/vnd.example.review'

export const regctl: Client = {
  name: 'regctl',
  needs: ['regctl'],
  steps: (world) => [...transferSteps(world), ...referrerSteps(world), ...sha512Steps(world), ...manageSteps(world)],
}

async function regctlRun(world: World, args: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  return await run([tool('regctl'), ...args], { environment: homeOf(world), directory: world.directory, ...options })
}

function transferSteps(world: World): readonly Step[] {
  const { registry, images, directory } = world
  const image = { layout: images.layout, root: images.multi }
  const remote = `${registry.host}/${REPOSITORY}`
  return [
    step('login with the access key id and its secret', async () => {
      await regctlRun(world, ['registry', 'set', '--skip-check', '--tls', 'disabled', registry.host])
      const login = ['registry', 'login', '-u', registry.accessKeyId, '--pass-stdin', registry.host]
      await regctlRun(world, login, { input: registry.secretAccessKey })
    }),
    step('image copy of an index from a layout, byte-identical', async () => {
      await regctlRun(world, ['image', 'copy', `ocidir://${images.layout}:multi`, `${remote}:multi`])
      await assertStoredIdentical(registry, REPOSITORY, image)
    }),
    step('image copy back, by tag and by digest, byte-identical', async () => {
      for (const [name, reference] of Object.entries({ tag: ':multi', digest: `@${images.multi.digest}` })) {
        const pulled = join(directory, `by-${name}`)
        await regctlRun(world, ['image', 'copy', `${remote}${reference}`, `ocidir://${pulled}:it`])
        assertEqual((await findInLayout(pulled, 'it')).digest, images.multi.digest, `the digest pulled by ${name}`)
        await assertPulledIdentical(pulled, image)
      }
    }),
    step('image copy to another repository, byte-identical', async () => {
      await regctlRun(world, ['image', 'copy', `${remote}:multi`, `${registry.host}/team-green/regctl-copy:multi`])
      await assertStoredIdentical(registry, 'team-green/regctl-copy', image)
    }),
  ]
}

function referrerSteps(world: World): readonly Step[] {
  const { registry, images } = world
  const subject = `${registry.host}/${REPOSITORY}@${images.arm64.digest}`
  return [
    step('artifact put with a subject, artifact list, filtered and not', async () => {
      for (const type of [REVIEW_TYPE, 'application/vnd.example.scan']) {
        const put = ['artifact', 'put', '--artifact-type', type, '--subject', subject]
        await regctlRun(world, put, { input: `about ${type}` })
      }
      assertEqual((await listReferrers(world, subject)).length, 2, 'the number of referrers')
      const filtered = await listReferrers(world, subject, '--filter-artifact-type', REVIEW_TYPE)
      assertEqual(filtered, [REVIEW_TYPE], 'the filtered referrers')
    }),
    step('image copy --referrers takes them along', async () => {
      const copy = `${registry.host}/team-green/regctl-copy:arm64`
      await regctlRun(world, ['image', 'copy', '--referrers', subject, copy])
      assertEqual((await listReferrers(world, copy)).length, 2, 'the number of referrers of the copy')
    }),
  ]
}

async function listReferrers(world: World, subject: string, ...filter: string[]): Promise<string[]> {
  const { stdout } = await regctlRun(world, ['artifact', 'list', subject, ...filter, '--format', '{{json .}}'])
  const { descriptors } = JSON.parse(stdout)
  return (descriptors ?? []).map((entry: { artifactType: string }) => entry.artifactType)
}

function sha512Steps(world: World): readonly Step[] {
  const { registry, images, directory } = world
  const remote = `${registry.host}/${REPOSITORY}`
  return [
    step('an image with sha512 digests is pushed, and read through its tag under them', async () => {
      const source = `${remote}@${images.arm64.digest}`
      await regctlRun(world, ['image', 'mod', source, '--digest-algo', 'sha512', '--create', `${remote}:sha512`])
      const digest = await findDigest(registry, REPOSITORY, 'sha512')
      assertThat(/^sha512:[0-9a-f]{128}$/.test(digest ?? ''), `the tag's digest is ${digest}`)
      const pulled = join(directory, 'sha512')
      await regctlRun(world, ['image', 'copy', `${remote}@${digest}`, `ocidir://${pulled}:it`])
      assertEqual((await findInLayout(pulled, 'it')).digest, digest, 'the digest pulled')
    }),
  ]
}

function manageSteps(world: World): readonly Step[] {
  const { registry, images, directory } = world
  const remote = `${registry.host}/${REPOSITORY}`
  return [
    step('tag ls, repo ls, manifest head', async () => {
      const tags = (await regctlRun(world, ['tag', 'ls', remote])).stdout.trim().split('\n')
      assertEqual(tags, ['multi', 'sha512'], 'regctl tag ls')
      const names = (await regctlRun(world, ['repo', 'ls', registry.host])).stdout.trim().split('\n')
      assertThat(names.includes(REPOSITORY), `regctl repo ls lacks ${REPOSITORY}: ${names.join(' ')}`)
      const { stdout } = await regctlRun(world, ['manifest', 'head', `${remote}:multi`])
      assertEqual(stdout.trim(), images.multi.digest, 'regctl manifest head')
    }),
    step('blob put, get and delete', async () => {
      const input = `a blob at ${registry.host}`
      const digest = (await regctlRun(world, ['blob', 'put', remote], { input })).stdout.trim()
      const { stdout } = await regctlRun(world, ['blob', 'get', remote, digest])
      assertEqual(stdout, input, 'the blob')
      await regctlRun(world, ['blob', 'delete', remote, digest])
      const response = await ask(registry, `/v2/${REPOSITORY}/blobs/${digest}`)
      assertEqual(response.status, 404, 'GET of the deleted blob')
    }),
    step('manifest get and put under another tag keep the bytes', async () => {
      const { stdout } = await regctlRun(world, ['manifest', 'get', '--format', 'raw-body', `${remote}:multi`])
      const put = ['manifest', 'put', '-t', images.multi.mediaType, `${remote}:again`]
      await regctlRun(world, put, { input: stdout, directory })
      assertEqual(await findDigest(registry, REPOSITORY, 'again'), images.multi.digest, 'the digest of the copy')
    }),
    step('tag delete leaves the image and its other tags', async () => {
      await regctlRun(world, ['tag', 'delete', `${remote}:again`])
      await assertGone(registry, REPOSITORY, 'again')
      assertEqual(await findDigest(registry, REPOSITORY, 'multi'), images.multi.digest, 'the other tag')
    }),
    step('manifest delete removes the image and every tag on it', async () => {
      await regctlRun(world, ['manifest', 'delete', `${remote}@${images.multi.digest}`])
      await assertGone(registry, REPOSITORY, 'multi')
      await assertGone(registry, REPOSITORY, images.multi.digest)
    }),
  ]
}
