import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { homeOf } from './client-home.ts'
import { runRefused } from './command.ts'
import type { Daemon } from './daemon.ts'
import { dockerCommand, dockerRun, startDockerDaemon } from './docker-daemon.ts'
import { assertTag, findDigest, pushImage } from './registry-http.ts'
import { fetchRegistryToken } from './registry-token.ts'
import { assertEqual, assertIncludes, assertMatches, type Client, type Step, step } from './steps.ts'
import type { World } from './world.ts'

const REPOSITORY = 'team-blue/docker'
const SLOW = { timeoutSeconds: 240 }

let daemon: Daemon | undefined

export const docker: Client = {
  name: 'docker',
  needs: ['docker', 'dockerd'],
  steps: (world) => [
    ...loginSteps(world),
    ...transferSteps(world),
    ...buildSteps(world),
    ...listSteps(world),
    ...secureSteps(world),
  ],
  cleanUp: async () => await daemon?.stop(),
}

function loginSteps(world: World): readonly Step[] {
  const { registry } = world
  return [
    step('a daemon of its own starts', async () => {
      daemon = await startDockerDaemon(world)
    }),
    step('login with a wrong password is refused', async () => {
      const login = dockerCommand(world, ['login', '-u', 'AWS', '--password-stdin', registry.host])
      await runRefused(login, /unauthorized|Not Authorized/i, { environment: homeOf(world), input: 'wrong' })
    }),
    step('push without a login is refused', async () => {
      await dockerRun(world, ['import', world.images.rootFileSystem, `${registry.host}/${REPOSITORY}:app`], SLOW)
      const push = dockerCommand(world, ['push', `${registry.host}/${REPOSITORY}:app`])
      await runRefused(push, /no basic auth credentials|unauthorized/i, { environment: homeOf(world) })
    }),
    step('login as AWS with an authorization token', async () => {
      const input = await fetchRegistryToken(registry)
      const { stdout } = await dockerRun(world, ['login', '-u', 'AWS', '--password-stdin', registry.host], { input })
      assertIncludes(stdout, 'Login Succeeded', 'docker login')
    }),
  ]
}

function transferSteps(world: World): readonly Step[] {
  const { registry, images } = world
  const remote = `${registry.host}/${REPOSITORY}`
  let imageId = ''
  return [
    step('push of a Debian root file system, and the digest it says is what is there', async () => {
      imageId = await idOf(world, `${remote}:app`)
      const { stdout } = await dockerRun(world, ['push', `${remote}:app`], SLOW)
      const digest = /digest: (sha256:[0-9a-f]{64})/.exec(stdout)?.[1]
      await assertTag(registry, REPOSITORY, 'app', digest ?? 'docker push named no digest')
    }),
    step('rmi, then pull by tag and by digest, gives the same image', async () => {
      for (const reference of [`:app`, `@${await findDigest(registry, REPOSITORY, 'app')}`]) {
        await dockerRun(world, ['rmi', '--force', imageId])
        await dockerRun(world, ['pull', `${remote}${reference}`], SLOW)
        assertEqual(await idOf(world, `${remote}${reference}`), imageId, `the image pulled as ${reference}`)
      }
    }),
    step('push to another repository mounts the layers', async () => {
      const copy = `${registry.host}/team-green/docker:app`
      await dockerRun(world, ['tag', imageId, copy])
      assertIncludes((await dockerRun(world, ['push', copy])).stdout, `Mounted from ${REPOSITORY}`, 'docker push')
      await assertTag(registry, 'team-green/docker', 'app', (await findDigest(registry, REPOSITORY, 'app')) ?? '')
    }),
    step('pull of the OCI index that another client pushed, by tag and by digest', async () => {
      await pushImage(registry, REPOSITORY, { layout: images.layout, root: images.multi, tag: 'multi' })
      for (const reference of [`:multi`, `@${images.multi.digest}`]) {
        const { stdout } = await dockerRun(world, ['pull', `${remote}${reference}`], SLOW)
        assertIncludes(stdout, `Digest: ${images.multi.digest}`, 'docker pull')
      }
      const { stdout } = await dockerRun(world, ['image', 'inspect', '-f', '{{.Architecture}}', `${remote}:multi`])
      assertEqual(stdout.trim(), 'amd64', 'the architecture that docker chose')
    }),
    step('pull of a tag that is not there says so', async () => {
      const pull = dockerCommand(world, ['pull', `${remote}:missing`])
      await runRefused(pull, /manifest (unknown|for .* not found)/, { environment: homeOf(world) })
    }),
  ]
}

