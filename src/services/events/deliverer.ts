import { parseRetryAfter, retryDelayMs } from '../../core/events/retry-delay.ts'
import type { DeliveryLine, LineTurn, PendingDelivery, Webhook } from '../../ports/metadata/webhooks.ts'
import type { Services } from '../context.ts'
import type { EventTeller } from './event-teller.ts'
import { LinePlaces, MOST_LINES } from './line-places.ts'
import { problemOf, sendWebhook } from './send-webhook.ts'

/** Afterwards others have their turn. */
const DELIVERIES_A_TURN = 20
/** A line of a webhook that is disabled is looked at again after this. */
const PARKED_MS = 60_000

export type DeliveryOutcome = 'delivered' | 'failed' | 'dead'

type DelivererServices = Pick<Services, 'metadata' | 'clock' | 'ids' | 'keys' | 'receivers' | 'eventHub'>

export interface DelivererOptions {
  readonly services: DelivererServices
  readonly teller: EventTeller
  /** How often a delivery is tried before it is given up. */
  readonly attempts: number
  /** Must not throw. */
  readonly observe: (outcome: DeliveryOutcome, count: number) => void
  /** What went wrong here, and not at the receiver. Must not throw. */
  readonly failed: (error: unknown) => void
}

/**
 * Sends what is to be delivered: at least once, and of each repository to each webhook in the order in which it happened.
 * The first of a line holds up that line alone. A line is leased while it is worked on, so that no two processes send it;
 * a lease ends by itself, and whoever was killed with it has at most sent something that is sent again.
 */
export class Deliverer {
  readonly #options: DelivererOptions
  readonly #underway = new Set<Promise<void>>()
  readonly #places = new LinePlaces()

  constructor(options: DelivererOptions) {
    this.#options = options
  }

  /** Begins all that is due and has room, and waits for none of it. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#places.isFull) {
      const lines = await this.#claim()
      if (lines.length === 0) return
      for (const { line, leaseId } of lines) this.#begin(line, leaseId, signal)
    }
  }

  /** Lines that are worked on. */
  get underway(): number {
    return this.#underway.size
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    while (this.#underway.size > 0) await Promise.all(this.#underway)
  }

  async #claim(): Promise<{ readonly line: DeliveryLine; readonly leaseId: string }[]> {
    const { metadata, clock, ids } = this.#options.services
    const nowMs = clock.nowMs()
    const chosen = await this.#choose(nowMs)
    if (chosen.length === 0) return []
    const claimed: { line: DeliveryLine; leaseId: string }[] = []
    try {
      await metadata.transact(async (transaction) => {
        claimed.length = 0
        for (const line of chosen) {
          const leaseId = ids.uuid()
          const lease = { leaseId, nowMs, untilMs: nowMs + this.#leaseMs }
          if (await transaction.leaseLine(line, lease)) claimed.push({ line, leaseId })
        }
      })
    } catch (error) {
      claimed.length = 0
      throw error
    } finally {
      const ours = new Set(claimed.map(({ line }) => line))
      for (const line of chosen) if (!ours.has(line)) this.#places.giveBack(line)
    }
    return claimed
  }

  /** Due lines, each with a place. */
  async #choose(nowMs: number): Promise<DeliveryLine[]> {
    const { metadata } = this.#options.services
    for (;;) {
      const due = await metadata.listDueLines(nowMs, this.#places.fullWebhooks(), MOST_LINES)
      const unknown = due.filter(({ webhookId }) => !this.#places.knows(webhookId))
      for (const { webhookId } of unknown) {
        this.#places.learn(webhookId, (await metadata.findWebhookById(webhookId))?.registryId)
      }
      const chosen = due.filter((line) => this.#places.take(line))
      // In one order, as everybody locks.
      if (chosen.length > 0) return chosen.sort((a, b) => a.webhookId - b.webhookId || a.repositoryId - b.repositoryId)
      // What nobody knew may all have been of accounts that have no place left: there may be others behind it.
      if (unknown.length === 0) return []
    }
  }

  /** A turn, which ends with an attempt that may begin at its very end, and what is written about it. */
  get #leaseMs(): number {
    return 2 * this.#options.services.receivers.timeoutMs + 5000
  }

  #begin(line: DeliveryLine, leaseId: string, signal: AbortSignal): void {
    const work = this.#takeTurn(line, leaseId, signal)
      .catch((error: unknown) => this.#options.failed(error))
      .finally(() => {
        this.#underway.delete(work)
        this.#places.giveBack(line)
        this.#options.services.eventHub.tellDue()
      })
    this.#underway.add(work)
  }

  /** What was delivered is written down at the end: killed before that, it is sent again. */
  async #takeTurn(line: DeliveryLine, leaseId: string, signal: AbortSignal): Promise<void> {
    const { metadata } = this.#options.services
    const turn = await this.#work(line, signal)
    const isOurs = await metadata.transact((transaction) => transaction.finishTurn(line, leaseId, turn))
    if (!isOurs) return
    this.#options.observe('delivered', turn.delivered.length)
    if (turn.failed !== undefined) this.#options.observe(turn.failed.isDead ? 'dead' : 'failed', 1)
  }

  async #work(line: DeliveryLine, signal: AbortSignal): Promise<LineTurn> {
    const { metadata, clock } = this.#options.services
    const delivered: number[] = []
    const endsAtMs = clock.nowMs() + this.#options.services.receivers.timeoutMs
    for (const pending of await metadata.listPendingDeliveries(line, DELIVERIES_A_TURN)) {
      if (signal.aborted || clock.nowMs() > endsAtMs) break
      const webhook = await metadata.findWebhookById(line.webhookId)
      if (webhook?.state !== 'enabled') return { delivered, dueAtMs: clock.nowMs() + PARKED_MS }
      const outcome = await this.#attempt(webhook, pending, signal)
      if (outcome === 'delivered') delivered.push(pending.sequence)
      // What was cut off by the stop is no failure of the receiver's.
      else if (!signal.aborted) return { delivered, ...outcome }
    }
    return { delivered, dueAtMs: clock.nowMs() }
  }

  async #attempt(
    webhook: Webhook,
    { event, sequence, attempts: before }: PendingDelivery,
    signal: AbortSignal,
  ): Promise<'delivered' | Required<Pick<LineTurn, 'failed' | 'dueAtMs'>>> {
    const { services, teller } = this.#options
    const message = await teller.message({ ...event, sequence }, webhook)
    const answer = await sendWebhook(services, webhook, message, signal)
    const lastError = problemOf(answer)
    if (lastError === undefined) return 'delivered'
    const attempts = before + 1
    const nowMs = services.clock.nowMs()
    if (attempts >= this.#options.attempts) return { failed: { sequence, lastError, isDead: true }, dueAtMs: nowMs }
    const askedMs = 'status' in answer ? parseRetryAfter(answer.retryAfter, nowMs) : undefined
    const dueAtMs = nowMs + retryDelayMs(attempts, this.#random(), askedMs)
    return { failed: { sequence, lastError, isDead: false }, dueAtMs }
  }

  /** At least 0 and below 1. */
  #random(): number {
    return (this.#options.services.ids.nonce()[0] ?? 0) / 256
  }
}
