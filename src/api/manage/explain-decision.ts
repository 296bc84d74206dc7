import * as z from 'zod'
import type { AuditContext, AuditDecision } from '../../core/audit/audit-record.ts'
import {
  type DecisionNow,
  type Explanation,
  explainDecision as explain,
} from '../../services/audit/explain-decision.ts'
import { defineOperation } from './define-operation.ts'
import { ladingArn, timeField, toTime } from './fields.ts'

const decidedField = {
  by: z.string().optional().describe('The kind of policy that decided, or lacked an Allow.'),
  policy: z.string().optional().describe("Left out when it is another account's."),
  statement: z.int().optional().describe('Counted from 0.'),
  sid: z.string().optional(),
}

const explanationView = z.strictObject({
  decisionId: z.string(),
  time: timeField,
  requestId: z.string(),
  principal: z.string().describe('ARN; `anonymous` for nobody.'),
  action: z.string(),
  resource: z.string(),
  sourceAddress: z.string(),
  userAgent: z.string(),
  sentence: z.string().describe('What the caller was told.'),
  before: z.strictObject({
    outcome: z.enum(['allowed', 'denied']),
    ...decidedField,
    keys: z.record(z.string(), z.unknown()).describe('What conditions could ask about this call alone.'),
  }),
  now: z.strictObject({ outcome: z.enum(['allowed', 'denied', 'unknown']), ...decidedField, reason: z.string() }),
})

/** `GET /api/v1/decisions/{decisionId}` */
export const explainDecision = defineOperation('ExplainDecision', {
  method: 'get',
  path: '/decisions/{decisionId}',
  summary: 'Says why a request was denied, and how it would be decided now.',
  decidedIn: "caller's account",
  parameters: z.strictObject({
    decisionId: z.string().regex(/^[0-9a-f-]{36}$/, 'must be the id that a denial ends with'),
  }),
  output: explanationView,
  resource: (registry, { parameters }) => ladingArn(registry, `decision/${parameters.decisionId}`),
  handle: async ({ services, caller }, { parameters: { decisionId } }) =>
    viewExplanation(await explain(services, caller.registry.accountId, decisionId)),
})

function viewExplanation({ record, context, before, now }: Explanation): z.output<typeof explanationView> {
  return {
    decisionId: record.eventID,
    time: toTime(record.additionalEventData.atMs),
    requestId: record.requestID,
    principal: record.userIdentity.arn ?? 'anonymous',
    action: context.action,
    resource: context.resource,
    sourceAddress: record.sourceIPAddress,
    userAgent: record.userAgent,
    sentence: record.errorMessage ?? '',
    before: { ...viewDecided(before), outcome: before.outcome, keys: keysOf(context) },
    now: { ...viewDecided(now), outcome: now.outcome, reason: now.reason },
  }
}

function viewDecided(decided: AuditDecision | DecisionNow) {
  if (!('by' in decided)) return {}
  const { by, policy, statement, sid } = decided
  return {
    by,
    ...(policy !== undefined && { policy }),
    ...(statement !== undefined && { statement }),
    ...(sid !== undefined && { sid }),
  }
}

function keysOf({ keys, clientAddress, secure, userAgent }: AuditContext): Record<string, unknown> {
  return {
    ...keys,
    'aws:sourceip': clientAddress,
    'aws:securetransport': String(secure),
    ...(userAgent !== undefined && { 'aws:useragent': userAgent }),
  }
}
