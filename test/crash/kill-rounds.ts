import { join } from 'node:path'
import { expectDrained } from './drained.ts'
import { AT_REST } from './ledger.ts'
import { startLoad } from './load.ts'
import { RegistryClient } from './registry-client.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { RIG_LEASE_MS, RIG_SETTINGS } from './settings.ts'
import { verify } from './verify.ts'
import { verifyEvents } from './verify-events.ts'
import { random } from './worker.ts'
import { RigWorld } from './world.ts'

export interface KillResult {
  readonly world: RigWorld
  readonly kills: number
  readonly reads: number
  readonly startMs: readonly number[]
}

/** Kills the server at random moments under load, and after each restart reads everything back. */
export async function killRounds(folder: string, kills: number): Promise<KillResult> {
  const world = new RigWorld()
  const start = () => {
    const options = { data: join(folder, 'data'), logFile: join(folder, 'server.log'), settings: RIG_SETTINGS }
    return startServer(options)
  }
  let server = await start()
  let reads = 0
  const startMs: number[] = []
  for (let round = 1; round <= kills; round += 1) {
    await killUnderLoad(server, world, round)
    server = await start()
    startMs.push(server.startMs)
    const client = new RegistryClient(server.url)
    reads += await verify({ client, world, cut: AT_REST, leaseMs: RIG_LEASE_MS, settle: true })
    reads += await verifyEvents(client, world)
    if (round % 20 === 0) console.log(`  ${round} kills, ${reads} reads, ${world.counts.violations ?? 0} violations`)
  }
  await expectDrained(join(folder, 'data'))
  reads += await verify({
    client: new RegistryClient(server.url),
    world,
    cut: AT_REST,
    leaseMs: RIG_LEASE_MS,
    settle: true,
  })
  await server.stop()
  return { world, kills, reads, startMs }
}

/** The first rounds are longer, so that there is something to lose. */
async function killUnderLoad(server: ServerProcess, world: RigWorld, round: number): Promise<void> {
  const load = startLoad({ world, url: server.url, leaseMs: RIG_LEASE_MS })
  await Bun.sleep(20 + random(round < 5 ? 1500 : 600))
  await server.kill()
  await load.ended
}
