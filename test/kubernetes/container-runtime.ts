import { chmod, copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { attempt, run } from '../clients/command.ts'
import { tool } from '../clients/tools.ts'
import { type NodeProcess, startProcess } from './node-process.ts'
import { makeSmallImage } from './small-image.ts'

/** A name for the registry that has no port in it, as registries have in earnest. */
export const REGISTRY_NAME = 'registry.example.com'

const SANDBOX_IMAGE = 'localhost/sandbox:1'

/** A containerd with its CRI plugin, which a kubelet talks to. */
export interface ContainerRuntime {
  readonly socket: string
  /** Where containerd keeps what is running: among others the ids of its shims and of the containers' processes. */
  readonly stateDirectory: string
  readonly process: NodeProcess
}

/**
 * @param registryHost pulled from over plain HTTP, which an administrator says in a `hosts.toml`, also under the name
 *   `REGISTRY_NAME`
 */
export async function startContainerRuntime(directory: string, registryHost: string): Promise<ContainerRuntime> {
  const [socket, stateDirectory] = [join(directory, 'containerd.sock'), join(directory, 'state')]
  const settings = join(directory, 'config.toml')
  await mkdir(join(directory, 'cni'), { recursive: true })
  for (const name of [registryHost, REGISTRY_NAME]) await writeRegistryHost(directory, name, registryHost)
  await copyFile(join(import.meta.dirname, 'runtime.sh'), join(directory, 'runtime.sh'))
  await chmod(join(directory, 'runtime.sh'), 0o755)
  await Bun.write(settings, settingsText(directory))
  // All pods share the node's network; the kubelet only wants to see that there is one.
  const network = { cniVersion: '0.4.0', name: 'loopback', type: 'loopback' }
  await Bun.write(join(directory, 'cni/10-loopback.conf'), JSON.stringify(network))
  const ctr = [tool('ctr'), '--address', socket, '--namespace', 'k8s.io']
  const process = await startProcess({
    command: [tool('containerd'), '--config', settings],
    logFile: join(directory, 'containerd.log'),
    isReady: async () => (await attempt([...ctr, 'version'])).status === 0,
  })
  const image = await makeSmallImage(join(directory, 'sandbox'), '1', 'nothing runs in here')
  const archive = join(directory, 'sandbox.tar')
  await run(['tar', '-C', image.layout, '-cf', archive, '.'])
  const name = SANDBOX_IMAGE.slice(0, SANDBOX_IMAGE.lastIndexOf(':'))
  await run([...ctr, 'images', 'import', '--snapshotter', 'native', '--base-name', name, archive])
  return { socket, stateDirectory, process }
}

async function writeRegistryHost(directory: string, name: string, host: string): Promise<void> {
  const text = `server = "http://${host}"\n[host."http://${host}"]\n  capabilities = ["pull", "resolve"]\n`
  await Bun.write(join(directory, 'certs.d', name, 'hosts.toml'), text)
}

function settingsText(directory: string): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"'
  return `version = 2
root = "${join(directory, 'root')}"
state = "${join(directory, 'state')}"
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
  address = "${join(directory, 'containerd.sock')}"
[${cri}]
  sandbox_image = "${SANDBOX_IMAGE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  disable_tcp_service = true
[${cri}.containerd]
  snapshotter = "native"
[${cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"
[${cri}.containerd.runtimes.runc.options]
  BinaryName = "${join(directory, 'runtime.sh')}"
  Root = "${join(directory, 'runc')}"
[${cri}.cni]
  bin_dir = "${join(directory, 'cni')}"
  conf_dir = "${join(directory, 'cni')}"
[${cri}.registry]
  config_path = "${join(directory, 'certs.d')}"
`
}
