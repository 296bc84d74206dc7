import { FencedPost } from '../../src/adapters/http/fenced-post.ts'
import type { Digest } from '../../src/core/digest.ts'
import { parseRepositoryName } from '../../src/core/repository-name.ts'
import { parseTag } from '../../src/core/tag.ts'
import type { EventRecord } from '../../src/ports/metadata/event-record.ts'
import type { Webhook } from '../../src/ports/metadata/webhooks.ts'
import type { Services } from '../../src/services/context.ts'
import { CompiledPatterns } from '../../src/services/events/compiled-patterns.ts'
import { Deliverer, type DeliveryOutcome } from '../../src/services/events/deliverer.ts'
import { EventTeller } from '../../src/services/events/event-teller.ts'
import { sequenceEvents } from '../../src/services/events/sequence-events.ts'
import { putWebhook, type WebhookTerms } from '../../src/services/events/webhooks.ts'
import type { TestRegistry } from './test-registry.ts'

export interface EventWorld {
  readonly services: Services
  readonly outcomes: DeliveryOutcome[]
  put(terms: Partial<WebhookTerms> & { readonly url: string }): Promise<{ webhook: Webhook; secret: string }>
  /** Records a push of this tag, and nothing else of it. @param number of the repository */
  push(tag: string, repository?: number): Promise<void>
  sequence(): Promise<void>
  /** Sends what is due, and what that makes due, until nothing is. */
  deliver(signal?: AbortSignal): Promise<void>
}

/** What brings events to others, driven by hand. @param hosts that may be sent to */
export function eventWorld(
  registry: TestRegistry,
  hosts: readonly string[],
  { attempts = 5, timeoutMs = 1000 }: { readonly attempts?: number; readonly timeoutMs?: number } = {},
): EventWorld {
  const services = { ...registry.services, receivers: new FencedPost({ allowedHosts: hosts, timeoutMs }) }
  const teller = new EventTeller(services)
  const outcomes: DeliveryOutcome[] = []
  const failed = (error: unknown) => {
    throw error
  }
  const deliverer = new Deliverer({
    services,
    teller,
    attempts,
    observe: (outcome, count) => void outcomes.push(...new Array<DeliveryOutcome>(count).fill(outcome)),
    failed,
  })
  const parts = { services, teller, patterns: new CompiledPatterns(), told: async () => {} }
  return {
    services,
    outcomes,
    put: async (terms) => {
      const given = { name: 'ci', format: 'eventbridge', pattern: undefined, state: 'enabled', ...terms } as const
      const { webhook, secret = '' } = await putWebhook(services, registry.caller, given)
      return { webhook, secret }
    },
    push: async (tag, repository = 1) => {
      const event = pushed(registry, tag, repository)
      await services.metadata.transact((transaction) => transaction.recordEvent(event))
    },
    sequence: async () => void (await sequenceEvents(parts)),
    deliver: async (signal = new AbortController().signal) => {
      const isDue = async () => (await services.metadata.listDueLines(services.clock.nowMs(), [], 1)).length > 0
      do {
        await deliverer.run(signal)
        await Promise.race([deliverer.idle(), Bun.sleep(5)])
      } while (!signal.aborted && (deliverer.underway > 0 || (await isDue())))
      await deliverer.idle()
    },
  }
}

function pushed({ caller, clock }: TestRegistry, tag: string, repository: number): EventRecord {
  // Nothing looks whether there is such an image.
  const digest = `sha256:${'0'.repeat(64)}` as Digest
  return {
    kind: 'image-pushed',
    atMs: clock.nowMs(),
    registryId: caller.registry.id,
    repositoryId: repository,
    repositoryName: parseRepositoryName(`team/app-${repository}`),
    principal: 'arn:aws:iam::000000000000:root',
    detail: { digest, mediaType: 'type', tag: parseTag(tag), requestId: 'r' },
  }
}
