import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Where a kubelet leaves links to the logs of containers, whatever it is told. */
const CONTAINER_LOGS = '/var/log/containers'
/** Where every shim on a machine has its socket, whatever it is told. */
const SHIM_SOCKETS = 'unix:///run/containerd/s/'
const MOUNT_POINT_FIELD = 4

/** Ends the containers' processes: containerd writes down the id of each. */
export function endContainers(stateDirectory: string): void {
  for (const bundle of bundlesIn(stateDirectory)) {
    const pid = Number(readIfThere(join(bundle, 'init.pid')))
    // It may be somebody else's by now; ours work in the folder.
    if (pid > 1 && worksBelow(pid, stateDirectory)) process.kill(pid, 'SIGKILL')
  }
}

/**
 * Ends the shims, which outlive containerd: that is what they are for. One whose pod is just being taken away is written
 * down nowhere any more, so they are known by where they work, which is nobody else's folder.
 */
export function endShims(stateDirectory: string): void {
  for (const pid of processes().filter((one) => worksBelow(one, stateDirectory))) process.kill(pid, 'SIGKILL')
  for (const address of bundlesIn(stateDirectory).map((bundle) => readIfThere(join(bundle, 'address')))) {
    if (address.startsWith(SHIM_SOCKETS)) rmSync(address.slice('unix://'.length), { force: true })
  }
}

/** Takes away the mounts below a folder, innermost first, and links that point into it. */
export function unmountBelow(directory: string): void {
  for (const place of mountsBelow(directory).toReversed()) Bun.spawnSync(['umount', '--lazy', place])
  for (const name of existsSync(CONTAINER_LOGS) ? readdirSync(CONTAINER_LOGS) : []) {
    const link = join(CONTAINER_LOGS, name)
    if (readlinkSync(link).startsWith(`${directory}/`)) rmSync(link)
  }
}

/** Processes that work below the folder or name it, and mounts: what should not be there any more. */
export function findLeftovers(directory: string): readonly string[] {
  const ours = processes().filter((pid) => worksBelow(pid, directory) || commandOf(pid).includes(`${directory}/`))
  return [
    ...ours.map((pid) => `process ${pid}: ${commandOf(pid)}`),
    ...mountsBelow(directory).map((place) => `mount ${place}`),
  ]
}

function bundlesIn(stateDirectory: string): readonly string[] {
  const tasks = join(stateDirectory, 'io.containerd.runtime.v2.task/k8s.io')
  return existsSync(tasks) ? readdirSync(tasks).map((id) => join(tasks, id)) : []
}

function processes(): readonly number[] {
  const pids = readdirSync('/proc').map(Number)
  return pids.filter((pid) => pid > 1 && pid !== process.pid)
}

function worksBelow(pid: number, directory: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`).startsWith(`${directory}/`)
  } catch {
    return false
  }
}

function commandOf(pid: number): string {
  return readIfThere(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')
}

function mountsBelow(directory: string): readonly string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  const places = lines.map((line) => line.split(' ')[MOUNT_POINT_FIELD] ?? '')
  return places.filter((place) => place.startsWith(`${directory}/`))
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
