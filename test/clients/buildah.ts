import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readJson } from '../support/read-json.ts'
import { homeOf } from './client-home.ts'
import { type CommandOptions, type Outcome, run } from './command.ts'
import { ask, assertStoredIdentical, assertTag } from './registry-http.ts'
import { fetchRegistryToken } from './registry-token.ts'
import { assertEqual, type Client, type Step, step } from './steps.ts'
import { tool } from './tools.ts'
import type { World } from './world.ts'

const REPOSITORY = 'team-blue/buildah'

export const buildah: Client = {
  name: 'buildah',
  needs: ['buildah'],
  steps: (world) => [...buildSteps(world), ...manifestSteps(world)],
}

async function buildahRun(world: World, args: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  const root = join(world.directory, 'storage')
  const place = ['--root', root, '--runroot', `${root}-run`, '--storage-driver', 'vfs']
  return await run([tool('buildah'), ...place, ...args], { environment: homeOf(world), ...options })
}

function buildSteps(world: World): readonly Step[] {
  const { registry, directory } = world
  const remote = `${registry.host}/${REPOSITORY}`
  return [
    step('login as AWS with an authorization token', async () => {
      const input = await fetchRegistryToken(registry)
      const login = ['login', '--tls-verify=false', '-u', 'AWS', '--password-stdin', registry.host]
      await buildahRun(world, login, { input })
    }),
    step('bud of an image from scratch, push, and what was said is what is there', async () => {
      await writeContext(world)
      await buildahRun(world, ['bud', '--tag', `${remote}:built`, join(directory, 'context')])
      const digestFile = join(directory, 'digest')
      await buildahRun(world, ['push', '--tls-verify=false', '--digestfile', digestFile, `${remote}:built`])
      await assertTag(registry, REPOSITORY, 'built', await Bun.file(digestFile).text())
    }),
    step('bud with the pushed image as its base pulls it', async () => {
      await buildahRun(world, ['rmi', '--all', '--force'])
      await Bun.write(join(directory, 'context/Containerfile'), `FROM ${remote}:built\nCOPY more.txt /more.txt\n`)
      const build = ['bud', '--tls-verify=false', '--layers', '--tag', `${remote}:extended`]
      await buildahRun(world, [...build, join(directory, 'context')])
      await buildahRun(world, ['push', '--tls-verify=false', `${remote}:extended`])
      assertEqual(await countLayers(world, 'extended'), 2, 'the number of layers')
    }),
    step('push in docker format', async () => {
      await buildahRun(world, [
        'push',
        '--tls-verify=false',
        '--format',
        'v2s2',
        `${remote}:extended`,
        `${remote}:v2s2`,
      ])
      const response = await ask(registry, `/v2/${REPOSITORY}/manifests/v2s2`)
      await response.bytes()
      const type = 'application/vnd.docker.distribution.manifest.v2+json'
      assertEqual(response.headers.get('content-type'), type, 'the type')
    }),
  ]
}

async function writeContext({ directory }: World): Promise<void> {
  await mkdir(join(directory, 'context'))
  await Bun.write(join(directory, 'context/hello.txt'), 'hello from buildah')
  await Bun.write(join(directory, 'context/more.txt'), 'and more')
  await Bun.write(join(directory, 'context/Containerfile'), 'FROM scratch\nCOPY hello.txt /hello.txt\n')
}

async function countLayers({ registry }: World, tag: string): Promise<number> {
  const response = await ask(registry, `/v2/${REPOSITORY}/manifests/${tag}`)
  // An image manifest; anything else has no layers and fails here.
  const { layers } = await readJson<{ layers: readonly unknown[] }>(response)
  return layers.length
}

function manifestSteps(world: World): readonly Step[] {
  const { registry, images } = world
  const remote = `${registry.host}/${REPOSITORY}`
  return [
    step('manifest create, add, push --all of a two-architecture index', async () => {
      await buildahRun(world, ['manifest', 'create', 'both'])
      for (const tag of ['amd64', 'arm64']) {
        await buildahRun(world, ['manifest', 'add', 'both', `oci:${images.layout}:${tag}`])
      }
      const push = ['manifest', 'push', '--all', '--format', 'oci', '--tls-verify=false', 'both']
      await buildahRun(world, [...push, `docker://${remote}:both`], { timeoutSeconds: 240 })
      for (const root of [images.amd64, images.arm64]) {
        await assertStoredIdentical(registry, REPOSITORY, { layout: images.layout, root })
      }
    }),
    step('pull of the index picks the image for this machine', async () => {
      const { stdout } = await buildahRun(world, ['pull', '--quiet', '--tls-verify=false', `${remote}:both`])
      const inspected = await buildahRun(world, ['inspect', '--type', 'image', stdout.trim()])
      assertEqual(JSON.parse(inspected.stdout).OCIv1.architecture, 'amd64', 'the architecture')
    }),
    step('pull of one image by its digest', async () => {
      const pull = ['pull', '--quiet', '--tls-verify=false', `${remote}@${images.amd64.digest}`]
      const { stdout } = await buildahRun(world, pull)
      const inspected = await buildahRun(world, ['inspect', '--type', 'image', stdout.trim()])
      assertEqual(JSON.parse(inspected.stdout).FromImageDigest, images.amd64.digest, 'the digest')
    }),
  ]
}
