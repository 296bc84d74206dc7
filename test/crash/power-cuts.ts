import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Disks, type FileSystem } from './disks.ts'
import { expectDrained } from './drained.ts'
import { AT_REST } from './ledger.ts'
import { startLoad } from './load.ts'
import { RegistryClient } from './registry-client.ts'
import { startServer } from './server-process.ts'
import { RIG_LEASE_MS, RIG_SETTINGS } from './settings.ts'
import { verify } from './verify.ts'
import { random } from './worker.ts'
import { RigWorld } from './world.ts'

export interface PowerCutResult {
  readonly world: RigWorld
  readonly cuts: number
  readonly reads: number
  /** How long the collector took to work off what the load had left. */
  readonly drainSeconds: number
}

const FORGET_AFTER_MS = 20_000

interface Bench {
  readonly disks: Disks
  readonly fileSystem: FileSystem
  /** Where the images lie: a file system that copies in no time. */
  readonly base: string
  readonly image: string
  readonly world: RigWorld
}

/**
 * A server under load on a file system in an image file. At random moments the image is copied at once, which is what a
 * disk holds after a power cut: what was never synced is missing. A server is started on each copy, and all that had
 * been answered before the copy began is read back from it.
 */
export async function powerCuts(folder: string, fileSystem: FileSystem, cuts: number): Promise<PowerCutResult> {
  await using disks = new Disks(join(folder, `power-${fileSystem}`))
  const base = await disks.mount(await disks.make('base', 'xfs', 8192), 'base', 'xfs')
  const image = await disks.make('disk', fileSystem, 1024, base)
  const bench: Bench = { disks, fileSystem, base, image, world: new RigWorld() }
  const data = join(await disks.mount(image, 'disk', fileSystem), 'data')
  const server = await startServer({ data, logFile: join(folder, `${fileSystem}.log`), settings: RIG_SETTINGS })
  try {
    const load = startLoad({ world: bench.world, url: server.url, leaseMs: RIG_LEASE_MS, workers: 4 })
    let reads = 0
    for (let cut = 1; cut <= cuts; cut += 1) {
      await Bun.sleep(100 + random(900))
      bench.world.forgetAbsentBefore(performance.now() - FORGET_AFTER_MS)
      bench.world.forgetPromisesBefore(performance.now() - FORGET_AFTER_MS)
      reads += await cutOnce(bench, join(folder, `${fileSystem}-cut.log`))
      if (cut % 20 === 0) console.log(`  ${cut} cuts, ${reads} reads, ${bench.world.counts.violations ?? 0} violations`)
    }
    await load.stop()
    const stoppedAtMs = performance.now()
    await expectDrained(data)
    const drainSeconds = (performance.now() - stoppedAtMs) / 1000
    const client = new RegistryClient(server.url)
    reads += await verify({ client, world: bench.world, cut: AT_REST, leaseMs: RIG_LEASE_MS, settle: true })
    await server.stop()
    return { world: bench.world, cuts, reads, drainSeconds }
  } finally {
    await server.kill()
  }
}

async function cutOnce(bench: Bench, logFile: string): Promise<number> {
  const { disks, base, image, fileSystem, world } = bench
  const copy = join(base, 'cut.img')
  const cut = await disks.cut(image, copy)
  const at = await disks.mount(copy, 'cut', fileSystem)
  try {
    const server = await startServer({ data: join(at, 'data'), logFile, settings: RIG_SETTINGS })
    try {
      const client = new RegistryClient(server.url)
      return await verify({ client, world, cut, leaseMs: RIG_LEASE_MS, settle: false })
    } finally {
      await server.kill()
    }
  } finally {
    await disks.unmount(at)
    rmSync(copy)
  }
}
