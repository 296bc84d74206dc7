// Runs the real clients against a real server: `npm run test:clients [-- name…] [--require=a,b] [--server=URL] [--keep]`.
//   name…           only these clients
//   --require=a,b   these must be installed: their absence is a failure, not a skip; `--require=all` means every one
//   --server=URL    another registry as a stand-in (user and password from CLIENTS_USER and CLIENTS_PASSWORD); what
//                   needs TLS or the ECR API is then skipped
//   --keep          keep the folder with logs and pulled images also when all passed
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { killAllGroups } from './children.ts'
import { CLIENTS } from './clients.ts'
import { prepareImages } from './images.ts'
import { type Endpoint, findFreePort, type RunningServer, startServer } from './server.ts'
import { type Client, type Step, StepSkipped, step } from './steps.ts'
import { findTool } from './tools.ts'
import type { World } from './world.ts'

const STEP_TIMEOUT_SECONDS = 300
const SHOWN_LINES = 40

interface Tally {
  passed: number
  failed: number
  skipped: number
}

const { values: options, positionals: names } = parseArgs({
  options: { require: { type: 'string' }, server: { type: 'string' }, keep: { type: 'boolean' } },
  allowPositionals: true,
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    killAllGroups()
    process.exit(1)
  })
}
process.exit(await main())

async function main(): Promise<number> {
  const clients = selectClients()
  // Lower case, because podman makes an image name of a layout's path; short, because it refuses long run folders.
  const directory = join(tmpdir(), `lading-${process.pid}-${(Date.now() % 46656).toString(36)}`)
  await mkdir(directory)
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 }
  const images = await prepareImages()
  const servers = await startServers(directory)
  try {
    for (const client of clients) {
      const world = { ...servers, images, directory: join(directory, client.name) }
      await runClient(client, world, tally)
    }
  } finally {
    await stopServers(servers.running, tally)
  }
  if (tally.failed === 0 && options.keep !== true) await rm(directory, { recursive: true, force: true })
  else console.log(`logs: ${directory}`)
  console.log(`tally: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`)
  return tally.failed === 0 ? 0 : 1
}

function selectClients(): readonly Client[] {
  if (names.length === 0) return CLIENTS
  const known = CLIENTS.map((client) => client.name)
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    console.error(`no client is called ${unknown.join(', ')}; there are: ${known.join(', ')}`)
    process.exit(2)
  }
  return CLIENTS.filter((client) => names.includes(client.name))
}

interface Servers {
  readonly registry: Endpoint
  readonly secure: Endpoint | undefined
  readonly anonymousHost: string | undefined
  readonly running: readonly RunningServer[]
}

async function startServers(directory: string): Promise<Servers> {
  if (options.server !== undefined) {
    return { registry: standIn(options.server), secure: undefined, anonymousHost: undefined, running: [] }
  }
  const anonymousHost = `127.0.0.1:${await findFreePort()}`
  const settings = { LADING_ANONYMOUS_LISTEN: anonymousHost }
  const plain = await startServer({ directory: join(directory, 'server'), tls: false, settings })
  const secure = await startServer({ directory: join(directory, 'server-tls'), tls: true })
  return { registry: plain.endpoint, secure: secure.endpoint, anonymousHost, running: [plain, secure] }
}

function standIn(url: string): Endpoint {
  return {
    host: new URL(url).host,
    url: new URL(url).origin,
    accessKeyId: process.env.CLIENTS_USER ?? '',
    secretAccessKey: process.env.CLIENTS_PASSWORD ?? '',
    account: '000000000000',
    region: 'us-east-1',
    speaksEcr: false,
  }
}

async function stopServers(running: readonly RunningServer[], tally: Tally): Promise<void> {
  for (const { endpoint, assertNoFault, stop } of running) {
    await runStep('server', step(`answered nobody 5xx and logged no error (${endpoint.url})`, assertNoFault), tally)
    await runStep('server', step(`stops by itself on SIGTERM (${endpoint.url})`, stop), tally)
  }
}

async function runClient(client: Client, world: World, tally: Tally): Promise<void> {
  const absent = client.needs.filter((name) => findTool(name) === undefined)
  if (absent.length > 0) return reportAbsent(client, absent, tally)
  await mkdir(world.directory, { recursive: true })
  for (const one of client.steps(world)) await runStep(client.name, one, tally, world.directory)
  if (client.cleanUp !== undefined) await runStep(client.name, step('leaves nothing running', client.cleanUp), tally)
}

function reportAbsent(client: Client, absent: readonly string[], tally: Tally): void {
  const why = `not installed: ${absent.join(', ')}`
  if (options.require === 'all' || (options.require ?? '').split(',').includes(client.name)) {
    tally.failed += 1
    console.log(`${client.name}: FAILED, it is required but ${why}`)
  } else {
    reportSkip(client.name, why, tally)
  }
}

function reportSkip(what: string, why: string, tally: Tally): void {
  tally.skipped += 1
  console.log(`skipped: ${what}: ${why}`)
}

async function runStep(clientName: string, { name, run }: Step, tally: Tally, directory?: string): Promise<void> {
  const startedAt = performance.now()
  const seconds = () => ((performance.now() - startedAt) / 1000).toFixed(1)
  try {
    await withTimeout(run())
    tally.passed += 1
    console.log(`${clientName}: ok, ${name} (${seconds()} s)`)
  } catch (error) {
    if (error instanceof StepSkipped) return reportSkip(`${clientName}, ${name}`, error.message, tally)
    tally.failed += 1
    console.log(`${clientName}: FAILED, ${name} (${seconds()} s)`)
    await reportFailure(error, directory === undefined ? undefined : join(directory, `failed-${tally.failed}.txt`))
  }
}

/** The whole output goes into a file, the end of it to the reader. */
async function reportFailure(error: unknown, file: string | undefined): Promise<void> {
  const text = describe(error)
  if (file !== undefined) await Bun.write(file, text)
  const lines = text.trimEnd().split('\n')
  const shown = lines.length <= SHOWN_LINES ? lines : [lines[0], '…', ...lines.slice(-SHOWN_LINES)]
  for (const line of shown) console.log(`    ${line}`)
  if (file !== undefined && lines.length > SHOWN_LINES) console.log(`    all of it: ${file}`)
}

/** The message, and the place in the client's own steps; the runner's frames say nothing. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at .*test\/clients\//.test(line))
  const own = frames.filter((line) => !/(steps|command|run)\.ts:/.test(line))
  return [error.message, ...own].join('\n')
}

async function withTimeout(work: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const complaint = new Error(`took longer than ${STEP_TIMEOUT_SECONDS} s`)
  const timer = setTimeout(() => reject(complaint), STEP_TIMEOUT_SECONDS * 1000)
  try {
    await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
