import { repositoryArn } from '../../core/ecr/repository-arn.ts'
import type { EventBridgeEvent } from '../../core/events/event-bridge.ts'
import type { EventPattern } from '../../core/events/event-pattern.ts'
import type { SequencedEvent } from '../../ports/metadata/event-record.ts'
import { isAllowed } from '../authorize.ts'
import type { Caller, Services } from '../context.ts'
import type { EventTeller } from './event-teller.ts'

/** An event as somebody reads it. */
export interface ReadEvent {
  readonly sequence: number
  readonly event: EventBridgeEvent
}

interface ReaderParts {
  /** Undefined for every event. */
  readonly pattern: EventPattern | undefined
  readonly teller: EventTeller
}

const MOST_DECISIONS = 1000

/**
 * What one caller may see of a registry's events: those of repositories on whose ARN `lading:ReadEvents` is allowed, and
 * what is no repository's by the same on `*`. Decisions are kept for as long as there is the reader: make another one for
 * rights that may have changed.
 */
export class EventReader {
  readonly #services: Services
  readonly #caller: Caller
  readonly #pattern: EventPattern | undefined
  readonly #teller: EventTeller
  readonly #decisions = new Map<string, boolean>()

  constructor(services: Services, caller: Caller, { pattern, teller }: ReaderParts) {
    this.#services = services
    this.#caller = caller
    this.#pattern = pattern
    this.#teller = teller
  }

  /** @returns undefined for what does not fit, or is not for the caller */
  async read(event: SequencedEvent): Promise<ReadEvent | undefined> {
    const told = await this.#teller.eventBridge(event, event.audienceId)
    if (this.#pattern?.matches({ ...told }) === false) return undefined
    return (await this.#mayRead(event)) ? { sequence: event.sequence, event: told } : undefined
  }

  async #mayRead({ repositoryId, repositoryName }: SequencedEvent): Promise<boolean> {
    const resource = repositoryName === undefined ? '*' : repositoryArn(this.#caller.registry, repositoryName)
    const key = `${repositoryId} ${resource}`
    const known = this.#decisions.get(key)
    if (known !== undefined) return known
    // By its number: another one of its name has no say in what happened before.
    const repository =
      repositoryId === undefined ? undefined : await this.#services.metadata.findStoredRepository(repositoryId)
    const access = { action: 'lading:ReadEvents', resource, repository } as const
    const isReadable = await isAllowed(this.#services, this.#caller, access)
    if (this.#decisions.size >= MOST_DECISIONS) this.#decisions.clear()
    this.#decisions.set(key, isReadable)
    return isReadable
  }
}
