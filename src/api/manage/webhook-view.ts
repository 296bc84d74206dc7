import * as z from 'zod'
import type { Registry } from '../../ports/metadata/registries.ts'
import type { DeadLetter, Webhook } from '../../ports/metadata/webhooks.ts'
import { ladingArn, timeField, toTime } from './fields.ts'

const webhookNameField = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'must be 1 to 64 letters, digits or ._-, beginning with a letter or digit')

export const webhookParameters = z.strictObject({ name: webhookNameField })

export const formatField = z
  .enum(['cloudevents', 'eventbridge'])
  .describe('CloudEvents 1.0 in structured JSON, or the JSON of Amazon EventBridge.')

export const webhookView = z.strictObject({
  name: z.string(),
  url: z.string(),
  format: formatField,
  pattern: z.record(z.string(), z.unknown()).optional(),
  state: z.enum(['enabled', 'disabled']),
  createdAt: timeField,
  previousSecretValidUntil: timeField.optional().describe('Until then the secret before signs too.'),
})

/** A webhook with a secret, which is told once. */
export const webhookWithSecret = webhookView.extend({
  secret: z.string().optional().describe('What it signs with (`whsec_…`): shown this once, when it was just made.'),
})

export const deadLetterView = z.strictObject({
  sequence: z.int(),
  kind: z.string(),
  repositoryName: z.string().optional(),
  time: timeField,
  attempts: z.int(),
  lastError: z.string(),
})

/** Which dead letters are meant. */
export const deadLetterChoice = z.strictObject({
  sequences: z.array(z.int().min(1)).min(1).max(1000).optional().describe('All of the webhook without it.'),
})

export function webhookArn(registry: Registry, name: string): string {
  return ladingArn(registry, `webhook/${name}`)
}

export function viewWebhook(webhook: Webhook, nowMs: number): z.output<typeof webhookView> {
  const { name, url, format, state, createdAtMs, pattern, previous } = webhook
  return {
    name,
    url,
    format,
    state,
    createdAt: toTime(createdAtMs),
    // It was an object when it was put.
    ...(pattern !== undefined && { pattern: JSON.parse(pattern) as Record<string, unknown> }),
    ...(previous !== undefined && previous.untilMs > nowMs && { previousSecretValidUntil: toTime(previous.untilMs) }),
  }
}

export function viewDeadLetter({ sequence, event, attempts, lastError }: DeadLetter): z.output<typeof deadLetterView> {
  const { kind, repositoryName, atMs } = event
  return {
    sequence,
    kind,
    ...(repositoryName !== undefined && { repositoryName }),
    time: toTime(atMs),
    attempts,
    lastError,
  }
}
