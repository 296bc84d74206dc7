import type { Fixtures } from './fixtures.ts'
import type { Job, JobResult, Target } from './load/job.ts'
import type { Contender, RunningServer } from './servers/contender.ts'
import type { Sizes } from './sizes.ts'

/** A server in the race, with the folder that holds its data and the process that runs all the time. */
export interface Entrant {
  readonly contender: Contender
  readonly folder: string
  readonly server: RunningServer
}

/** One figure of a workload. The table's ratio says how many times better ours is, whichever way better lies. */
export interface Metric {
  readonly id: string
  readonly title: string
  readonly unit: string
  readonly better: 'more' | 'less'
  /** For what grows from nothing: a quotient of two such figures says nothing, so the table gives none. */
  readonly hasNoRatio?: true
}

export interface Sample {
  readonly values: Readonly<Record<string, number>>
  /** What the server spent, for `units` of the workload's `costUnit`. */
  readonly cpuSeconds?: number
  readonly units?: number
  readonly peakBytes?: number
  /** The share of one processor that other programs took meanwhile. */
  readonly foreignShare?: number
}

/** What every workload may use. */
export interface Bench {
  readonly sizes: Sizes
  readonly fixtures: Fixtures
  /** Never given before: what is pushed under it no server has seen, also when a figure is taken again. */
  freshName(): string
  readonly folder: string
  readonly serverPin: readonly string[]
  readonly loadPin: readonly string[]
  load(job: Job): Promise<JobResult>
}

export interface Workload {
  readonly id: string
  readonly metrics: readonly Metric[]
  /** What the cost column counts: `request`, `GB`, `image`. Absent when costs say nothing here. */
  readonly costUnit?: string
  /** Fewer rounds than the run has, for what takes long. */
  readonly mostRounds?: number
  /** Why this server takes no part, or undefined when it does. */
  reasonNotRun?(contender: Contender): string | undefined
  /** Before each round: content that all servers then get alike. */
  prepareRound?(bench: Bench): Promise<void>
  run(entrant: Entrant, bench: Bench): Promise<Sample>
  /** The same work without a server. */
  byHand?(bench: Bench): Promise<Sample>
}

export function targetOf(server: RunningServer): Target {
  return { baseUrl: server.baseUrl, authorization: server.authorization }
}

export const FILES_ONLY = 'serves files only'
