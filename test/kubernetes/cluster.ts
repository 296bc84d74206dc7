import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { killAllGroups } from '../clients/children.ts'
import { type ContainerRuntime, startContainerRuntime } from './container-runtime.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'
import type { KubeApi } from './kube-api.ts'
import { type CredentialProvider, startKubelet } from './kubelet.ts'
import { endContainers, endShims, unmountBelow } from './leftovers.ts'
import type { NodeProcess } from './node-process.ts'

/** What a kubelet sets for the whole machine when it starts, which is not the tests' to change. */
const KERNEL_SETTINGS = ['vm/overcommit_memory', 'vm/panic_on_oom', 'kernel/panic', 'kernel/panic_on_oops'] as const

const running = new Set<Cluster>()

/** A cluster of one node, real but for what runs inside of its containers. */
export class Cluster {
  /** As cluster administrator. */
  readonly api: KubeApi
  readonly controlPlane: ControlPlane
  readonly #directory: string
  readonly #runtime: ContainerRuntime
  readonly #kernelSettings = readKernelSettings()
  #kubelet: NodeProcess | undefined
  #kubelets = 0

  private constructor(directory: string, controlPlane: ControlPlane, runtime: ContainerRuntime) {
    this.#directory = directory
    this.controlPlane = controlPlane
    this.api = controlPlane.api
    this.#runtime = runtime
    running.add(this)
  }

  /**
   * Starts all but the kubelet.
   *
   * @param directory empty, and short: sockets are in it
   * @param registryHost `host:port` of the registry that the node may pull from by plain HTTP
   */
  static async start(directory: string, registryHost: string): Promise<Cluster> {
    const controlPlane = await startControlPlane(join(directory, 'control-plane'))
    const runtime = await startContainerRuntime(join(directory, 'containerd'), registryHost)
    return new Cluster(directory, controlPlane, runtime)
  }

  /** Starts the kubelet, again where one runs: it reads what it is told of credential providers only then. */
  async startKubelet(credentialProviders: readonly CredentialProvider[]): Promise<void> {
    await this.#kubelet?.stop()
    this.#kubelets += 1
    this.#kubelet = await startKubelet({
      directory: join(this.#directory, `kubelet-${this.#kubelets}`),
      controlPlane: this.controlPlane,
      runtimeSocket: this.#runtime.socket,
      credentialProviders,
    })
  }

  /** What the kubelet that runs now has logged. */
  async readKubeletLog(): Promise<string> {
    return this.#kubelet === undefined ? '' : await Bun.file(this.#kubelet.logFile).text()
  }

  async stop(): Promise<void> {
    await this.#kubelet?.stop()
    for (const process of this.controlPlane.processes) await process.stop()
    endContainers(this.#runtime.stateDirectory)
    await this.#runtime.process.stop()
    this.endRest()
  }

  /** What is left once everything that we started ourselves has ended. */
  endRest(): void {
    endContainers(this.#runtime.stateDirectory)
    endShims(this.#runtime.stateDirectory)
    unmountBelow(this.#directory)
    for (const [name, value] of this.#kernelSettings) writeFileSync(`/proc/sys/${name}`, value)
    running.delete(this)
  }
}

/** For when the tests themselves are told to stop, at whatever moment: nothing that they started goes on. */
export function endClusters(): void {
  killAllGroups()
  for (const cluster of running) cluster.endRest()
}

function readKernelSettings(): readonly (readonly [string, string])[] {
  return KERNEL_SETTINGS.map((name) => [name, readFileSync(`/proc/sys/${name}`, 'utf8')])
}
