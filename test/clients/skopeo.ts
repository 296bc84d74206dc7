import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { run, runRefused } from './command.ts'
import { blobPath, findInLayout } from './oci-layout.ts'
import { assertGone, assertPulledIdentical, assertStoredIdentical, assertTag } from './registry-http.ts'
import { fetchRegistryToken } from './registry-token.ts'
import { assertEqual, assertThat, type Client, type Step, step } from './steps.ts'
import { tool } from './tools.ts'
import type { World } from './world.ts'

const REPOSITORY = 'team-blue/skopeo'

export const skopeo: Client = {
  name: 'skopeo',
  needs: ['skopeo'],
  steps: (world) => [...transferSteps(world), ...copySteps(world), ...manageSteps(world), ...secureSteps(world)],
}

/** The authentication file stands before the command in no version, so every call names it. */
function skopeoRun(world: World, command: string, ...rest: string[]) {
  return run([tool('skopeo'), command, '--authfile', authFile(world), ...rest])
}

function authFile(world: World): string {
  return join(world.directory, 'auth.json')
}

function transferSteps(world: World): readonly Step[] {
  const { registry, images, directory } = world
  const image = { layout: images.layout, root: images.multi }
  const remote = `docker://${registry.host}/${REPOSITORY}`
  return [
    step('login with a wrong password is refused', async () => {
      const login = [tool('skopeo'), 'login', '--tls-verify=false', '--authfile', authFile(world)]
      await runRefused([...login, '-u', 'AWS', '-p', 'wrong', registry.host], /unauthorized|invalid|denied|authoriz/i)
    }),
    step('login as AWS with an authorization token', async () => {
      const input = await fetchRegistryToken(registry)
      const login = [tool('skopeo'), 'login', '--tls-verify=false', '--authfile', authFile(world)]
      await run([...login, '-u', 'AWS', '--password-stdin', registry.host], { input })
    }),
    step('push of a two-architecture index, byte-identical', async () => {
      const target = ['--all', '--preserve-digests', '--dest-tls-verify=false']
      await skopeoRun(world, 'copy', ...target, `oci:${images.layout}:multi`, `${remote}:multi`)
      await assertStoredIdentical(registry, REPOSITORY, image)
      await assertTag(registry, REPOSITORY, 'multi', images.multi.digest)
    }),
    step('pull by tag and by digest, byte-identical', async () => {
      for (const [name, reference] of Object.entries({ tag: ':multi', digest: `@${images.multi.digest}` })) {
        const pulled = join(directory, `by-${name}`)
        await skopeoRun(world, 'copy', '--all', '--src-tls-verify=false', `${remote}${reference}`, `oci:${pulled}:it`)
        assertEqual((await findInLayout(pulled)).digest, images.multi.digest, `the digest pulled by ${name}`)
        await assertPulledIdentical(pulled, image)
      }
    }),
  ]
}

function copySteps(world: World): readonly Step[] {
  const { registry, images, directory } = world
  const image = { layout: images.layout, root: images.multi }
  const remote = `docker://${registry.host}/${REPOSITORY}`
  return [
    step('copy to another repository, byte-identical', async () => {
      const insecure = ['--src-tls-verify=false', '--dest-tls-verify=false']
      const copy = `docker://${registry.host}/team-green/skopeo-copy:multi`
      await skopeoRun(world, 'copy', '--all', '--preserve-digests', ...insecure, `${remote}:multi`, copy)
      await assertStoredIdentical(registry, 'team-green/skopeo-copy', image)
    }),
    step('sync of one repository into a folder and from it into another', async () => {
      const folder = join(directory, 'synced')
      await mkdir(folder)
      const from = ['--src', 'docker', '--dest', 'dir', '--src-tls-verify=false', '--all', '--scoped']
      await skopeoRun(world, 'sync', ...from, `${registry.host}/${REPOSITORY}:multi`, folder)
      const to = ['--src', 'dir', '--dest', 'docker', '--dest-tls-verify=false', '--all']
      const source = join(folder, registry.host, 'team-blue')
      await skopeoRun(world, 'sync', ...to, source, `${registry.host}/team-green/synced`)
      await assertStoredIdentical(registry, 'team-green/synced/skopeo', image)
    }),
  ]
}

function manageSteps(world: World): readonly Step[] {
  const { registry, images } = world
  const remote = `docker://${registry.host}/${REPOSITORY}`
  return [
    step('inspect --raw gives the very bytes', async () => {
      const { stdoutBytes } = await skopeoRun(world, 'inspect', '--tls-verify=false', '--raw', `${remote}:multi`)
      const original = await Bun.file(blobPath(images.layout, images.multi.digest)).bytes()
      assertThat(Buffer.compare(stdoutBytes, original) === 0, 'inspect --raw differs from the manifest that was pushed')
    }),
    step('list-tags names every tag', async () => {
      for (const tag of ['amd64', 'arm64']) {
        const [from, to] = [`oci:${images.layout}:${tag}`, `${remote}:${tag}`]
        await skopeoRun(world, 'copy', '--preserve-digests', '--dest-tls-verify=false', from, to)
      }
      const { stdout } = await skopeoRun(world, 'list-tags', '--tls-verify=false', remote)
      assertEqual(JSON.parse(stdout).Tags, ['amd64', 'arm64', 'multi'], 'list-tags')
    }),
    step('delete, after which the image is unknown', async () => {
      const { host } = registry
      await skopeoRun(world, 'delete', '--tls-verify=false', `docker://${host}/team-green/skopeo-copy:multi`)
      await assertGone(registry, 'team-green/skopeo-copy', 'multi')
      await assertGone(registry, 'team-green/skopeo-copy', images.multi.digest)
      const inspect = [tool('skopeo'), 'inspect', '--tls-verify=false', '--authfile', authFile(world)]
      await runRefused([...inspect, `docker://${host}/team-green/skopeo-copy:multi`], /manifest unknown/)
    }),
  ]
}

function secureSteps({ secure, images, directory }: World): readonly Step[] {
  if (secure?.certificateFile === undefined) return []
  const certificate = secure.certificateFile
  return [
    step('push and pull with TLS, the certificate checked', async () => {
      const trusted = join(directory, 'trusted')
      await mkdir(trusted)
      await copyFile(certificate, join(trusted, 'ca.crt'))
      const credentials = `${secure.accessKeyId}:${secure.secretAccessKey}`
      const remote = `docker://${secure.host}/${REPOSITORY}:arm64`
      const push = ['--preserve-digests', '--dest-cert-dir', trusted, '--dest-creds', credentials]
      await run([tool('skopeo'), 'copy', ...push, `oci:${images.layout}:arm64`, remote])
      const pulled = join(directory, 'by-tls')
      const pull = ['--src-cert-dir', trusted, '--src-creds', credentials]
      await run([tool('skopeo'), 'copy', ...pull, remote, `oci:${pulled}:it`])
      await assertPulledIdentical(pulled, { layout: images.layout, root: images.arm64 })
    }),
  ]
}
