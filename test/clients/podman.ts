import { copyFile, mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { homeOf } from './client-home.ts'
import { type CommandOptions, run, runRefused } from './command.ts'
import { blobPath, type Descriptor } from './oci-layout.ts'
import { purgeUntagged } from './purge.ts'
import { ask, assertGone, assertStoredIdentical, assertTag, findDigest } from './registry-http.ts'
import { fetchRegistryToken } from './registry-token.ts'
import { assertEqual, assertMatches, assertThat, type Client, type Step, step } from './steps.ts'
import { tool } from './tools.ts'
import type { World } from './world.ts'

const REPOSITORY = 'team-blue/podman'

export const podman: Client = {
  name: 'podman',
  needs: ['podman'],
  steps: (world) => [...loginSteps(world), ...transferSteps(world), ...manifestSteps(world), ...secureSteps(world)],
}

/** Every storage of its own: what one has pulled, another must fetch again. */
function podmanIn(world: World, storage: string): readonly string[] {
  const root = join(world.directory, storage)
  const place = ['--root', root, '--runroot', `${root}-run`, '--storage-driver', 'vfs', '--events-backend', 'none']
  return [tool('podman'), ...place]
}

async function podmanRun(world: World, storage: string, args: readonly string[], more: CommandOptions = {}) {
  return await run([...podmanIn(world, storage), ...args], { environment: homeOf(world), ...more })
}

function loginSteps(world: World): readonly Step[] {
  const { registry } = world
  const login = ['login', '--tls-verify=false', '--password-stdin']
  return [
    step('login with a wrong password is refused', async () => {
      const command = [...podmanIn(world, 'first'), ...login, '-u', 'AWS', registry.host]
      await runRefused(command, /unauthorized|invalid username/i, { environment: homeOf(world), input: 'wrong' })
    }),
    step('login as AWS with an authorization token, logout', async () => {
      const input = await fetchRegistryToken(registry)
      await podmanRun(world, 'first', [...login, '-u', 'AWS', registry.host], { input })
      await podmanRun(world, 'first', ['logout', registry.host])
    }),
    step('login with the access key id and its secret', async () => {
      const input = registry.secretAccessKey
      await podmanRun(world, 'first', [...login, '-u', registry.accessKeyId, registry.host], { input })
    }),
  ]
}

function transferSteps(world: World): readonly Step[] {
  const { registry, images } = world
  const remote = `${registry.host}/${REPOSITORY}`
  return [
    step('push of a 100 MB image', async () => {
      // The path becomes the image's name, and the cache's is none that podman accepts.
      await symlink(images.layout, join(world.directory, 'layout'))
      await podmanRun(world, 'first', ['pull', `oci:${world.directory}/layout:amd64`], { timeoutSeconds: 240 })
      const image = await configDigest(world, images.amd64)
      await podmanRun(world, 'first', ['push', '--tls-verify=false', image, `${remote}:app`], { timeoutSeconds: 240 })
    }),
    step('pull by tag and by digest into empty storages gives the same image', async () => {
      const digest = await findDigest(registry, REPOSITORY, 'app')
      for (const [storage, reference] of Object.entries({ tagged: ':app', digested: `@${digest}` })) {
        const pull = ['pull', '--quiet', '--tls-verify=false', `${remote}${reference}`]
        const { stdout } = await podmanRun(world, storage, pull, { timeoutSeconds: 240 })
        assertEqual(stdout.trim(), await configDigest(world, images.amd64), `the image pulled as ${reference}`)
      }
    }),
    step('push of what was pulled to another repository keeps the digest', async () => {
      const digestFile = join(world.directory, 'digest')
      const push = ['push', '--tls-verify=false', '--digestfile', digestFile, `${remote}:app`]
      await podmanRun(world, 'tagged', [...push, `${registry.host}/team-green/podman:app`], { timeoutSeconds: 240 })
      await assertTag(registry, 'team-green/podman', 'app', await Bun.file(digestFile).text())
    }),
    step('pull of a tag that is not there says so', async () => {
      const pull = [...podmanIn(world, 'first'), 'pull', '--tls-verify=false', `${remote}:missing`]
      await runRefused(pull, /manifest unknown/, { environment: homeOf(world) })
    }),
    step('search lists the tags', async () => {
      const { stdout } = await podmanRun(world, 'first', ['search', '--tls-verify=false', '--list-tags', remote])
      assertMatches(stdout, new RegExp(`${REPOSITORY} +app`), 'podman search --list-tags')
    }),
  ]
}

/** podman's image id is the digest of the image's configuration, without its algorithm. */
async function configDigest({ images }: World, image: Descriptor): Promise<string> {
  const manifest: { config: Descriptor } = await Bun.file(blobPath(images.layout, image.digest)).json()
  return manifest.config.digest.replace('sha256:', '')
}

function manifestSteps(world: World): readonly Step[] {
  const { registry, images } = world
  return [
    step('manifest push --all of a two-architecture list', async () => {
      await podmanRun(world, 'first', ['manifest', 'create', 'both'])
      for (const tag of ['amd64', 'arm64']) {
        await podmanRun(world, 'first', ['manifest', 'add', 'both', `oci:${images.layout}:${tag}`])
      }
      const target = `docker://${registry.host}/${REPOSITORY}:both`
      const push = ['manifest', 'push', '--all', '--format', 'oci', '--tls-verify=false', 'both', target]
      await podmanRun(world, 'first', push, { timeoutSeconds: 240 })
      await assertChildren(world, 'both')
    }),
    step('manifest inspect reads it back', async () => {
      const settings = join(world.directory, 'registries.conf')
      await Bun.write(settings, `[[registry]]\nlocation = "${registry.host}"\ninsecure = true\n`)
      const environment = { ...homeOf(world), CONTAINERS_REGISTRIES_CONF: settings }
      const inspect = ['manifest', 'inspect', `${registry.host}/${REPOSITORY}:both`]
      const { stdout } = await podmanRun(world, 'second', inspect, { environment })
      assertEqual(JSON.parse(stdout).manifests.length, 2, 'the number of children')
    }),
    step('acr-cli#131: after a purge of what is untagged the list is whole, and is pulled', async () => {
      const list: { manifests: Descriptor[] } = await (await askManifest(world, 'both')).json()
      const lost = await pushUntagged(world, list.manifests[0]?.digest ?? 'none')
      assertEqual(await purgeUntagged(registry, REPOSITORY), 1, 'how many images went')
      await assertGone(registry, REPOSITORY, lost)
      for (const { digest } of list.manifests) {
        assertEqual((await askManifest(world, digest)).status, 200, `the child ${digest}`)
      }
      const pull = ['pull', '--quiet', '--tls-verify=false', `${registry.host}/${REPOSITORY}:both`]
      const { stdout } = await podmanRun(world, 'purged', pull, { timeoutSeconds: 240 })
      assertEqual(stdout.trim(), await configDigest(world, images.amd64), 'the image pulled')
    }),
  ]
}

async function askManifest({ registry }: World, reference: string): Promise<Response> {
  return await ask(registry, `/v2/${REPOSITORY}/manifests/${reference}`)
}

/** Another image over the layers of one that is there, whose tag is taken off. @returns its digest */
async function pushUntagged(world: World, like: string): Promise<string> {
  const { registry } = world
  const path = `/v2/${REPOSITORY}/manifests/lost`
  const manifest = await (await askManifest(world, like)).json()
  const headers = { 'content-type': manifest.mediaType }
  const body = JSON.stringify({ ...manifest, annotations: { made: 'to be lost' } })
  assertEqual((await ask(registry, path, { method: 'PUT', body, headers })).status, 201, 'the push')
  const digest = await findDigest(registry, REPOSITORY, 'lost')
  assertEqual((await ask(registry, path, { method: 'DELETE' })).status, 202, 'the deletion of the tag')
  return digest ?? 'none'
}

/** The list must name exactly our two images, and both must be there byte for byte. */
async function assertChildren({ registry, images }: World, tag: string): Promise<void> {
  assertThat((await findDigest(registry, REPOSITORY, tag)) !== undefined, `there is no tag ${tag}`)
  for (const root of [images.amd64, images.arm64]) {
    await assertStoredIdentical(registry, REPOSITORY, { layout: images.layout, root })
  }
}

function secureSteps(world: World): readonly Step[] {
  const { secure, images, directory } = world
  if (secure?.certificateFile === undefined) return []
  const certificate = secure.certificateFile
  return [
    step('push and pull with TLS, the certificate checked', async () => {
      const trusted = join(directory, 'trusted')
      await mkdir(trusted)
      await copyFile(certificate, join(trusted, 'ca.crt'))
      const login = ['login', '--cert-dir', trusted, '-u', secure.accessKeyId, '--password-stdin', secure.host]
      await podmanRun(world, 'first', login, { input: secure.secretAccessKey })
      const remote = `${secure.host}/${REPOSITORY}:arm64`
      await podmanRun(world, 'first', ['pull', '--quiet', `oci:${directory}/layout:arm64`])
      const image = await configDigest(world, images.arm64)
      await podmanRun(world, 'first', ['push', '--cert-dir', trusted, image, remote])
      const { stdout } = await podmanRun(world, 'secure', ['pull', '--quiet', '--cert-dir', trusted, remote])
      assertEqual(stdout.trim(), image, 'the image pulled')
    }),
  ]
}
