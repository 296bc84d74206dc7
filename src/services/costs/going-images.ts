import type { Digest } from '../../core/digest.ts'
import type { Plan, PlanItem } from '../../ports/metadata/plans.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'
import { nextTurn } from '../next-turn.ts'
import { refuseWhenEnded } from './each-held-blob.ts'

/** An image that is to go, or that went. */
export interface GoingImage {
  readonly digest: Digest
  /** Whether it is still there. */
  readonly isLive: boolean
  /** Until then it holds its blobs. */
  readonly heldUntilMs: number
}

const AT_ONCE = 1000

/** The states of plans whose planned items will be done. */
const PENDING: ReadonlySet<Plan['state']> = new Set(['ready', 'waiting', 'applying'])

/**
 * The images that a plan takes: those that it has taken and nobody brought back, and those that it is going to take.
 *
 * @param endOfWindow until when what is deleted at a time can be brought back
 * @throws {Refusal} `storage-unavailable` soon after the signal
 */
export async function imagesOfPlan(
  metadata: Pick<MetadataReader, 'listPlanItems'>,
  plan: Plan,
  { nowMs, endOfWindow, signal }: { nowMs: number; endOfWindow: (atMs: number) => number; signal: AbortSignal },
): Promise<GoingImage[]> {
  const tookUntilMs = plan.undoUntilMs ?? endOfWindow(plan.appliedAtMs ?? nowMs)
  const going: GoingImage[] = []
  let after: number | undefined
  for (;;) {
    refuseWhenEnded(signal)
    const page = await metadata.listPlanItems(plan.id, {}, { after, limit: AT_ONCE })
    for (const item of page.filter(takesImage)) {
      const { digest } = item
      if (item.outcome === 'done') going.push({ digest, isLive: false, heldUntilMs: tookUntilMs })
      else if (PENDING.has(plan.state)) going.push({ digest, isLive: true, heldUntilMs: endOfWindow(nowMs) })
    }
    after = page.at(-1)?.position
    if (page.length < AT_ONCE) return going
    await nextTurn()
  }
}

function takesImage({ action, outcome }: PlanItem): boolean {
  return action === 'expire' && (outcome === 'planned' || outcome === 'done')
}
