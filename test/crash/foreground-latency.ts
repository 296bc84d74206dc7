import { Database } from 'bun:sqlite'
import { join } from 'node:path'
import { blobOf, imageOf } from './content.ts'
import { databaseFile } from './drained.ts'
import { fillWithDeleted } from './fill-with-deleted.ts'
import { RegistryClient } from './registry-client.ts'
import { type ServerProcess, startServer } from './server-process.ts'

const CLIENTS = 4
/** Each client asks this often: a load that leaves the machine room, so that waiting shows. */
const EVERY_MS = 8
const MOST_RATIO = 1.2
/** The collector looks at every candidate before it takes the first. */
const PLANNED_WITHIN_MS = 120_000

export interface LatencyResult {
  readonly idle: Percentiles
  readonly collecting: Percentiles
  readonly ratio: number
  /** How many manifests were purged meanwhile. */
  readonly purged: number
}

interface Percentiles {
  readonly requests: number
  readonly p50: number
  readonly p99: number
}

/**
 * The same requests against a server whose collector sleeps and one whose collector has 100,000 manifests to work off,
 * in turns on one store, so that a change of the machine's mood hits both.
 */
export async function foregroundLatency(folder: string, manifests: number, turns: number): Promise<LatencyResult> {
  const data = join(folder, 'data')
  const start = (collectInterval: string) =>
    startServer({
      data,
      logFile: join(folder, 'server.log'),
      settings: { LADING_COLLECT_INTERVAL: collectInterval, LADING_COLLECT_SHARE: '100%', LADING_SCRUB_INTERVAL: '0' },
    })
  const maker = await start('0')
  await pushForeground(maker.url)
  await maker.stop()
  await fillWithDeleted(databaseFile(data), manifests)
  const idle: number[] = []
  const collecting: number[] = []
  for (let turn = 0; turn < turns; turn += 1) {
    await during(await start('0'), async () => {}, idle)
    const left = manifestsLeft(data)
    const purging = () => until(() => manifestsLeft(data) < left, PLANNED_WITHIN_MS)
    await during(await start('1s'), purging, collecting)
    console.log(`  turn ${turn + 1}: ${manifestsLeft(data)} manifests left`)
  }
  const [still, busy] = [percentiles(idle), percentiles(collecting)]
  const purged = manifests + 1 - manifestsLeft(data)
  return { idle: still, collecting: busy, ratio: busy.p99 / still.p99, purged }
}

/** @throws {Error} when the collector is felt, or has not worked */
export function judgeLatency(result: LatencyResult): string {
  const text = `p99 ${result.idle.p99.toFixed(2)} ms idle, ${result.collecting.p99.toFixed(2)} ms while ${result.purged} manifests were purged: ${result.ratio.toFixed(2)} times (p50 ${result.idle.p50.toFixed(2)} and ${result.collecting.p50.toFixed(2)} ms; ${result.idle.requests} and ${result.collecting.requests} requests)`
  if (result.ratio > MOST_RATIO || result.purged < 1000) throw new Error(text)
  return text
}

const image = imageOf(blobOf('foreground config'), [blobOf('foreground layer')])

async function pushForeground(url: string): Promise<void> {
  const client = new RegistryClient(url)
  for (const blob of [blobOf('foreground config'), blobOf('foreground layer')]) {
    await expectStatus(client, 201, 'POST', `/v2/front/app/blobs/uploads/?digest=${blob.digest}`, blob.bytes)
  }
  await expectStatus(client, 201, 'PUT', '/v2/front/app/manifests/v1', image.text)
}

/** Measures for a while once `ready`, then stops the server. */
async function during(server: ServerProcess, ready: () => Promise<void>, latenciesMs: number[]): Promise<void> {
  try {
    await Bun.sleep(2500)
    await ready()
    const endMs = performance.now() + 12_000
    await Promise.all(Array.from({ length: CLIENTS }, (_, n) => ask(server.url, n, endMs, latenciesMs)))
    await server.stop()
  } finally {
    await server.kill()
  }
}

/** What pulls do, with a push now and then. */
async function ask(url: string, n: number, endMs: number, latenciesMs: number[]): Promise<void> {
  const client = new RegistryClient(url)
  const [config, layer] = image.blobs
  const requests: (() => Promise<void>)[] = [
    () => expectStatus(client, 200, 'GET', '/v2/front/app/manifests/v1'),
    () => expectStatus(client, 200, 'HEAD', `/v2/front/app/blobs/${layer}`),
    () => expectStatus(client, 200, 'GET', `/v2/front/app/blobs/${config}`),
    () => expectStatus(client, 200, 'GET', `/v2/front/app/manifests/${image.digest}`),
    () => expectStatus(client, 201, 'PUT', `/v2/front/app/manifests/client-${n}`, image.text),
  ]
  for (let turn = n; performance.now() < endMs; turn += 1) {
    const startedAt = performance.now()
    await requests[turn % requests.length]?.()
    latenciesMs.push(performance.now() - startedAt)
    await Bun.sleep(EVERY_MS)
  }
}

async function expectStatus(
  client: RegistryClient,
  status: number,
  ...[method, path, body]: [string, string, (Uint8Array | string)?]
): Promise<void> {
  const answer = await client.send(method, path, body === undefined ? {} : { body, type: typeOf(path) })
  if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status}`)
}

async function until(isSo: () => boolean, limitMs: number): Promise<void> {
  const startedAt = performance.now()
  while (!isSo()) {
    if (performance.now() - startedAt > limitMs) throw new Error('the collector has purged nothing')
    await Bun.sleep(200)
  }
}

function typeOf(path: string): string {
  return path.includes('/manifests/') ? image.type : 'application/octet-stream'
}

function percentiles(latenciesMs: readonly number[]): Percentiles {
  const sorted = latenciesMs.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
  return { requests: sorted.length, p50: at(0.5), p99: at(0.99) }
}

function manifestsLeft(data: string): number {
  const database = new Database(databaseFile(data), { readonly: true })
  const row = database.query<{ n: number }, []>('select count(*) as n from manifests').get()
  database.close()
  return row?.n ?? Number.NaN
}
