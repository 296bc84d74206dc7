import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { run } from '../clients/command.ts'
import type { Endpoint } from '../clients/server.ts'
import { assertEqual, StepSkipped } from '../clients/steps.ts'
import { findTool, PYTHON_DIRECTORY } from '../clients/tools.ts'
import type { Cluster } from './cluster.ts'
import { ISSUER } from './control-plane.ts'
import { DEPLOY } from './manifests.ts'
import { fetchJwks } from './pods.ts'

/** What a registry has been told of a cluster. */
export interface Identity {
  /** The ARN of the role that every service account of the cluster may take on. */
  readonly roleArn: string
}

/** What tokens are issued for: our own program's and the controller's, and that of the upstream provider. */
export const AUDIENCES = ['registry.example.com', 'sts.amazonaws.com'] as const

const PROGRAM = join(import.meta.dirname, '../../src/main/lading.ts')
const PUBLISHED_ADDRESS = 'https://registry.example.com'

const told = new WeakMap<Cluster, Promise<Identity>>()

/**
 * Tells the registry of the cluster as an administrator would, with the very commands and policies that
 * deploy/kubernetes publishes. Called by each scenario; the registry is told once.
 *
 * @throws {StepSkipped} when what the commands need is not on this machine
 */
export async function setUpIdentity(registry: Endpoint, cluster: Cluster): Promise<Identity> {
  const before = told.get(cluster)
  if (before !== undefined) return await before
  const now = tell(registry, cluster)
  told.set(cluster, now)
  return await now
}

async function tell(registry: Endpoint, cluster: Cluster): Promise<Identity> {
  if (findTool('aws-v1') === undefined) throw new StepSkipped('not installed: aws (test/clients/install.ts)')
  const { issuer } = await cluster.api.ask<{ issuer: string }>('/.well-known/openid-configuration')
  assertEqual(issuer, ISSUER, 'the issuer, which the published commands name')
  const home = await mkdtemp(join(tmpdir(), 'lading-admin-'))
  try {
    await writePrograms(join(home, 'bin'), await fetchJwks(cluster.api))
    const commands = (await publishedCommands()).replaceAll(PUBLISHED_ADDRESS, registry.url)
    const shell = ['bash', '-euo', 'pipefail', '-c', commands]
    const environment = environmentOf(registry, home)
    const { stdout } = await run(shell, { directory: home, environment })
    return { roleArn: stdout.trim().split('\n').at(-1) ?? '' }
  } finally {
    await rm(home, { recursive: true })
  }
}

/** The first block of shell commands in the published README. @throws {Error} when it holds nothing for a registry */
async function publishedCommands(): Promise<string> {
  const text = await Bun.file(join(DEPLOY, 'README.md')).text()
  const block = /^```sh\n([\s\S]*?)^```$/m.exec(text)?.[1] ?? ''
  if (!block.includes('lading oidc-provider put')) throw new Error('deploy/kubernetes/README.md registers no cluster')
  return block.replaceAll('file://', `file://${DEPLOY}/`)
}

/** What the commands call: our own program, and a kubectl that knows the one question that it is asked. */
async function writePrograms(folder: string, jwks: string): Promise<void> {
  const keys = join(folder, 'keys.json')
  await Bun.write(keys, jwks)
  const programs = {
    lading: `exec '${process.execPath}' '${PROGRAM}' "$@"`,
    kubectl: `[ "$*" = 'get --raw /openid/v1/jwks' ] && exec cat '${keys}'`,
  }
  for (const [name, line] of Object.entries(programs)) {
    await Bun.write(join(folder, name), `#!/bin/sh\n${line}\n`)
    await chmod(join(folder, name), 0o755)
  }
}

function environmentOf({ accessKeyId, secretAccessKey }: Endpoint, home: string): Record<string, string> {
  return {
    HOME: home,
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_CONFIG_HOME: join(home, '.config'),
    PATH: [join(home, 'bin'), join(PYTHON_DIRECTORY, 'bin'), process.env.PATH].join(delimiter),
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
  }
}
