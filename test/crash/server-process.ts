import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findFreePort } from '../clients/server.ts'

const ROOT = join(import.meta.dirname, '../..')
const READY_WITHIN_MS = 60_000
const KEY = { id: 'AKIALADINGCRASHRIG00', secret: 'crash-rig-secret-of-forty-characters-000' }

/** The root key of every server that the rig starts; they listen on loopback only and live as long as a part of it. */
export const RIG_KEY = KEY
export const RIG_AUTHORIZATION = `Basic ${btoa(`${KEY.id}:${KEY.secret}`)}`

export interface ServerProcess {
  readonly url: string
  readonly pid: number
  readonly logFile: string
  /** How long it took to the first answer. */
  readonly startMs: number
  /** SIGKILL, and gone when this resolves. */
  kill(): Promise<void>
  /** SIGTERM, and gone when this resolves. @throws {Error} unless it ends by itself with status 0 */
  stop(): Promise<void>
}

export interface StartOptions {
  /** `LADING_DATA`; the log goes beside it. */
  readonly data: string
  readonly logFile: string
  readonly settings: Readonly<Record<string, string>>
  /** Put before the command: `prlimit …` and such. */
  readonly wrapper?: readonly string[]
}

/** Starts `lading serve` under this Bun, without the wrapper that `npm start` has: a kill has to hit the server itself. */
export async function startServer(options: StartOptions): Promise<ServerProcess> {
  const startedAt = performance.now()
  const host = `127.0.0.1:${await findFreePort()}`
  const child = spawn(host, options)
  const server = {
    url: `http://${host}`,
    pid: child.pid,
    logFile: options.logFile,
    kill: () => kill(child),
    stop: () => stop(child, options.logFile),
  }
  await waitUntilReady(server.url, child, options.logFile)
  return { ...server, startMs: performance.now() - startedAt }
}

function spawn(host: string, options: StartOptions): Bun.Subprocess {
  mkdirSync(options.data, { recursive: true })
  const log = openSync(options.logFile, 'a')
  const command = [process.execPath, '--max-http-header-size=65536', '--no-env-file', 'src/main/lading.ts', 'serve']
  const child = Bun.spawn([...(options.wrapper ?? []), ...command], {
    cwd: ROOT,
    env: {
      ...cleanEnvironment(),
      LADING_LISTEN: host,
      LADING_DATA: options.data,
      LADING_ROOT_ACCESS_KEY_ID: KEY.id,
      LADING_ROOT_SECRET_ACCESS_KEY: KEY.secret,
      LADING_CREATE_ON_PUSH: 'true',
      LADING_LOG_LEVEL: 'warn',
      ...options.settings,
    },
    stdin: 'ignore',
    stdout: log,
    stderr: log,
  })
  closeSync(log)
  running.add(child)
  return child
}

const running = new Set<Bun.Subprocess>()

/** For the end of the rig, however it comes: nothing of it stays behind. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL')
}

function cleanEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('LADING_'))
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

async function waitUntilReady(url: string, child: Bun.Subprocess, logFile: string): Promise<void> {
  const deadline = performance.now() + READY_WITHIN_MS
  while (performance.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const response = await fetch(`${url}/readyz`).catch(() => undefined)
    if (response?.ok) return
    await Bun.sleep(10)
  }
  await kill(child)
  throw new Error(`the server did not become ready; the end of its log:\n${tail(logFile)}`)
}

async function kill(child: Bun.Subprocess): Promise<void> {
  child.kill('SIGKILL')
  await child.exited
  running.delete(child)
}

async function stop(child: Bun.Subprocess, logFile: string): Promise<void> {
  child.kill('SIGTERM')
  const status = await Promise.race([child.exited, Bun.sleep(40_000)])
  await kill(child)
  if (status !== 0)
    throw new Error(`the server ended with ${status ?? 'SIGKILL'}; the end of its log:\n${tail(logFile)}`)
}

export function tail(logFile: string): string {
  return readFileSync(logFile, 'utf8').slice(-3000)
}
