import * as z from 'zod'
import type { TagPeriod } from '../../ports/metadata/tags.ts'
import { timeField, toTime } from './fields.ts'
import { type LinksByDigest, listedBuildLinksView } from './image-view.ts'

export const tagAtView = z.strictObject({
  tag: z.string(),
  digest: z.string(),
  from: timeField.describe('Since when it pointed there.'),
  until: timeField.optional().describe('Until when; absent while it does.'),
  setAt: timeField.describe('When somebody set it so; bringing a deleted tag back does not change that.'),
  buildLinks: listedBuildLinksView,
})

const causeField = z.enum(['push', 'rollback', 'untag', 'deletion', 'undo'])

export const tagPeriodView = tagAtView.omit({ tag: true }).extend({
  by: z.string().optional().describe('The ARN of who set it.'),
  cause: causeField.optional(),
  planId: z.string().optional(),
  untilBy: z.string().optional().describe('The ARN of who ended it.'),
  untilCause: causeField.optional(),
  untilPlanId: z.string().optional(),
})

export function viewTagAt(period: TagPeriod, links: LinksByDigest): z.output<typeof tagAtView> {
  return { tag: period.tag, ...viewSpan(period, links) }
}

export function viewTagPeriod(period: TagPeriod, links: LinksByDigest): z.output<typeof tagPeriodView> {
  const { from, until } = period
  return {
    ...viewSpan(period, links),
    ...(from.by !== undefined && { by: from.by }),
    ...(from.cause !== undefined && { cause: from.cause }),
    ...(from.planId !== undefined && { planId: from.planId }),
    ...(until.by !== undefined && { untilBy: until.by }),
    ...(until.cause !== undefined && { untilCause: until.cause }),
    ...(until.planId !== undefined && { untilPlanId: until.planId }),
  }
}

function viewSpan({ digest, fromMs, untilMs, setAtMs }: TagPeriod, links: LinksByDigest) {
  const until = untilMs === undefined ? {} : { until: toTime(untilMs) }
  const buildLinks = links.get(digest)
  return { digest, from: toTime(fromMs), ...until, setAt: toTime(setAtMs), ...(buildLinks && { buildLinks }) }
}
