import * as z from 'zod'
import { analysePolicy } from '../../core/policy/analyse-policy.ts'
import { parsePolicy } from '../../core/policy/parse-policy.ts'
import { Refusal } from '../../core/refusal.ts'
import { defineOperation } from './define-operation.ts'
import { ladingArn } from './fields.ts'

const KINDS = ['identity', 'session', 'trust', 'repository', 'registry'] as const

/** `POST /api/v1/policies/validate`. A policy that is not good is an answer and no error: it is what was asked. */
export const validatePolicy = defineOperation('ValidatePolicy', {
  method: 'post',
  isRead: true,
  path: '/policies/validate',
  summary: 'Says what is wrong with a policy and what is hardly meant in it, without putting it anywhere.',
  decidedIn: "caller's account",
  body: z.strictObject({
    text: z.string().max(131_072).describe('The policy, as JSON in a text.'),
    kind: z.enum(KINDS).describe('What it is for; boundaries are of kind identity.'),
  }),
  output: z.strictObject({
    valid: z.boolean(),
    problem: z.string().optional().describe('Why it is not.'),
    findings: z
      .array(
        z.strictObject({
          severity: z.enum(['warning', 'suggestion']),
          code: z.string(),
          where: z.string(),
          message: z.string(),
        }),
      )
      .describe('What is allowed to stand in it and is hardly meant so.'),
  }),
  resource: (registry) => ladingArn(registry, 'policy/*'),
  handle: async (_call, { body: { text, kind } }) => {
    try {
      return { valid: true, findings: analysePolicy(parsePolicy(text, kind), kind) }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return { valid: false, problem: error.message, findings: [] }
    }
  },
})
