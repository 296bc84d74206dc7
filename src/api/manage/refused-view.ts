import * as z from 'zod'
import type { RefusedAction } from '../../core/lifecycle/lifecycle-plan.ts'

/** Why something stays although a rule hits it. */
export const refusedView = z.strictObject({
  code: z.enum(['held', 'locked']),
  by: z.array(z.string()).describe('Digests of what holds it; or of what is locked, or has a tag that is.'),
})

export function viewRefused(why: RefusedAction['why']): z.output<typeof refusedView> {
  return why.code === 'held' ? { code: 'held', by: [...why.by] } : { code: 'locked', by: [why.by] }
}
