import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dir, '../..')
export const KEY_ID = 'AKIAPROCESSTESTS0000'
export const SECRET = 'process-tests-secret-0123456789/+ABCDEFG'
export const AUTHORIZATION = `Basic ${btoa(`${KEY_ID}:${SECRET}`)}`
const START_LIMIT_MS = 20_000

export interface LadingProcess extends AsyncDisposable {
  readonly child: Bun.Subprocess<'ignore', 'pipe', 'pipe'>
  /** Where it serves, once it said so: the main listener, then the anonymous one. */
  readonly addresses: string[]
  stdout(): string
  stderr(): string
  /** Sends a signal and waits for the end. @returns the exit status, 128 + the signal's number when one ended it */
  end(signal: NodeJS.Signals): Promise<number>
}

/** Settings for a server of its own: a free port, an empty folder, a known root key. */
export async function freshSettings(): Promise<Record<string, string>> {
  return {
    LADING_LISTEN: '127.0.0.1:0',
    LADING_DATA: join(await mkdtemp(join(tmpdir(), 'lading-process-')), 'data'),
    LADING_ROOT_ACCESS_KEY_ID: KEY_ID,
    LADING_ROOT_SECRET_ACCESS_KEY: SECRET,
    LADING_CREATE_ON_PUSH: 'true',
  }
}

/** Starts `lading serve` and waits until it serves or has ended. */
export async function startLading(
  settings: Record<string, string>,
  command: readonly string[] = [process.execPath, '--no-env-file', 'src/main/lading.ts', 'serve'],
): Promise<LadingProcess> {
  const child = Bun.spawn([...command], {
    cwd: ROOT,
    env: { ...environmentWithoutSettings(), ...settings },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
  const deadlineMs = Date.now() + START_LIMIT_MS
  while (!stdout.text.includes('\n') && child.exitCode === null && Date.now() < deadlineMs) await Bun.sleep(10)
  if (child.exitCode !== null) await Promise.all([stdout.ended, stderr.ended])
  const firstLine = stdout.text.split('\n')[0] ?? ''
  return {
    child,
    addresses: firstLine.match(/https?:\/\/[^\s,]+(?<!\.)/g) ?? [],
    stdout: () => stdout.text,
    stderr: () => stderr.text,
    end: async (signal) => {
      child.kill(signal)
      await Promise.all([child.exited, stdout.ended, stderr.ended])
      return child.exitCode ?? 128
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await child.exited
    },
  }
}

function environmentWithoutSettings(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LADING_')))
}

interface Collected {
  text: string
  ended: Promise<void>
}

function collect(stream: ReadableStream<Uint8Array>): Collected {
  const collected: Collected = { text: '', ended: Promise.resolve() }
  const decoder = new TextDecoder()
  collected.ended = (async () => {
    for await (const chunk of stream) collected.text += decoder.decode(chunk, { stream: true })
  })()
  return collected
}
