import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { run, runRefused } from './command.ts'
import { containerdCommand, containerdRun, startContainerd } from './containerd-daemon.ts'
import type { Daemon } from './daemon.ts'
import { readClosure } from './oci-layout.ts'
import { assertStoredIdentical, assertTag } from './registry-http.ts'
import { assertEqual, type Client, type Step, step } from './steps.ts'
import type { World } from './world.ts'

const REPOSITORY = 'team-blue/containerd'
const SLOW = { timeoutSeconds: 240 }

let daemon: Daemon | undefined

export const containerd: Client = {
  name: 'containerd',
  needs: ['containerd', 'ctr'],
  steps: (world) => [...pushSteps(world), ...pullSteps(world)],
  cleanUp: async () => await daemon?.stop(),
}

function credentialsOf({ registry }: World): readonly string[] {
  return ['--plain-http', '--user', `${registry.accessKeyId}:${registry.secretAccessKey}`]
}

function pushSteps(world: World): readonly Step[] {
  const { registry, images, directory } = world
  const remote = `${registry.host}/${REPOSITORY}`
  const image = { layout: images.layout, root: images.multi }
  return [
    step('a daemon of its own starts', async () => {
      daemon = await startContainerd(world)
    }),
    step('import and push of a two-architecture index, byte-identical', async () => {
      const archive = join(directory, 'layout.tar')
      await run(['tar', '-C', images.layout, '-cf', archive, '.'])
      const importing = ['images', 'import', '--no-unpack', '--all-platforms', '--base-name', remote, archive]
      await containerdRun(world, importing, SLOW)
      await containerdRun(world, ['images', 'push', ...credentialsOf(world), `${remote}:multi`], SLOW)
      await assertStoredIdentical(registry, REPOSITORY, image)
      await assertTag(registry, REPOSITORY, 'multi', images.multi.digest)
    }),
    step('push to another repository mounts what is there', async () => {
      const copy = `${registry.host}/team-green/containerd:multi`
      await containerdRun(world, ['images', 'tag', `${remote}:multi`, copy])
      await containerdRun(world, ['images', 'push', ...credentialsOf(world), copy])
      await assertStoredIdentical(registry, 'team-green/containerd', image)
    }),
    step('push without credentials is refused', async () => {
      const push = containerdCommand(world, ['images', 'push', '--plain-http', `${remote}:multi`])
      await runRefused(push, /401|authorization failed|Unauthorized/i)
    }),
  ]
}

function pullSteps(world: World): readonly Step[] {
  const { registry, images, directory } = world
  const remote = `${registry.host}/${REPOSITORY}`
  const image = { layout: images.layout, root: images.multi }
  return [
    step('pull by tag and by digest into an empty store, byte-identical', async () => {
      await daemon?.stop()
      const second = { ...world, directory: join(directory, 'second') }
      await mkdir(second.directory)
      daemon = await startContainerd(second)
      for (const reference of [':multi', `@${images.multi.digest}`]) {
        const fetch = ['content', 'fetch', '--all-platforms', ...credentialsOf(world), `${remote}${reference}`]
        await containerdRun(second, fetch, SLOW)
        for (const part of await readClosure(image.layout, image.root)) {
          const { stdoutBytes } = await containerdRun(second, ['content', 'get', part.digest])
          assertEqual(`sha256:${Bun.SHA256.hash(stdoutBytes, 'hex')}`, part.digest, `the bytes of ${part.digest}`)
        }
        const names = (await containerdRun(second, ['images', 'ls', '--quiet'])).stdout.trim().split('\n')
        for (const name of names.filter((one) => one !== ''))
          await containerdRun(second, ['images', 'rm', '--sync', name])
      }
    }),
    step('pull and unpack for this platform', async () => {
      const second = { ...world, directory: join(directory, 'second') }
      const pull = ['images', 'pull', '--snapshotter', 'native', ...credentialsOf(world), `${remote}:multi`]
      await containerdRun(second, pull, SLOW)
      const { stdout } = await containerdRun(second, ['images', 'check', '--snapshotter', 'native'])
      assertEqual(/complete .* true/.test(stdout), true, `images check says ${stdout}`)
    }),
  ]
}
