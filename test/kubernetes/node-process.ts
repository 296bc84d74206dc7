import { openSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { killGroup, spawnInGroup } from '../clients/children.ts'

const READY_TIMEOUT_SECONDS = 90
const STOP_TIMEOUT_SECONDS = 20
const LOG_LINES = 60

/** One program of the node, started by the tests and ended by them. */
export interface NodeProcess {
  readonly logFile: string
  /** SIGTERM, then waits, then SIGKILL to it and all in its group. */
  stop(): Promise<void>
}

export interface NodeProcessOptions {
  readonly command: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly logFile: string
  /** Whether it answers by now; what it throws counts as no. */
  isReady(): Promise<boolean>
}

/** @throws {Error} with the end of its log when the program ends, or is not ready in time */
export async function startProcess(options: NodeProcessOptions): Promise<NodeProcess> {
  await mkdir(dirname(options.logFile), { recursive: true })
  const environment = { ...process.env, ...options.environment }
  const child = spawnInGroup(options.command, { environment, log: openSync(options.logFile, 'a') })
  const deadline = Date.now() + READY_TIMEOUT_SECONDS * 1000
  while (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
    if (await succeeds(options.isReady)) return { logFile: options.logFile, stop: () => stopChild(child) }
    await Bun.sleep(100)
  }
  await stopChild(child)
  const lines = (await Bun.file(options.logFile).text()).trimEnd().split('\n')
  throw new Error(`${options.command[0]} did not become ready; its log:\n${lines.slice(-LOG_LINES).join('\n')}`)
}

async function succeeds(question: () => Promise<boolean>): Promise<boolean> {
  try {
    return await question()
  } catch {
    return false
  }
}

async function stopChild(child: Bun.Subprocess): Promise<void> {
  child.kill('SIGTERM')
  await Promise.race([child.exited, Bun.sleep(STOP_TIMEOUT_SECONDS * 1000)])
  if (child.exitCode === null) killGroup(child)
  await child.exited
}