async function idOf(world: World, reference: string): Promise<string> {
  return (await dockerRun(world, ['image', 'inspect', '-f', '{{.Id}}', reference])).stdout.trim()
}

function buildSteps(world: World): readonly Step[] {
  const { registry, directory } = world
  const remote = `${registry.host}/${REPOSITORY}`
  return [
    step('build from scratch with the classic builder, push, pull', async () => {
      await mkdir(join(directory, 'context'))
      await Bun.write(join(directory, 'context/hello.txt'), `hello at ${registry.host}`)
      await Bun.write(join(directory, 'context/Dockerfile'), 'FROM scratch\nCOPY hello.txt /hello.txt\n')
      await buildAndPush(world, 'classic', [])
    }),
    step('build from scratch with BuildKit and inline cache, push, pull', async () => {
      await buildAndPush(world, 'buildkit', ['--build-arg', 'BUILDKIT_INLINE_CACHE=1'])
    }),
    step('build with BuildKit on a pushed base, with the pushed image as cache', async () => {
      await dockerRun(world, ['builder', 'prune', '--all', '--force'])
      const cached = ['--build-arg', 'BUILDKIT_INLINE_CACHE=1', '--cache-from', `${remote}:buildkit`]
      const output = await buildAndPush(world, 'buildkit-again', cached)
      assertMatches(output, /CACHED/, 'the second build')
      await Bun.write(join(directory, 'context/Dockerfile'), `FROM ${remote}:buildkit\nCOPY hello.txt /again.txt\n`)
      await buildAndPush(world, 'buildkit-on-base', [])
    }),
  ]
}

/** Builds with the builder that the tag's name begins with, and returns what the build printed. */
async function buildAndPush(world: World, tag: string, more: readonly string[]): Promise<string> {
  const reference = `${world.registry.host}/${REPOSITORY}:${tag}`
  const environment = { ...homeOf(world), DOCKER_BUILDKIT: tag.startsWith('buildkit') ? '1' : '0' }
  const build = ['build', ...more, '--tag', reference, join(world.directory, 'context')]
  const built = await dockerRun(world, build, { environment, ...SLOW })
  const id = await idOf(world, reference)
  await dockerRun(world, ['push', reference])
  await dockerRun(world, ['rmi', '--force', id])
  await dockerRun(world, ['pull', reference])
  assertEqual(await idOf(world, reference), id, `the image ${tag} after a pull`)
  return built.stdout + built.stderr
}

function listSteps(world: World): readonly Step[] {
  const { registry } = world
  const remote = `${registry.host}/${REPOSITORY}`
  return [
    step('manifest create, push and inspect of a docker manifest list', async () => {
      const parts = [`${remote}:classic`, `${remote}:buildkit`]
      await dockerRun(world, ['manifest', 'create', '--insecure', `${remote}:list`, ...parts])
      const { stdout } = await dockerRun(world, ['manifest', 'push', '--insecure', `${remote}:list`])
      assertEqual(await findDigest(registry, REPOSITORY, 'list'), stdout.trim().split('\n').at(-1), 'the digest')
      const inspected = await dockerRun(world, ['manifest', 'inspect', '--insecure', `${remote}:list`])
      assertEqual(JSON.parse(inspected.stdout).manifests.length, 2, 'the number of children')
    }),
  ]
}

function secureSteps(world: World): readonly Step[] {
  const { secure } = world
  if (secure === undefined) return []
  return [
    step('login, push and pull with TLS', async () => {
      const login = ['login', '-u', secure.accessKeyId, '--password-stdin', secure.host]
      await dockerRun(world, login, { input: secure.secretAccessKey })
      const reference = `${secure.host}/${REPOSITORY}:classic`
      const id = await idOf(world, `${world.registry.host}/${REPOSITORY}:classic`)
      await dockerRun(world, ['tag', id, reference])
      await dockerRun(world, ['push', reference])
      await dockerRun(world, ['rmi', '--force', id])
      await dockerRun(world, ['pull', reference])
      assertEqual(await idOf(world, reference), id, 'the image after a pull')
    }),
  ]
}
