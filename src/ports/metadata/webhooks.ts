import type { EventRecord } from './event-record.ts'
import type { Page } from './page.ts'

/** Where a registry's events are sent. */
export interface Webhook {
  /** Never used twice. */
  readonly id: number
  readonly registryId: number
  /** Of it there is one in its registry. */
  readonly name: string
  readonly url: string
  readonly format: 'cloudevents' | 'eventbridge'
  /** As it was put, and checked; undefined for every event. */
  readonly pattern: string | undefined
  /** As `sealWebhookSecret` seals it. */
  readonly sealedSecret: string
  /** The secret before, which signs too until `untilMs`. Unix time in milliseconds. */
  readonly previous: { readonly sealedSecret: string; readonly untilMs: number } | undefined
  readonly state: 'enabled' | 'disabled'
  readonly createdAtMs: number
  /** It takes events whose sequence is above this. */
  readonly cursor: number
}

export type NewWebhook = Omit<Webhook, 'id'>

/** The events of one repository on their way to one webhook: they go out one after the other. */
export interface DeliveryLine {
  readonly webhookId: number
  /** 0 for what is no repository's. */
  readonly repositoryId: number
}

export interface NewDelivery extends DeliveryLine {
  readonly sequence: number
}

/** What is still to be delivered of a line. */
export interface PendingDelivery {
  readonly sequence: number
  /** How many have failed. */
  readonly attempts: number
  readonly event: EventRecord
}

/** What was given up. */
export interface DeadLetter {
  readonly sequence: number
  readonly attempts: number
  readonly lastError: string
  readonly event: EventRecord
}

/** Which dead letters: all of the webhook, or those of these sequences. */
export type DeadLetterChoice = readonly number[] | 'all'

export interface WebhookReads {
  findWebhook(registryId: number, name: string): Promise<Webhook | undefined>
  findWebhookById(webhookId: number): Promise<Webhook | undefined>
  /** By name. */
  listWebhooks(registryId: number, page: Page): Promise<Webhook[]>
  countWebhooks(registryId: number): Promise<number>
  /** Lines that are due and not leased, the longest due first; none of the webhooks `except`. */
  listDueLines(nowMs: number, except: readonly number[], limit: number): Promise<DeliveryLine[]>
  /** The first of the line that are pending, in their order. */
  listPendingDeliveries(line: DeliveryLine, limit: number): Promise<PendingDelivery[]>
  /** By sequence. */
  listDeadLetters(webhookId: number, page: Page<number>): Promise<DeadLetter[]>
  /** How many deliveries of the webhook wait, and how many were given up. */
  countDeliveries(webhookId: number): Promise<{ readonly pending: number; readonly dead: number }>
}

/** What was done with a line while it was leased. Times as Unix time in milliseconds. */
export interface LineTurn {
  /** The sequences of what was delivered. */
  readonly delivered: readonly number[]
  /** The one after them, when it was not; given up, it makes room for the next. */
  readonly failed?: { readonly sequence: number; readonly lastError: string; readonly isDead: boolean }
  /** When the line goes on. */
  readonly dueAtMs: number
}

export interface WebhookChanges {
  /** @returns undefined when the registry has one of that name */
  insertWebhook(webhook: NewWebhook): Promise<Webhook | undefined>
  /** Keeps it as it is until the transaction ends; taken before its lines are changed. */
  lockWebhook(registryId: number, name: string): Promise<Webhook | undefined>
  /** Everything but its id, registry, name and creation. The caller holds its lock; what is not there is passed over. */
  updateWebhook(webhook: Webhook): Promise<void>
  /** With its lines, so that nothing more is sent; its deliveries go by `deleteDeliveries`. */
  deleteWebhook(webhookId: number): Promise<void>
  /** Forgets deliveries of the webhook, at most `limit` of them. @returns how many */
  deleteDeliveries(webhookId: number, limit: number): Promise<number>
  /** Those of the registry that are enabled, which stay so until the transaction ends; by name. */
  lockEnabledWebhooks(registryId: number): Promise<Webhook[]>
  /** In any order. A line that has nothing pending is due at `dueAtMs`; any other goes on as it was. */
  addDeliveries(deliveries: readonly NewDelivery[], dueAtMs: number): Promise<void>
  /**
   * Takes a line that is due for `leaseId` alone, until the lease ends or is given back.
   *
   * @returns whether it did: somebody else may have been faster
   */
  leaseLine(
    line: DeliveryLine,
    lease: { readonly leaseId: string; readonly nowMs: number; readonly untilMs: number },
  ): Promise<boolean>
  /**
   * Notes what became of the line and gives it back; forgets it when nothing is pending.
   *
   * @returns false when the lease is somebody else's by now: nothing is noted then
   */
  finishTurn(line: DeliveryLine, leaseId: string, turn: LineTurn): Promise<boolean>
  /** Makes every line of the webhook due at `dueAtMs` that is not leased. */
  rescheduleLines(webhookId: number, dueAtMs: number): Promise<void>
  /** Makes dead letters pending again, with no attempts yet, at most `limit` of them. @returns how many */
  replayDeadLetters(
    webhookId: number,
    choice: DeadLetterChoice,
    at: { dueAtMs: number; limit: number },
  ): Promise<number>
  /** Forgets dead letters, at most `limit` of them. @returns how many */
  dropDeadLetters(webhookId: number, choice: DeadLetterChoice, limit: number): Promise<number>
}
