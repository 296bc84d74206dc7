import { Database } from 'bun:sqlite'
import { join } from 'node:path'
import { databaseFile, expectDrained } from './drained.ts'
import { AT_REST } from './ledger.ts'
import { startLoad } from './load.ts'
import { RegistryClient } from './registry-client.ts'
import { startServer } from './server-process.ts'
import { RIG_LEASE_MS, RIG_SETTINGS } from './settings.ts'
import { verify } from './verify.ts'
import { RigWorld } from './world.ts'

/**
 * Clients that think between being told that a layer is there and naming it, for nearly as long as the promise holds;
 * few images kept, so that a layer is often held by nothing but that promise.
 */
const SHARING = { workers: 32, sharedLayers: 150, keep: 1, thinkMs: RIG_LEASE_MS / 2 - 700 }

/**
 * Pushes that share nearly all layers with images that are being deleted, while the collector runs all the time. What a
 * client was told is there must be there when its manifest comes.
 */
export async function collectorStress(
  folder: string,
  seconds: number,
): Promise<{ world: RigWorld; collected: number }> {
  const world = new RigWorld()
  const data = join(folder, 'data')
  const settings = { ...RIG_SETTINGS, LADING_COLLECT_INTERVAL: '50ms', LADING_RESTORE_WINDOW: '50ms' }
  const server = await startServer({ data, logFile: join(folder, 'server.log'), settings })
  try {
    const load = startLoad({ ...SHARING, world, url: server.url, leaseMs: RIG_LEASE_MS })
    await Bun.sleep(seconds * 1000)
    await load.stop()
    const client = new RegistryClient(server.url)
    await verify({ client, world, cut: AT_REST, leaseMs: RIG_LEASE_MS, settle: true })
    await expectDrained(data)
    return { world, collected: countCollected(data) }
  } finally {
    await server.kill()
  }
}

function countCollected(data: string): number {
  const database = new Database(databaseFile(data), { readonly: true })
  const rows = database.query<{ detail: string }, []>(`select detail from events where kind = 'blobs-collected'`).all()
  database.close()
  const collected: { blobs: unknown[] }[] = rows.map(({ detail }) => JSON.parse(detail))
  return collected.reduce((sum, { blobs }) => sum + blobs.length, 0)
}
