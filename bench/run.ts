/** `npm run bench`: starts every server that is installed and runs the same work against each in turn. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { undisturbed } from './disturbance.ts'
import { machineText, writeDocument } from './document.ts'
import { makeFixtures, putFixtures } from './fixtures.ts'
import { runJob } from './load/run-load.ts'
import { type Options, parseOptions, USAGE } from './options.ts'
import { reportText } from './report.ts'
import { type Column, type Results, startResult, type WorkloadResult } from './results.ts'
import { CONTENDERS } from './servers/contenders.ts'
import { FULL, QUICK } from './sizes.ts'
import type { Bench, Entrant, Sample, Workload } from './workload.ts'
import { WORKLOADS } from './workloads/all.ts'

const SERVER_PIN = ['taskset', '-c', '0']
const LOAD_PIN = ['taskset', '-c', '1']
const BY_HAND = 'by hand'
const HAND_COLUMN: Column = { name: BY_HAND, description: 'the same bytes hashed, written and synced without a server' }

async function main(options: Options): Promise<void> {
  const wanted = ({ id }: Workload) => options.only.length === 0 || options.only.some((name) => id.startsWith(name))
  const workloads = WORKLOADS.filter(wanted)
  if (options.list) return console.log(workloads.map(({ id }) => id).join('\n'))
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'lading-bench-'))
  const entrants: Entrant[] = []
  const stop = async () => {
    await Promise.all(entrants.map(({ server }) => server.stop()))
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true })
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stop().then(() => process.exit(1)))
  }
  try {
    await report(await runAll(await makeBench(folder, options), options, workloads, entrants), isWhole(options))
  } finally {
    await stop()
  }
}

/** @param entrants filled as servers start, so that they are stopped whatever happens here */
async function runAll(
  bench: Bench,
  options: Options,
  workloads: readonly Workload[],
  entrants: Entrant[],
): Promise<Results> {
  const columns = await startAll(bench, options, entrants)
  const done: WorkloadResult[] = []
  for (const workload of workloads) done.push(await runWorkload(workload, entrants, bench))
  if (done.some(({ samples }) => BY_HAND in samples)) columns.push(HAND_COLUMN)
  return { at: new Date().toISOString(), machine: machineText(), isPinned: options.pinned, columns, workloads: done }
}

/** Only a run of everything may stand in the documents. */
function isWhole(options: Options): boolean {
  return !options.quick && options.only.length === 0 && options.servers.length === 0
}

async function makeBench(folder: string, options: Options): Promise<Bench> {
  const sizes = { ...(options.quick ? QUICK : FULL), ...(options.rounds ? { rounds: options.rounds } : {}) }
  const loadPin = options.pinned ? LOAD_PIN : []
  return {
    folder,
    sizes,
    fixtures: await makeFixtures(folder, sizes.largeBytes),
    freshName: () => crypto.randomUUID().slice(0, 8),
    serverPin: options.pinned ? SERVER_PIN : [],
    loadPin,
    load: (job) => runJob(job, loadPin),
  }
}

async function startAll(bench: Bench, options: Options, entrants: Entrant[]): Promise<Column[]> {
  const columns: Column[] = []
  for (const contender of CONTENDERS) {
    if (options.servers.length > 0 && !options.servers.includes(contender.name)) continue
    const description = await contender.describe()
    if (description === undefined) {
      console.log(`skipped: ${contender.name} is not installed`)
      continue
    }
    const folder = join(bench.folder, contender.name)
    const server = await contender.start({ folder, pin: bench.serverPin, readyPath: '/v2/' })
    entrants.push({ contender, folder, server })
    await putFixtures(contender, server, folder, bench.fixtures)
    columns.push({ name: contender.name, description })
    console.log(`started: ${contender.name} (${description})`)
  }
  return columns
}

/** Round by round, and in each the servers one after the other, so that a machine that drifts drifts for all. */
async function runWorkload(workload: Workload, entrants: readonly Entrant[], bench: Bench): Promise<WorkloadResult> {
  const result = startResult(workload)
  const rounds = Math.min(bench.sizes.rounds, workload.mostRounds ?? Number.POSITIVE_INFINITY)
  for (let round = 0; round < rounds; round++) {
    await workload.prepareRound?.(bench)
    for (const entrant of rotated(entrants, round)) await runEntrant(workload, entrant, bench, round, result)
    const { byHand } = workload
    if (byHand === undefined) continue
    result.samples[BY_HAND] ??= []
    result.samples[BY_HAND].push(await settled(() => byHand(bench)))
  }
  return result
}

async function runEntrant(
  workload: Workload,
  entrant: Entrant,
  bench: Bench,
  round: number,
  result: ReturnType<typeof startResult>,
): Promise<void> {
  const { name } = entrant.contender
  const reason = workload.reasonNotRun?.(entrant.contender)
  if (reason !== undefined) {
    result.notRun[name] = reason
    return
  }
  try {
    const sample = await settled(() => workload.run(entrant, bench))
    result.samples[name] ??= []
    result.samples[name].push(sample)
    console.log(`${workload.id} #${round + 1} ${name}: ${JSON.stringify(sample.values)}`)
  } catch (error) {
    result.notRun[name] = `failed: ${error instanceof Error ? error.message : error}`
    console.log(`${workload.id} #${round + 1} ${name}: ${result.notRun[name]}`)
  }
}

/** What an earlier server left to be written must not be written while the next one is timed. */
async function settled(work: () => Promise<Sample>): Promise<Sample> {
  const { result, foreignShare } = await undisturbed(async () => {
    await Bun.spawn(['sync']).exited
    return work()
  })
  return { ...result, foreignShare }
}

function rotated<Item>(items: readonly Item[], by: number): Item[] {
  return items.map((_, index) => items[(index + by) % items.length] as Item) // the index stays inside
}

async function report(results: Results, isWhole: boolean): Promise<void> {
  const folder = join(import.meta.dir, 'results')
  mkdirSync(folder, { recursive: true })
  await Bun.write(join(folder, `${results.at.replaceAll(':', '-')}.json`), JSON.stringify(results, null, 2))
  console.log(`\n${reportText(results)}`)
  if (isWhole) await writeDocument(results)
}

try {
  await main(parseOptions(Bun.argv.slice(2)))
} catch (error) {
  console.error(error instanceof TypeError ? `${error.message}\n\n${USAGE}` : error)
  process.exitCode = 1
}
