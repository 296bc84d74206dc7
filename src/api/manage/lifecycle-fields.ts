import * as z from 'zod'
import { type ParsedLifecyclePolicy, parseLifecyclePolicy } from '../../core/lifecycle/parse-lifecycle-policy.ts'

/** Its members are checked by the parser, whose refusals say where and what is expected. */
export const lifecyclePolicyField = z
  .record(z.string(), z.unknown())
  .describe('A lifecycle policy: in our own format (docs/schemas/lifecycle-policy-v1.json), or in that of Amazon ECR.')

/** @throws {Refusal} `parameter-invalid` */
export function parsePolicyField(policy: Readonly<Record<string, unknown>>): {
  readonly text: string
  readonly parsed: ParsedLifecyclePolicy
} {
  const text = JSON.stringify(policy)
  return { text, parsed: parseLifecyclePolicy(text) }
}

export const findingView = z.strictObject({
  severity: z.enum(['error', 'warning']),
  rule: z.int().optional().describe('The priority of the rule; absent for the policy as a whole.'),
  code: z.string(),
  message: z.string(),
})

export const storedPolicyView = z.strictObject({
  policy: z.unknown(),
  format: z.enum(['ecr', 'lading']),
  from: z.string().describe('Where the policy comes from that the repository is kept by.'),
  evaluatedAt: z.string().meta({ format: 'date-time' }).optional().describe('When a policy was last carried out.'),
})
