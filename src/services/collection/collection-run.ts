import type { Amount } from '../../core/collection/judge-plan.ts'
import type { Services } from '../context.ts'
import type { CollectOptions } from './collect-options.ts'
import type { CollectionTally } from './collection-tally.ts'
import type { Pace } from './pace.ts'

/** What every part of one run of the collector shares. */
export interface CollectionRun {
  readonly services: Services
  readonly options: CollectOptions
  readonly pace: Pace
  readonly tally: CollectionTally
  /** What there was when the run began. */
  readonly total: Amount
  /** Whether the brake is off for this run. */
  readonly isForced: boolean
}
