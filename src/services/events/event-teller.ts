import { CLOUD_EVENT_TYPE, renderCloudEvent } from '../../core/events/cloud-event.ts'
import { type EventBridgeEvent, renderEventBridge } from '../../core/events/event-bridge.ts'
import type { EventOrigin, ToldEvent } from '../../core/events/event-details.ts'
import { eventId } from '../../core/events/event-id.ts'
import type { Registry } from '../../ports/metadata/registries.ts'
import type { Webhook } from '../../ports/metadata/webhooks.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'

type Told = ToldEvent & { readonly sequence: number }

/** Puts events as others are told of them, by whatever way. */
export class EventTeller {
  readonly #metadata: MetadataStore
  readonly #installationId: string
  /** A registry never changes, nor does it go. */
  #registries: ReadonlyMap<number, Registry> = new Map()

  constructor({ metadata, installationId }: { readonly metadata: MetadataStore; readonly installationId: string }) {
    this.#metadata = metadata
    this.#installationId = installationId
  }

  /** @param audienceId whose subscribers are told */
  async eventBridge(event: Told, audienceId: number): Promise<EventBridgeEvent> {
    return renderEventBridge(event, await this.#originOf(event.sequence, audienceId))
  }

  /** What a webhook of the registry is sent: the same at every attempt. */
  async message(
    event: Told,
    { registryId, format }: Pick<Webhook, 'registryId' | 'format'>,
  ): Promise<{ readonly id: string; readonly contentType: string; readonly body: string }> {
    const origin = await this.#originOf(event.sequence, registryId)
    return messageOf(event, origin, format)
  }

  async #originOf(sequence: number, audienceId: number): Promise<EventOrigin> {
    const { accountId, region } = await this.#registry(audienceId)
    return { id: eventId(this.#installationId, sequence), accountId, region }
  }

  async #registry(registryId: number): Promise<Registry> {
    if (!this.#registries.has(registryId)) {
      this.#registries = new Map((await this.#metadata.listRegistries()).map((registry) => [registry.id, registry]))
    }
    const registry = this.#registries.get(registryId)
    if (registry === undefined) throw new Error(`there is no registry ${registryId}, and events of it`)
    return registry
  }
}

export function messageOf(event: ToldEvent, origin: EventOrigin, format: Webhook['format']) {
  return format === 'cloudevents'
    ? { id: origin.id, contentType: CLOUD_EVENT_TYPE, body: JSON.stringify(renderCloudEvent(event, origin)) }
    : {
        id: origin.id,
        contentType: 'application/json; charset=utf-8',
        body: JSON.stringify(renderEventBridge(event, origin)),
      }
}
