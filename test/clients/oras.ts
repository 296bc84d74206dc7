import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readJson } from '../support/read-json.ts'
import { homeOf } from './client-home.ts'
import { type CommandOptions, type Outcome, run } from './command.ts'
import { findInLayout } from './oci-layout.ts'
import { ask, assertGone, assertPulledIdentical, assertStoredIdentical, assertTag } from './registry-http.ts'
import { assertEqual, assertThat, type Client, type Step, step } from './steps.ts'
import { tool } from './tools.ts'
import type { World } from './world.ts'

const REPOSITORY = 'team-blue/oras'
const SBOM_TYPE = 'application/spdx+json'

export const oras: Client = {
  name: 'oras',
  needs: ['oras'],
  steps: (world) => [...artifactSteps(world), ...referrerSteps(world), ...blobSteps(world), ...deleteSteps(world)],
}

async function orasRun(world: World, args: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  return await run([tool('oras'), ...args], { environment: homeOf(world), directory: world.directory, ...options })
}

function artifactSteps(world: World): readonly Step[] {
  const { registry, directory, images } = world
  const remote = `${registry.host}/${REPOSITORY}`
  return [
    step('login with the access key id and its secret', async () => {
      const login = ['login', '--plain-http', '-u', registry.accessKeyId, '--password-stdin', registry.host]
      await orasRun(world, login, { input: registry.secretAccessKey })
    }),
    step('push and pull of an artifact of two files', async () => {
      await Bun.write(join(directory, 'notes.txt'), 'what changed')
      await Bun.write(join(directory, 'data.bin'), new Uint8Array(3_000_000).fill(7))
      const files = ['notes.txt:text/plain', 'data.bin:application/octet-stream']
      const type = ['--artifact-type', 'application/vnd.example.notes']
      await orasRun(world, ['push', '--plain-http', ...type, `${remote}:notes`, ...files])
      await mkdir(join(directory, 'pulled'))
      await orasRun(world, ['pull', '--plain-http', '-o', 'pulled', `${remote}:notes`])
      await run(['cmp', join(directory, 'notes.txt'), join(directory, 'pulled/notes.txt')])
      await run(['cmp', join(directory, 'data.bin'), join(directory, 'pulled/data.bin')])
    }),
    step('copy of an index from a layout and back, byte-identical', async () => {
      const image = { layout: images.layout, root: images.multi }
      await orasRun(world, ['cp', '--from-oci-layout', '--to-plain-http', `${images.layout}:multi`, `${remote}:multi`])
      await assertStoredIdentical(registry, REPOSITORY, image)
      await orasRun(world, ['cp', '--from-plain-http', '--to-oci-layout', `${remote}:multi`, 'copied:multi'])
      assertEqual((await findInLayout(join(directory, 'copied'), 'multi')).digest, images.multi.digest, 'the copy')
      await assertPulledIdentical(join(directory, 'copied'), image)
    }),
    step('repo tags and repo ls', async () => {
      const tags = (await orasRun(world, ['repo', 'tags', '--plain-http', remote])).stdout.trim().split('\n')
      assertEqual(tags, ['multi', 'notes'], 'oras repo tags')
      const names = (await orasRun(world, ['repo', 'ls', '--plain-http', registry.host])).stdout.trim().split('\n')
      assertThat(names.includes(REPOSITORY), `oras repo ls lacks ${REPOSITORY}: ${names.join(' ')}`)
    }),
  ]
}

function referrerSteps(world: World): readonly Step[] {
  const { registry, images, directory } = world
  const subject = `${registry.host}/${REPOSITORY}@${images.arm64.digest}`
  return [
    step('attach two artifacts to an image, discover them, filtered and not', async () => {
      await Bun.write(join(directory, 'sbom.json'), '{"spdxVersion":"SPDX-2.3"}')
      for (const type of [SBOM_TYPE, 'application/vnd.example.review']) {
        await orasRun(world, ['attach', '--plain-http', '--artifact-type', type, subject, 'sbom.json:application/json'])
      }
      const all = await discover(world, subject)
      assertEqual(all.toSorted(), [SBOM_TYPE, 'application/vnd.example.review'], 'the referrers')
      assertEqual(await discover(world, subject, '--artifact-type', SBOM_TYPE), [SBOM_TYPE], 'the filtered referrers')
    }),
    step('the registry lists them by its referrers API, and no fallback tag was needed', async () => {
      const response = await ask(registry, `/v2/${REPOSITORY}/referrers/${images.arm64.digest}`)
      assertEqual(response.status, 200, 'GET referrers')
      const { manifests } = await readIndex(response)
      assertEqual(manifests.length, 2, 'the number of referrers')
      await assertGone(registry, REPOSITORY, images.arm64.digest.replace(':', '-'))
    }),
    step('copy -r to another repository takes the referrers along', async () => {
      const copy = `${registry.host}/team-green/oras-copy:arm64`
      await orasRun(world, ['cp', '-r', '--from-plain-http', '--to-plain-http', subject, copy])
      await assertStoredIdentical(registry, 'team-green/oras-copy', { layout: images.layout, root: images.arm64 })
      assertEqual((await discover(world, copy)).length, 2, 'the number of referrers of the copy')
    }),
  ]
}

