import type { PlanItem } from '../../ports/metadata/plans.ts'
import { carryOutItem } from './carry-out-item.ts'
import type { PlanWork } from './plan-work.ts'

/**
 * Does what these items say, in their order, and writes down what became of them. One that cannot be done stops no other.
 *
 * @param nextPosition what went along with an item gets a place of its own from here on
 * @returns the items as they are now, with those that came along
 */
export async function carryOutItems(
  work: PlanWork,
  items: readonly PlanItem[],
  nextPosition: number,
): Promise<PlanItem[]> {
  const done: PlanItem[] = []
  const added: PlanItem[] = []
  for (const planned of items) {
    const { item, along } = await carryOutItem(work, planned)
    done.push(item)
    for (const each of along) added.push({ ...each, position: nextPosition + added.length })
  }
  await work.transaction.updatePlanItems(work.plan.id, done)
  await work.transaction.insertPlanItems(work.plan.id, added)
  return [...done, ...added]
}
