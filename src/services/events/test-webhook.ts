import type { Caller, Services } from '../context.ts'
import { Turns } from '../turns.ts'
import { messageOf } from './event-teller.ts'
import { problemOf, sendWebhook } from './send-webhook.ts'
import { getWebhook } from './webhooks.ts'

/** Addresses are spoken to so many at once, and deliveries go first: one that finds no place is a failure of its receiver. */
const TURNS = new Turns(4)

export interface WebhookTest {
  readonly isDelivered: boolean
  /** Undefined when there was no answer. */
  readonly status: number | undefined
  /** Undefined when it was delivered. */
  readonly problem: string | undefined
}

/**
 * Sends one `ping`, whatever the webhook's state and pattern, and tries no second time.
 *
 * @throws {Refusal} `entity-unknown`
 */
export async function testWebhook(services: Services, caller: Caller, name: string): Promise<WebhookTest> {
  const webhook = await getWebhook(services, caller, name)
  const { accountId, region } = caller.registry
  const who = { repositoryName: undefined, principal: caller.principal.arn }
  const event = { kind: 'ping', atMs: services.clock.nowMs(), ...who, detail: { webhook: name } } as const
  const message = messageOf(event, { id: services.ids.uuid(), accountId, region }, webhook.format)
  const answer = await TURNS.run(() => sendWebhook(services, webhook, message, new AbortController().signal))
  const problem = problemOf(answer)
  return { isDelivered: problem === undefined, status: 'status' in answer ? answer.status : undefined, problem }
}
