import { Refusal } from '../../core/refusal.ts'
import type { Plan } from '../../ports/metadata/plans.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'

/** @throws {Refusal} `plan-unknown` */
export async function getPlan(metadata: Pick<MetadataReader, 'findPlan'>, planId: string): Promise<Plan> {
  const plan = await metadata.findPlan(planId)
  if (plan === undefined) throw planUnknown(planId)
  return plan
}

export function planUnknown(planId: string): Refusal {
  return new Refusal('plan-unknown', `There is no plan ${planId}.`)
}

/**
 * The repository that the plan is about.
 *
 * @throws {Refusal} `plan-unfit` when it was deleted
 */
export async function repositoryOfPlan(
  metadata: Pick<MetadataReader, 'findStoredRepository'>,
  plan: Plan,
): Promise<Repository> {
  const repository = await metadata.findStoredRepository(plan.repositoryId)
  if (repository !== undefined && repository.deletedAtMs === undefined) return repository
  throw new Refusal(
    'plan-unfit',
    `The repository ${plan.repositoryName} that the plan ${plan.id} is about was deleted.`,
  )
}
