import { join } from 'node:path'
import { homeOf } from './client-home.ts'
import { type CommandOptions, type Outcome, run, runRefused } from './command.ts'
import { blobPath } from './oci-layout.ts'
import { assertGone, assertPulledIdentical, assertStoredIdentical, assertTag, findDigest } from './registry-http.ts'
import { assertEqual, assertThat, type Client, type Step, step } from './steps.ts'
import { tool } from './tools.ts'
import type { World } from './world.ts'

const REPOSITORY = 'team-blue/crane'

export const crane: Client = {
  name: 'crane',
  needs: ['crane'],
  steps: (world) => [...transferSteps(world), ...composeSteps(world), ...deleteSteps(world), ...secureSteps(world)],
}

async function craneRun(world: World, args: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  return await run([tool('crane'), ...args], { environment: homeOf(world), ...options })
}

function transferSteps(world: World): readonly Step[] {
  const { registry, images, directory } = world
  const remote = `${registry.host}/${REPOSITORY}`
  const image = { layout: images.layout, root: images.multi }
  return [
    step('login with the access key id and its secret', async () => {
      const input = registry.secretAccessKey
      await craneRun(world, ['auth', 'login', '-u', registry.accessKeyId, '--password-stdin', registry.host], { input })
    }),
    step('push of an index from a layout, byte-identical', async () => {
      const layout = await layoutOf(world, 'multi')
      await craneRun(world, ['push', '--index', layout, `${remote}:multi`])
      await assertStoredIdentical(registry, REPOSITORY, image)
      await assertTag(registry, REPOSITORY, 'multi', images.multi.digest)
    }),
    step('pull by tag and by digest, byte-identical', async () => {
      for (const [name, reference] of Object.entries({ tag: ':multi', digest: `@${images.multi.digest}` })) {
        const pulled = join(directory, `by-${name}`)
        await craneRun(world, ['pull', '--format=oci', `${remote}${reference}`, pulled])
        await assertPulledIdentical(pulled, image)
      }
    }),
    step('copy to another repository, byte-identical', async () => {
      await craneRun(world, ['copy', `${remote}:multi`, `${registry.host}/team-green/crane-copy:multi`])
      await assertStoredIdentical(registry, 'team-green/crane-copy', image)
    }),
    step('digest, manifest and validate agree with what was pushed', async () => {
      const { stdout } = await craneRun(world, ['digest', `${remote}:multi`])
      assertEqual(stdout.trim(), images.multi.digest, 'crane digest')
      const { stdoutBytes } = await craneRun(world, ['manifest', `${remote}:multi`])
      const digest = `sha256:${Bun.SHA256.hash(stdoutBytes, 'hex')}`
      assertEqual(digest, images.multi.digest, 'the hash of crane manifest')
      await craneRun(world, ['validate', '--remote', `${remote}@${images.arm64.digest}`])
    }),
  ]
}

/**
 * A layout as crane wants it: `push` takes the only image of index.json, `push --index` takes index.json itself as the
 * index. The blobs are linked, not copied.
 */
async function layoutOf(world: World, tag: 'multi' | 'arm64'): Promise<string> {
  const { images, directory } = world
  const layout = join(directory, `layout-${tag}`)
  await run(['cp', '--recursive', '--link', images.layout, layout])
  await run(['rm', join(layout, 'index.json')])
  const single = JSON.stringify({ schemaVersion: 2, manifests: [images.arm64] })
  const index = tag === 'multi' ? Bun.file(blobPath(images.layout, images.multi.digest)) : single
  await Bun.write(join(layout, 'index.json'), index)
  return layout
}

