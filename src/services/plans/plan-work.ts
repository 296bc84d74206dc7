import type { Digest } from '../../core/digest.ts'
import type { EffectiveSettings } from '../../core/settings/resolve-settings.ts'
import type { Plan } from '../../ports/metadata/plans.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import type { Services } from '../context.ts'

/** Who has a plan carried out or undone; undefined for the server's own runs. */
export interface PlanActor {
  /** ARN. */
  readonly principal: string
  readonly requestId: string
}

/** A transaction that holds the plan's repository exclusively, and what is done in it. */
export interface PlanWork {
  readonly services: Services
  readonly transaction: MetadataTransaction
  readonly repository: Repository
  readonly plan: Pick<Plan, 'id' | 'kind'>
  readonly actor: PlanActor | undefined
  readonly nowMs: number
  /** What has items of its own in a plan that is not written yet. */
  readonly planned?: ReadonlySet<Digest>
  /** What was to go and stayed, of the items whose outcome is not written yet: their own note it here. */
  readonly stayed?: Set<Digest>
  /** How many referrers that the plan does not know of may still go along in this transaction. */
  readonly room?: { along: number }
  /** What is in force for the repository. */
  readonly settings: EffectiveSettings
}
