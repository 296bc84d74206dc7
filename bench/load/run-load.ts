import { join } from 'node:path'
import type { Job, JobResult, Target } from './job.ts'

/** No job takes this long unless a server hangs; then the load client is killed and the figure fails. */
const JOB_TIMEOUT_MS = 600_000

/** Runs a job in a load client of its own and resolves to what came of it. */
export async function runJob(job: Job, pin: readonly string[]): Promise<JobResult> {
  const command = [...pin, process.execPath, join(import.meta.dir, 'client.ts')]
  const stdin = new Blob([JSON.stringify(job)])
  const child = Bun.spawn(command, { stdin, stdout: 'pipe', stderr: 'inherit', timeout: JOB_TIMEOUT_MS })
  const text = await new Response(child.stdout).text()
  if ((await child.exited) !== 0) throw new Error(`the load client failed at ${job.kind} against ${job.target.baseUrl}`)
  // what the load client prints is a JobResult: both are this folder's
  return JSON.parse(text) as JobResult
}

export interface WrkResult {
  readonly requests: number
  readonly requestsPerSecond: number
}

/** GETs with wrk on one thread. Anything but answers of 2xx makes the figure worthless, and is an error. */
export async function runWrk(
  target: Target,
  path: string,
  load: { connections: number; seconds: number; accept?: string },
  pin: readonly string[],
): Promise<WrkResult> {
  const headers = [`Accept: ${load.accept ?? '*/*'}`]
  if (target.authorization) headers.push(`Authorization: ${target.authorization}`)
  const options = ['-t1', `-c${load.connections}`, `-d${load.seconds}s`, ...headers.flatMap((header) => ['-H', header])]
  const child = Bun.spawn([...pin, 'wrk', ...options, target.baseUrl + path], { stdout: 'pipe', stderr: 'inherit' })
  const text = await new Response(child.stdout).text()
  const requests = Number(text.match(/(\d+) requests in/)?.[1] ?? 0)
  if ((await child.exited) !== 0 || requests === 0 || /Non-2xx|Socket errors/.test(text)) {
    throw new Error(`wrk against ${target.baseUrl}${path}:\n${text}`)
  }
  return { requests, requestsPerSecond: Number(text.match(/Requests\/sec:\s+([\d.]+)/)?.[1]) }
}
