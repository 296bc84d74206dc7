import { join } from 'node:path'
import { type CommandOptions, type Outcome, run } from './command.ts'
import { type Daemon, startDaemon } from './daemon.ts'
import { tool } from './tools.ts'
import type { World } from './world.ts'

/** A containerd of the tests' own, with nothing shared with one that the machine may run. */
export async function startContainerd(world: World): Promise<Daemon> {
  const { directory } = world
  const settings = join(directory, 'config.toml')
  await Bun.write(
    settings,
    [
      'version = 2',
      `root = "${join(directory, 'root')}"`,
      `state = "${join(directory, 'state')}"`,
      'disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]',
      `[grpc]\n  address = "${addressOf(world)}"`,
    ].join('\n'),
  )
  return await startDaemon({
    command: [tool('containerd'), '--config', settings],
    logFile: join(directory, 'containerd.log'),
    probe: containerdCommand(world, ['version']),
  })
}

export function containerdCommand(world: World, args: readonly string[]): readonly string[] {
  return [tool('ctr'), '--address', addressOf(world), ...args]
}

export async function containerdRun(
  world: World,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Outcome> {
  return await run(containerdCommand(world, args), options)
}

function addressOf(world: World): string {
  return join(world.directory, 'containerd.sock')
}
