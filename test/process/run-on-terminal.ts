import { resolve } from 'node:path'
import type { CliOptions } from './cli-process.ts'

const MAIN = resolve(import.meta.dir, '../../src/main/lading.ts')

/** Runs `lading` where a person would, by util-linux's `script`; both outputs come as one, as they do there. */
export async function runOnTerminal(
  args: readonly string[],
  { environment, input = '' }: CliOptions,
): Promise<{ readonly status: number; readonly output: string }> {
  const quoted = [process.execPath, '--no-env-file', MAIN, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`)
  const child = Bun.spawn(['script', '--quiet', '--return', '--command', quoted.join(' '), '/dev/null'], {
    env: { PATH: process.env.PATH ?? '', TERM: 'xterm', SHELL: '/bin/sh', ...environment },
    stdin: new Blob([input]),
    stdout: 'pipe',
    stderr: 'ignore',
  })
  const [output, status] = await Promise.all([new Response(child.stdout).text(), child.exited])
  return { status, output }
}
