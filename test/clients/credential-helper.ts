import { copyFile, mkdir } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { homeOf } from './client-home.ts'
import { run, runRefused } from './command.ts'
import { assertStoredIdentical } from './registry-http.ts'
import type { Endpoint } from './server.ts'
import { assertEqual, type Client, type Step, StepSkipped, step } from './steps.ts'
import { findTool, type ToolName, tool } from './tools.ts'
import type { World } from './world.ts'

const BIN = join(dirname(dirname(import.meta.dirname)), 'bin')
const REPOSITORY = 'team-blue/helper'

/** Clients that were never logged in, and find a helper in their configuration. */
export const credentialHelper: Client = {
  name: 'credential-helper',
  needs: ['skopeo'],
  steps: (world) => [...skopeoSteps(world), ...otherSteps(world), ...secureSteps(world)],
}

function environmentOf(world: World, endpoint: Endpoint): Record<string, string> {
  return {
    ...homeOf(world),
    PATH: [BIN, process.env.PATH].join(delimiter),
    AWS_ACCESS_KEY_ID: endpoint.accessKeyId,
    AWS_SECRET_ACCESS_KEY: endpoint.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    REGISTRY_AUTH_FILE: join(world.directory, '.docker/config.json'),
  }
}

function skopeoSteps(world: World): readonly Step[] {
  const { registry, images, directory } = world
  const remote = `docker://${registry.host}/${REPOSITORY}:arm64`
  const push = [tool('skopeo'), 'copy', '--preserve-digests', '--dest-tls-verify=false']
  return [
    step('skopeo pushes without a login', async () => {
      const hosts = [registry, ...(world.secure === undefined ? [] : [world.secure])].map(({ host }) => [
        host,
        'lading',
      ])
      await mkdir(join(directory, '.docker'))
      await Bun.write(
        join(directory, '.docker/config.json'),
        JSON.stringify({ credHelpers: Object.fromEntries(hosts) }),
      )
      const environment = environmentOf(world, registry)
      await run([...push, `oci:${images.layout}:arm64`, remote], { environment })
      await assertStoredIdentical(registry, REPOSITORY, { layout: images.layout, root: images.arm64 })
    }),
    step('skopeo is refused when the helper finds nobody', async () => {
      const { AWS_ACCESS_KEY_ID: _, ...environment } = environmentOf(world, registry)
      const inspect = [tool('skopeo'), 'inspect', '--tls-verify=false', remote]
      await runRefused(inspect, /unauthorized|authentication required|Not Authorized/i, { environment })
    }),
  ]
}

function otherSteps(world: World): readonly Step[] {
  const { registry, images, directory } = world
  const environment = environmentOf(world, registry)
  const remote = `${registry.host}/${REPOSITORY}:arm64`
  return [
    stepWith('podman', 'podman pulls without a login', async (podman) => {
      // One letter each, as podman takes no path of more than 50.
      const place = [
        '--root',
        join(directory, 's'),
        '--runroot',
        join(directory, 'r'),
        '--storage-driver',
        'vfs',
        '--events-backend',
        'none',
      ]
      const pull = [podman, ...place, 'pull', '--quiet', '--tls-verify=false', '--arch', 'arm64', remote]
      await run(pull, { environment, timeoutSeconds: 240 })
    }),
    stepWith('crane', 'crane finds the digest without a login', async (crane) => {
      const { stdout } = await run([crane, 'digest', '--insecure', remote], { environment })
      assertEqual(stdout.trim(), images.arm64.digest, 'the digest')
    }),
    stepWith('oras', 'oras lists tags without a login', async (oras) => {
      const { stdout } = await run([oras, 'repo', 'tags', '--plain-http', `${registry.host}/${REPOSITORY}`], {
        environment,
      })
      assertEqual(stdout.trim(), 'arm64', 'the tags')
    }),
  ]
}

function secureSteps(world: World): readonly Step[] {
  const { secure, images, directory } = world
  if (secure?.certificateFile === undefined) return []
  const certificate = secure.certificateFile
  return [
    step('with TLS, the certificate of a CA of our own checked by the helper too', async () => {
      const trusted = join(directory, 'trusted')
      await mkdir(trusted)
      await copyFile(certificate, join(trusted, 'ca.crt'))
      const environment = { ...environmentOf(world, secure), LADING_ENDPOINT: secure.url, AWS_CA_BUNDLE: certificate }
      const remote = `docker://${secure.host}/${REPOSITORY}:arm64`
      const push = [tool('skopeo'), 'copy', '--preserve-digests', '--dest-cert-dir', trusted]
      await run([...push, `oci:${images.layout}:arm64`, remote], { environment })
    }),
  ]
}

/** A step for a client that may be absent. */
function stepWith(name: ToolName, what: string, body: (path: string) => Promise<void>): Step {
  return step(what, async () => {
    const path = findTool(name)
    if (path === undefined) throw new StepSkipped(`not installed: ${name}`)
    await body(path)
  })
}
