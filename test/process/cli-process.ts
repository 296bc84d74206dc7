import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { KEY_ID, SECRET } from './lading-process.ts'

const MAIN = resolve(import.meta.dir, '../../src/main/lading.ts')

export interface CliOutcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export interface CliOptions {
  /** Of the process, and nothing else but PATH. */
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string
  /** Called so, as docker calls its helpers. */
  readonly name?: string
}

export const ROOT_KEY = { AWS_ACCESS_KEY_ID: KEY_ID, AWS_SECRET_ACCESS_KEY: SECRET }

/** A home folder of its own, so that no test finds what another left. */
export async function freshHome(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'lading-home-'))
}

/** Runs `lading` with these arguments to its end. */
export async function runLading(args: readonly string[], options: CliOptions = {}): Promise<CliOutcome> {
  const run = [process.execPath, '--no-env-file', MAIN, ...args]
  const named = options.name === undefined ? run : ['bash', '-c', 'exec -a "$0" "$@"', options.name, ...run]
  const child = Bun.spawn(named, {
    env: { PATH: process.env.PATH ?? '', ...options.environment },
    stdin: options.input === undefined ? 'ignore' : new Blob([options.input]),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { status, stdout, stderr }
}
