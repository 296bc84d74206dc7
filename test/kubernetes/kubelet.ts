import { chmod, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { findFreePort } from '../clients/server.ts'
import { type ControlPlane, NODE_NAME } from './control-plane.ts'
import { type NodeProcess, startProcess } from './node-process.ts'
import { placeOf } from './programs.ts'

/** A program that gives the kubelet credentials for images, and what its configuration says of it. */
export interface CredentialProvider {
  /** The name that the configuration calls it by; the kubelet looks for a file of this name. */
  readonly name: string
  /** A `providers` entry of a `CredentialProviderConfig`. */
  readonly configuration: Readonly<Record<string, unknown>>
  /** The program's own text; a path to one that is built already. */
  readonly program: { readonly text: string } | { readonly path: string }
}

export interface KubeletOptions {
  readonly directory: string
  readonly controlPlane: ControlPlane
  readonly runtimeSocket: string
  readonly credentialProviders: readonly CredentialProvider[]
}

export async function startKubelet(options: KubeletOptions): Promise<NodeProcess> {
  const { directory, controlPlane } = options
  await mkdir(directory, { recursive: true })
  const [settings, kubeconfig] = [join(directory, 'kubelet.json'), join(directory, 'kubeconfig.json')]
  const healthPort = await findFreePort()
  await Bun.write(settings, JSON.stringify(await settingsOf(options, healthPort)))
  await Bun.write(kubeconfig, JSON.stringify(kubeconfigOf(controlPlane)))
  const providers = await writeCredentialProviders(options)
  const place = [`--root-dir=${join(directory, 'root')}`, `--cert-dir=${join(directory, 'pki')}`]
  return await startProcess({
    command: [
      ...[placeOf('kubelet'), `--config=${settings}`, `--kubeconfig=${kubeconfig}`],
      ...[`--hostname-override=${NODE_NAME}`, '--node-ip=127.0.0.1', '--v=2', ...place, ...providers],
    ],
    // Or it would use what the developer has logged in to.
    environment: { HOME: directory },
    logFile: join(directory, 'kubelet.log'),
    isReady: async () => {
      const healthy = (await fetch(`http://127.0.0.1:${healthPort}/healthz`)).ok
      await controlPlane.api.ask(`/api/v1/nodes/${NODE_NAME}`)
      return healthy
    },
  })
}

async function settingsOf({ directory, runtimeSocket }: KubeletOptions, healthPort: number): Promise<object> {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: '127.0.0.1',
    port: await findFreePort(),
    healthzPort: healthPort,
    authentication: { anonymous: { enabled: false }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    containerRuntimeEndpoint: `unix://${runtimeSocket}`,
    podLogsDir: join(directory, 'pod-logs'),
    volumePluginDir: join(directory, 'volume-plugins'),
    // The machine is not the kubelet's own: it keeps away from its control groups, its packet filter and its memory.
    cgroupDriver: 'cgroupfs',
    cgroupsPerQOS: false,
    enforceNodeAllocatable: [],
    failCgroupV1: false,
    failSwapOn: false,
    makeIPTablesUtilChains: false,
    evictionHard: {
      'memory.available': '0%',
      'nodefs.available': '0%',
      'nodefs.inodesFree': '0%',
      'imagefs.available': '0%',
      'imagefs.inodesFree': '0%',
    },
    imageGCHighThresholdPercent: 100,
    serializeImagePulls: false,
    syncFrequency: '10s',
  }
}

function kubeconfigOf({ url, certificateFile, nodeToken }: ControlPlane): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority': certificateFile } }],
    users: [{ name: 'node', user: { token: nodeToken } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'node' } }],
    'current-context': 'test',
  }
}

/** What the kubelet has to be told to use them; nothing when there are none. */
async function writeCredentialProviders(options: KubeletOptions): Promise<readonly string[]> {
  const { directory, credentialProviders } = options
  const binaries = join(directory, 'credential-providers')
  await rm(binaries, { recursive: true, force: true })
  if (credentialProviders.length === 0) return []
  for (const { name, program } of credentialProviders) {
    const content = 'text' in program ? program.text : Bun.file(program.path)
    await Bun.write(join(binaries, name), content)
    await chmod(join(binaries, name), 0o755)
  }
  const file = join(directory, 'credential-providers.json')
  const providers = credentialProviders.map(({ name, configuration }) => ({ ...configuration, name }))
  const configuration = { apiVersion: 'kubelet.config.k8s.io/v1', kind: 'CredentialProviderConfig', providers }
  await Bun.write(file, JSON.stringify(configuration))
  return [`--image-credential-provider-config=${file}`, `--image-credential-provider-bin-dir=${binaries}`]
}
