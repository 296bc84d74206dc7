import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { homeOf } from './client-home.ts'
import { type CommandOptions, type Outcome, run } from './command.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { tool } from './tools.ts'
import type { World } from './world.ts'

/**
 * A dockerd of the tests' own. It starts no containers, so it needs neither bridge nor firewall.
 *
 * @param prefix what it is run by
 */
export async function startDockerDaemon(world: World, prefix: readonly string[] = []): Promise<Daemon> {
  const { directory } = world
  await mkdir(directory, { recursive: true })
  const place = ['--data-root', join(directory, 'data'), '--exec-root', join(directory, 'exec')]
  const settings = join(directory, 'daemon.json')
  await Bun.write(settings, '{}')
  const network = ['--iptables=false', '--ip6tables=false', '--bridge=none']
  return await startDaemon({
    command: [
      ...[...prefix, tool('dockerd'), ...place, '--pidfile', join(directory, 'dockerd.pid'), '-H', dockerSocket(world)],
      ...[...network, '--storage-driver=vfs', '--config-file', settings],
    ],
    logFile: join(directory, 'dockerd.log'),
    probe: [tool('docker'), '-H', dockerSocket(world), 'version'],
  })
}

export function dockerCommand(world: World, args: readonly string[]): readonly string[] {
  return [tool('docker'), '-H', dockerSocket(world), ...args]
}

export async function dockerRun(world: World, args: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  return await run(dockerCommand(world, args), { environment: homeOf(world), ...options })
}

export function dockerSocket(world: World): string {
  return `unix://${join(world.directory, 'docker.sock')}`
}
