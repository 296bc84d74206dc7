import type { Endpoint } from '../clients/server.ts'
import type { Step } from '../clients/steps.ts'
import type { Cluster } from './cluster.ts'
import type { GoProgramName } from './programs.ts'

export interface World {
  readonly cluster: Cluster
  readonly registry: Endpoint
  /** Of the scenario's own, empty. */
  readonly directory: string
}

/** One way for a pod to come to its image, and what has to hold of it. */
export interface Scenario {
  readonly name: string
  /** Beside what every node needs. When one of these is absent the scenario is skipped, by name. */
  readonly needs: readonly GoProgramName[]
  /** In order; each builds on those before it. */
  steps(world: World): readonly Step[]
}
