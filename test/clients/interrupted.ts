import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { attempt, run } from './command.ts'
import { containerdRun, startContainerd } from './containerd-daemon.ts'
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts'
import { dockerRun, startDockerDaemon } from './docker-daemon.ts'
import { assertPulledIdentical, pushImage } from './registry-http.ts'
import { assertEqual, assertThat, type Client, StepSkipped, step } from './steps.ts'
import { findTool, type ToolName, tool } from './tools.ts'
import type { World } from './world.ts'

const REPOSITORY = 'team-blue/interrupted'
const CUT_AFTER_BYTES = 5_000_000
const CUTS = 2

/** Connections are cut after 5 MB of an answer: whoever can resume must get the very bytes. */
export const interrupted: Client = {
  name: 'interrupted',
  needs: [],
  steps: (world) => [
    step('an image to be pulled', async () => {
      const { layout, amd64 } = world.images
      await pushImage(world.registry, REPOSITORY, { layout, root: amd64, tag: 'app' })
    }),
    step('skopeo of 2022 fails cleanly, and gets identical bytes when run again', () =>
      through(world, ['skopeo'], pullWithSkopeo),
    ),
    step('containerd resumes and gets identical bytes', () =>
      through(world, ['containerd', 'ctr'], pullWithContainerd),
    ),
    step('docker resumes and gets the same image', () => through(world, ['docker', 'dockerd'], pullWithDocker)),
    step('curl resumes with Range and gets identical bytes', () => through(world, ['curl'], pullWithCurl)),
  ],
}

type Pull = (world: World, proxy: CuttingProxy) => Promise<void>

/** Runs the pull through a proxy that cuts, and sees to it that it did cut and that the client asked for the rest. */
async function through(world: World, needs: readonly ToolName[], pull: Pull): Promise<void> {
  const absent = needs.filter((name) => findTool(name) === undefined)
  if (absent.length > 0) throw new StepSkipped(`not installed: ${absent.join(', ')}`)
  const directory = join(world.directory, pull.name)
  await mkdir(directory)
  const target = world.registry.host
  const proxy = await startCuttingProxy({ target, cutAfterBytes: CUT_AFTER_BYTES, cuts: CUTS })
  try {
    await pull({ ...world, directory }, proxy)
  } finally {
    proxy.close()
  }
  assertEqual(proxy.cuts(), CUTS, 'how often the connection was cut')
  if (pull === pullWithSkopeo) return
  const resumed = proxy.ranges().filter((range) => /^bytes=[1-9]\d*-/.test(range))
  assertThat(resumed.length >= 1, `the client did not resume; the ranges it asked for: ${proxy.ranges().join(', ')}`)
}

/** skopeo of before 2023 (containers/image 5.24) cannot resume. */
async function pullWithSkopeo(world: World, proxy: CuttingProxy): Promise<void> {
  const { registry, images, directory } = world
  const credentials = ['--src-creds', `${registry.accessKeyId}:${registry.secretAccessKey}`]
  const remote = `docker://${proxy.host}/${REPOSITORY}:app`
  const copy = [tool('skopeo'), 'copy', '--src-tls-verify=false', ...credentials, remote, `oci:${directory}/pulled:it`]
  for (let attempts = 0; attempts < CUTS; attempts += 1) await attempt(copy)
  await run(copy)
  await assertPulledIdentical(join(directory, 'pulled'), { layout: images.layout, root: images.amd64 })
}

async function pullWithContainerd(world: World, proxy: CuttingProxy): Promise<void> {
  const { registry, images } = world
  const daemon = await startContainerd(world)
  try {
    const credentials = ['--plain-http', '--user', `${registry.accessKeyId}:${registry.secretAccessKey}`]
    const fetch = ['content', 'fetch', ...credentials, `${proxy.host}/${REPOSITORY}:app`]
    // ctr itself gives up when a layer breaks; the next attempt goes on where the first stopped, as kubelet's would.
    for (let attempts = 0; attempts < CUTS; attempts += 1) await attemptQuietly(world, fetch)
    await containerdRun(world, fetch)
    const { stdoutBytes } = await containerdRun(world, ['content', 'get', images.amd64.digest])
    assertEqual(`sha256:${Bun.SHA256.hash(stdoutBytes, 'hex')}`, images.amd64.digest, 'the manifest')
  } finally {
    await daemon.stop()
  }
}

async function attemptQuietly(world: World, args: readonly string[]): Promise<void> {
  await attempt([tool('ctr'), '--address', join(world.directory, 'containerd.sock'), ...args])
}

async function pullWithDocker(world: World, proxy: CuttingProxy): Promise<void> {
  const { registry } = world
  const daemon = await startDockerDaemon(world)
  try {
    const login = ['login', '-u', registry.accessKeyId, '--password-stdin', proxy.host]
    await dockerRun(world, login, { input: registry.secretAccessKey })
    // docker verifies every layer's digest before it accepts it.
    await dockerRun(world, ['pull', `${proxy.host}/${REPOSITORY}:app`], { timeoutSeconds: 240 })
  } finally {
    await daemon.stop()
  }
}

async function pullWithCurl(world: World, proxy: CuttingProxy): Promise<void> {
  const { registry, images, directory } = world
  const manifest: { layers: readonly { digest: string }[] } = await Bun.file(
    join(images.layout, 'blobs', images.amd64.digest.replace(':', '/')),
  ).json()
  const digest = manifest.layers[0]?.digest ?? ''
  const user = ['--user', `${registry.accessKeyId}:${registry.secretAccessKey}`]
  const url = `http://${proxy.host}/v2/${REPOSITORY}/blobs/${digest}`
  const file = join(directory, 'layer')
  const resume = [tool('curl'), '--silent', '--fail', '--continue-at', '-', ...user, '--output', file, url]
  for (let attempts = 0; attempts < CUTS; attempts += 1) await attempt(resume)
  await run(resume)
  const hash = new Bun.CryptoHasher('sha256').update(await Bun.file(file).bytes()).digest('hex')
  assertEqual(`sha256:${hash}`, digest, 'the bytes of the layer')
}