function composeSteps(world: World): readonly Step[] {
  const { registry, images } = world
  const remote = `${registry.host}/${REPOSITORY}`
  return [
    step('tag, ls and catalog', async () => {
      await craneRun(world, ['tag', `${remote}:multi`, 'stable'])
      const tags = (await craneRun(world, ['ls', remote])).stdout.trim().split('\n')
      assertEqual(tags, ['multi', 'stable'], 'crane ls')
      const repositories = (await craneRun(world, ['catalog', registry.host])).stdout.trim().split('\n')
      for (const name of [REPOSITORY, 'team-green/crane-copy']) {
        assertThat(repositories.includes(name), `crane catalog lacks ${name}: ${repositories.join(' ')}`)
      }
    }),
    step('index append makes a new index of two images', async () => {
      const children = [images.amd64, images.arm64].flatMap((child) => ['-m', `${remote}@${child.digest}`])
      await craneRun(world, ['index', 'append', ...children, '-t', `${remote}:appended`])
      const { stdout } = await craneRun(world, ['manifest', `${remote}:appended`])
      const digests = JSON.parse(stdout).manifests.map((child: { digest: string }) => child.digest)
      assertEqual(digests, [images.amd64.digest, images.arm64.digest], 'the children of the new index')
    }),
    step('mutate pushes an image with a new label', async () => {
      const source = `${remote}@${images.arm64.digest}`
      await craneRun(world, ['mutate', source, '--label', 'made=by-crane', '-t', `${remote}:mutated`])
      const { stdout } = await craneRun(world, ['config', `${remote}:mutated`])
      assertEqual(JSON.parse(stdout).config.Labels, { made: 'by-crane' }, 'the labels')
    }),
    step('append pushes a layer of our own', async () => {
      const layer = join(world.directory, 'own.tar')
      await Bun.write(join(world.directory, 'own.txt'), 'one small file')
      await run(['tar', '-C', world.directory, '-cf', layer, 'own.txt'])
      await craneRun(world, ['append', '--oci-empty-base', '-f', layer, '-t', `${remote}:appended-layer`])
      const { stdoutBytes } = await craneRun(world, ['export', `${remote}:appended-layer`, '-'])
      assertThat(new TextDecoder().decode(stdoutBytes).includes('one small file'), 'the exported file system lacks it')
    }),
  ]
}

function deleteSteps(world: World): readonly Step[] {
  const { registry, images } = world
  const remote = `${registry.host}/${REPOSITORY}`
  return [
    step('delete of a tag leaves the image and its other tags', async () => {
      await craneRun(world, ['delete', `${remote}:stable`])
      await assertGone(registry, REPOSITORY, 'stable')
      assertEqual(await findDigest(registry, REPOSITORY, 'multi'), images.multi.digest, 'the other tag')
    }),
    step('delete by digest removes the image and every tag on it', async () => {
      const digest = (await craneRun(world, ['digest', `${remote}:mutated`])).stdout.trim()
      await craneRun(world, ['delete', `${remote}@${digest}`])
      await assertGone(registry, REPOSITORY, 'mutated')
      const inspect = [tool('crane'), 'manifest', `${remote}@${digest}`]
      await runRefused(inspect, /MANIFEST_UNKNOWN/, { environment: homeOf(world) })
    }),
  ]
}

function secureSteps(world: World): readonly Step[] {
  const { secure, images, directory } = world
  if (secure?.certificateFile === undefined) return []
  const environment = { ...homeOf(world), SSL_CERT_FILE: secure.certificateFile }
  return [
    step('push and pull with TLS, the certificate checked', async () => {
      const input = secure.secretAccessKey
      const login = ['auth', 'login', '-u', secure.accessKeyId, '--password-stdin', secure.host]
      await craneRun(world, login, { input, environment })
      const [remote, pulled] = [`${secure.host}/${REPOSITORY}:arm64`, join(directory, 'by-tls')]
      await craneRun(world, ['push', await layoutOf(world, 'arm64'), remote], { environment })
      await craneRun(world, ['pull', '--format=oci', remote, pulled], { environment })
      await assertPulledIdentical(pulled, { layout: images.layout, root: images.arm64 })
    }),
  ]
}
