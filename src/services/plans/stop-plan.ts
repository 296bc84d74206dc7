import type { Plan } from '../../ports/metadata/plans.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import { getPlan } from './get-plan.ts'

/**
 * Stops a plan of which nothing was done. One that somebody has begun to apply since it was looked at goes on: stopped,
 * what it takes could not be undone.
 *
 * @returns the plan as it is now
 * @throws {Refusal} `plan-unknown`
 */
export async function stopPlan(
  transaction: MetadataTransaction,
  { id, repositoryId }: Plan,
  note: string,
): Promise<Plan> {
  // As whoever begins to apply one does.
  await transaction.lockRepository(repositoryId, 'exclusive')
  const current = await getPlan(transaction, id)
  if (current.state !== 'ready' && current.state !== 'waiting') return current
  await transaction.updatePlan(id, { state: 'stopped', note })
  return { ...current, state: 'stopped', note }
}
