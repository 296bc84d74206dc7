import { NOTHING_PLANNED, type Plan, type PlanItem, type PlanSummary } from '../../ports/metadata/plans.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Services } from '../context.ts'
import type { PlanActor } from './plan-work.ts'

/** A plan with nothing in it yet. */
export function newPlan(
  services: Pick<Services, 'ids' | 'clock'>,
  repository: Repository,
  given: Pick<Plan, 'kind' | 'state'> & { readonly actor: PlanActor | undefined; readonly policyText?: string },
): Plan {
  const { kind, state, actor, policyText } = given
  return {
    id: services.ids.uuid(),
    registryId: repository.registryId,
    repositoryId: repository.id,
    repositoryName: repository.name,
    kind,
    state,
    createdAtMs: services.clock.nowMs(),
    createdBy: actor?.principal,
    policyText,
    imageCount: 0,
    summary: NOTHING_PLANNED,
    appliedBy: undefined,
    appliedAtMs: undefined,
    undoUntilMs: undefined,
    undoneBy: undefined,
    undoneAtMs: undefined,
    note: undefined,
  }
}

/** What items come to; failed ones count as refused and nothing else. */
export function summarise(items: readonly PlanItem[]): PlanSummary {
  const summary = { ...NOTHING_PLANNED }
  for (const { action, outcome, freedBytes } of items) {
    if (outcome === 'failed') summary.refused += 1
    else if (action !== 'restore') summary[action] += 1
    if (outcome !== 'failed') summary.freedBytes += freedBytes
  }
  return summary
}
