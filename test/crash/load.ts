import { RegistryClient } from './registry-client.ts'
import { Worker } from './worker.ts'
import type { RigWorld } from './world.ts'

export interface LoadOptions {
  readonly world: RigWorld
  readonly url: string
  readonly leaseMs: number
  readonly workers?: number
  readonly sharedLayers?: number
  readonly keep?: number
  readonly thinkMs?: number
}

/** Repositories that the load uses; layers are shared between them. */
export const REPOSITORIES = ['team-blue/api', 'team-blue/web', 'team-red/batch']

/** The mixed load: clients that push, move tags, delete and read. */
export interface Load {
  /** Ends after the request that each is in. */
  stop(): Promise<void>
  /** Resolves when every client has ended, because it was stopped or because no answer came. */
  readonly ended: Promise<void>
}

export function startLoad(options: LoadOptions): Load {
  const workers = Array.from(
    { length: options.workers ?? 6 },
    (_, owner) =>
      new Worker({
        world: options.world,
        client: new RegistryClient(options.url),
        owner,
        repositories: REPOSITORIES,
        ownRepository: `team-red/own-${owner}`,
        leaseMs: options.leaseMs,
        sharedLayers: options.sharedLayers ?? 40,
        keep: options.keep ?? 12,
        thinkMs: options.thinkMs ?? 0,
      }),
  )
  const ended = Promise.all(workers.map((worker) => worker.run())).then(() => {})
  return {
    ended,
    stop: async () => {
      for (const worker of workers) worker.stop()
      await ended
    },
  }
}
