import type { DeliveryLine } from '../../ports/metadata/webhooks.ts'

/** At once, over all webhooks; there is a socket and a body for each. */
export const MOST_LINES = 24
/** One that hangs leaves room for the others. */
const MOST_LINES_OF_ONE = 4
/** All those of one account that hang leave room for the other accounts'. */
const MOST_LINES_OF_REGISTRY = 12

/** Who works on how many lines at once. */
export class LinePlaces {
  readonly #ofWebhook = new Map<number, number>()
  readonly #ofRegistry = new Map<number, number>()
  /** Of webhooks that have had lines; undefined for one that is gone. */
  readonly #registries = new Map<number, number | undefined>()
  #taken = 0

  get isFull(): boolean {
    return this.#taken >= MOST_LINES
  }

  knows(webhookId: number): boolean {
    return this.#registries.has(webhookId)
  }

  /** A webhook never goes to another registry. */
  learn(webhookId: number, registryId: number | undefined): void {
    this.#registries.set(webhookId, registryId)
  }

  /** Webhooks that are known to have no place left. */
  fullWebhooks(): number[] {
    return [...this.#registries.keys()].filter((id) => !this.#hasRoom(id))
  }

  /** @returns false when there is no place for it */
  take({ webhookId }: DeliveryLine): boolean {
    if (this.isFull || !this.#hasRoom(webhookId)) return false
    this.#count(webhookId, 1)
    return true
  }

  giveBack({ webhookId }: DeliveryLine): void {
    this.#count(webhookId, -1)
  }

  #hasRoom(webhookId: number): boolean {
    if ((this.#ofWebhook.get(webhookId) ?? 0) >= MOST_LINES_OF_ONE) return false
    const registryId = this.#registries.get(webhookId)
    return registryId === undefined || (this.#ofRegistry.get(registryId) ?? 0) < MOST_LINES_OF_REGISTRY
  }

  #count(webhookId: number, change: 1 | -1): void {
    this.#taken += change
    add(this.#ofWebhook, webhookId, change)
    const registryId = this.#registries.get(webhookId)
    if (registryId !== undefined) add(this.#ofRegistry, registryId, change)
  }
}

function add(counts: Map<number, number>, key: number, change: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + change
  if (count > 0) counts.set(key, count)
  else counts.delete(key)
}