async function readIndex(response: Response): Promise<{ manifests: readonly { artifactType: string }[] }> {
  return await readJson<{ manifests: readonly { artifactType: string }[] }>(response)
}

/** The artifact types that `oras discover` finds. */
async function discover(world: World, subject: string, ...filter: string[]): Promise<string[]> {
  const { stdout } = await orasRun(world, ['discover', '--plain-http', '--format', 'json', ...filter, subject])
  const { referrers, manifests } = JSON.parse(stdout)
  return (referrers ?? manifests ?? []).map((entry: { artifactType: string }) => entry.artifactType)
}

function blobSteps(world: World): readonly Step[] {
  const { registry, directory } = world
  const remote = `${registry.host}/${REPOSITORY}`
  return [
    step('blob push, fetch and delete', async () => {
      const file = join(directory, 'blob.bin')
      await Bun.write(file, crypto.getRandomValues(new Uint8Array(60_000)))
      const digest = `sha256:${Bun.SHA256.hash(await Bun.file(file).bytes(), 'hex')}`
      await orasRun(world, ['blob', 'push', '--plain-http', `${remote}@${digest}`, 'blob.bin'])
      await orasRun(world, ['blob', 'fetch', '--plain-http', '-o', 'fetched.bin', `${remote}@${digest}`])
      await run(['cmp', file, join(directory, 'fetched.bin')])
      await orasRun(world, ['blob', 'delete', '--plain-http', '--force', `${remote}@${digest}`])
      const response = await ask(registry, `/v2/${REPOSITORY}/blobs/${digest}`)
      assertEqual(response.status, 404, 'GET of the deleted blob')
    }),
    step('an index whose entries are layers (the older BuildKit cache) is stored and read back', async () => {
      const cache = await pushCacheIndex(world, remote)
      await assertTag(registry, REPOSITORY, 'cache', `sha256:${Bun.SHA256.hash(cache, 'hex')}`)
      await orasRun(world, ['manifest', 'fetch', '--plain-http', '-o', 'cache.back', `${remote}:cache`])
      assertEqual(await Bun.file(join(directory, 'cache.back')).text(), cache, 'the cache index')
    }),
  ]
}

/** What `buildctl --export-cache type=registry,image-manifest=false` writes. */
async function pushCacheIndex(world: World, remote: string): Promise<string> {
  const manifests = []
  for (const [name, mediaType] of [
    ['layer', 'application/vnd.oci.image.layer.v1.tar+gzip'],
    ['config', 'application/vnd.buildkit.cacheconfig.v0'],
  ]) {
    const content = JSON.stringify({ cache: name })
    await Bun.write(join(world.directory, 'cache-entry'), content)
    const digest = `sha256:${Bun.SHA256.hash(content, 'hex')}`
    await orasRun(world, ['blob', 'push', '--plain-http', `${remote}@${digest}`, 'cache-entry'])
    manifests.push({ mediaType, digest, size: Buffer.byteLength(content) })
  }
  const mediaType = 'application/vnd.oci.image.index.v1+json'
  const index = JSON.stringify({ schemaVersion: 2, mediaType, manifests })
  await Bun.write(join(world.directory, 'cache.json'), index)
  await orasRun(world, ['manifest', 'push', '--plain-http', '--media-type', mediaType, `${remote}:cache`, 'cache.json'])
  return index
}

function deleteSteps(world: World): readonly Step[] {
  const { registry } = world
  const remote = `${registry.host}/${REPOSITORY}`
  return [
    step('tag, then manifest delete removes the image under all its tags', async () => {
      await orasRun(world, ['tag', '--plain-http', `${remote}:notes`, 'notes-too'])
      await orasRun(world, ['manifest', 'delete', '--plain-http', '--force', `${remote}:notes`])
      await assertGone(registry, REPOSITORY, 'notes')
      await assertGone(registry, REPOSITORY, 'notes-too')
    }),
  ]
}
