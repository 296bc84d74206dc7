import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { RunningServer, StartOptions } from './contender.ts'

const READY_WITHIN_MS = 120_000

export interface ProcessSpec {
  readonly command: readonly string[]
  readonly port: number
  readonly environment?: Readonly<Record<string, string>>
  readonly authorization?: string
}

/** Starts a server process, with its output in `server.log` of its folder, and waits for its first good answer. */
export async function startProcess(spec: ProcessSpec, options: StartOptions): Promise<RunningServer> {
  mkdirSync(options.folder, { recursive: true })
  const logPath = join(options.folder, 'server.log')
  const log = openSync(logPath, 'a')
  const begun = performance.now()
  const child = Bun.spawn([...options.pin, ...spec.command], {
    cwd: join(import.meta.dir, '../..'),
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...spec.environment },
    stdin: 'ignore',
    stdout: log,
    stderr: log,
  })
  closeSync(log)
  const baseUrl = `http://127.0.0.1:${spec.port}`
  const authorization = spec.authorization
  const stop = async () => {
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await child.exited
    clearTimeout(late)
  }
  const isAlive = () => child.exitCode === null && child.signalCode === null
  if (!(await waitUntilReady(baseUrl + options.readyPath, authorization, isAlive))) {
    await stop()
    throw new Error(`${spec.command.join(' ')} did not answer ${options.readyPath}; see ${logPath}`)
  }
  return { pid: child.pid, baseUrl, authorization, startSeconds: (performance.now() - begun) / 1000, stop }
}

async function waitUntilReady(url: string, authorization: string | undefined, isAlive: () => boolean) {
  const deadline = performance.now() + READY_WITHIN_MS
  while (performance.now() < deadline && isAlive()) {
    const status = await statusOf(url, authorization)
    if (status === 200) return true
    await Bun.sleep(2)
  }
  return false
}

async function statusOf(url: string, authorization: string | undefined): Promise<number | undefined> {
  try {
    const response = await fetch(url, { headers: authorization ? { authorization } : {}, keepalive: false })
    await response.arrayBuffer()
    return response.status
  } catch {
    return undefined
  }
}

/** A port of 127.0.0.1 that was free a moment ago. */
export function freePort(): number {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = listener
  listener.stop(true)
  return port
}

/** Where a program is: on the PATH, or where Debian keeps servers, or among the Go tools that the tests use. */
export function findProgram(name: string): string | undefined {
  const home = process.env.HOME ?? ''
  const path = [process.env.PATH, '/usr/sbin', `${home}/.cache/lading-tools/go/bin`, `${home}/go/bin`].join(':')
  return Bun.which(name, { PATH: path }) ?? undefined
}

/** The first line that a program prints about its version. */
export async function versionOf(command: readonly string[]): Promise<string> {
  const child = Bun.spawn([...command], { stdout: 'pipe', stderr: 'pipe' })
  const text = (await new Response(child.stdout).text()) + (await new Response(child.stderr).text())
  return text.trim().split('\n')[0] ?? ''
}
