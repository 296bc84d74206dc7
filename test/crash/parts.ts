import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { collectorStress } from './collector-stress.ts'
import { whyNoDisks } from './disks.ts'
import { diskFull, diskReadOnly, noMoreFiles } from './faults.ts'
import { foregroundLatency, judgeLatency } from './foreground-latency.ts'
import { killRounds } from './kill-rounds.ts'
import { powerCuts } from './power-cuts.ts'
import { raceForOneLayer, raceForOneTag, raceOnOneUpload } from './races.ts'
import { startServer } from './server-process.ts'
import { RIG_SETTINGS } from './settings.ts'
import type { RigWorld } from './world.ts'

export interface Part {
  readonly name: string
  /** Why it cannot run here, if so. */
  skip(): Promise<string | undefined>
  /** @returns what was seen @throws {Error} what is wrong */
  run(folder: string): Promise<string>
}

const nothingMissing = async () => undefined

/** Everything that the rig does, in order. The short form is for every change; the full one is what is promised. */
export function parts(short: boolean): Part[] {
  return [
    { name: 'kill -9', skip: nothingMissing, run: (folder) => runKills(folder, short ? 15 : 200) },
    { name: 'power cuts on ext4', skip: whyNoDisks, run: (folder) => runCuts(folder, 'ext4', short ? 5 : 100) },
    { name: 'power cuts on xfs', skip: whyNoDisks, run: (folder) => runCuts(folder, 'xfs', short ? 5 : 100) },
    { name: 'collector under load', skip: nothingMissing, run: (folder) => runStress(folder, short ? 15 : 180) },
    { name: '200 clients, one immutable tag', skip: nothingMissing, run: onServer(raceForOneTag) },
    { name: 'one layer, two repositories at once', skip: nothingMissing, run: onServer(raceForOneLayer) },
    { name: 'two chunks at once on one upload', skip: nothingMissing, run: onServer(raceOnOneUpload) },
    { name: 'disk full', skip: whyNoDisks, run: diskFull },
    { name: 'read-only disk', skip: whyNoDisks, run: diskReadOnly },
    { name: 'no more open files', skip: whyNoPrlimit, run: noMoreFiles },
    { name: 'latency while collecting', skip: onlyInFull(short), run: runLatency },
  ]
}

async function whyNoPrlimit(): Promise<string | undefined> {
  return Bun.which('prlimit') === null ? 'needs prlimit' : undefined
}

/** A ratio of latencies needs time and a quiet machine. */
function onlyInFull(short: boolean): Part['skip'] {
  return async () => (short ? 'not part of the short form' : undefined)
}

async function runLatency(folder: string): Promise<string> {
  return judgeLatency(await foregroundLatency(folder, 100_000, 4))
}

async function runKills(folder: string, kills: number): Promise<string> {
  const { world, reads, startMs } = await killRounds(folder, kills)
  const slowest = Math.max(...startMs).toFixed(0)
  const pushes = `${world.pushes.acknowledged.size} pushes of tags acknowledged, ${world.pushes.told.size} told by events`
  return `${kills} kills, ${reads} reads checked, slowest restart ${slowest} ms; ${pushes}; ${judge(world)}`
}

async function runCuts(folder: string, fileSystem: 'ext4' | 'xfs', cuts: number): Promise<string> {
  const { world, reads, drainSeconds } = await powerCuts(folder, fileSystem, cuts)
  return `${cuts} cuts, ${reads} reads checked, drained in ${drainSeconds.toFixed(0)} s; ${judge(world)}`
}

async function runStress(folder: string, seconds: number): Promise<string> {
  const { world, collected } = await collectorStress(folder, seconds)
  if (collected === 0) throw new Error('the collector has collected nothing, so nothing was tried')
  return `${seconds} s, ${collected} blobs collected; ${judge(world)}`
}

/** @throws {Error} when a promise was broken */
function judge(world: RigWorld): string {
  const counts = Object.entries(world.counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ')
  if (world.violations.length > 0) throw new Error(`${world.violations.slice(0, 20).join('\n')}\n(${counts})`)
  if ((world.counts['writes acknowledged'] ?? 0) === 0) throw new Error('the load has written nothing')
  return counts
}

function onServer(race: (url: string) => Promise<string>): Part['run'] {
  return async (folder) => {
    const settings = { ...RIG_SETTINGS, LADING_BLOB_LEASE: '1h' }
    const server = await startServer({ data: join(folder, 'data'), logFile: join(folder, 'server.log'), settings })
    try {
      return await race(server.url)
    } finally {
      await server.kill()
    }
  }
}

/** A folder of its own for each part. */
export function folderFor(root: string, part: Part): string {
  const folder = join(root, part.name.replaceAll(/[^a-z0-9]+/gi, '-'))
  mkdirSync(folder, { recursive: true })
  return folder
}
