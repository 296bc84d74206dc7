import { openSync } from 'node:fs'
import { killGroup, spawnInGroup } from './children.ts'
import { attempt } from './command.ts'

const READY_TIMEOUT_SECONDS = 60
const STOP_TIMEOUT_SECONDS = 20

/** A daemon that a client talks to, started by the tests and ended by them. */
export interface Daemon {
  stop(): Promise<void>
}

export interface DaemonOptions {
  readonly command: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly logFile: string
  /** A command that succeeds once the daemon answers. */
  readonly probe: readonly string[]
}

/** Starts the daemon and waits until the probe succeeds. @throws {Error} with its log when it does not */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const log = openSync(options.logFile, 'a')
  const environment = { ...process.env, ...options.environment }
  const child = spawnInGroup(options.command, { environment, log })
  const deadline = Date.now() + READY_TIMEOUT_SECONDS * 1000
  while (Date.now() < deadline && child.exitCode === null) {
    if ((await attempt(options.probe)).status === 0) return { stop: () => stopDaemon(child) }
    await Bun.sleep(100)
  }
  await stopDaemon(child)
  const name = options.command[0]
  throw new Error(`${name} did not become ready; its log:\n${await Bun.file(options.logFile).text()}`)
}

async function stopDaemon(child: Bun.Subprocess): Promise<void> {
  child.kill('SIGTERM')
  await Promise.race([child.exited, Bun.sleep(STOP_TIMEOUT_SECONDS * 1000)])
  if (child.exitCode === null) killGroup(child)
  await child.exited
}
