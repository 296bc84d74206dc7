import type { EventRecord, SequencedEvent, StoredEvent } from './event-record.ts'
import type { Page } from './page.ts'

export interface EventReads {
  /** By id. Where transactions run side by side, one that commits late may show an event with an id already passed. */
  listEvents(page: Page<number>): Promise<StoredEvent[]>
  /** Whether an event waits for its place in the sequence. */
  hasUnsequencedEvents(): Promise<boolean>
  /** The sequence of the newest event that has one; 0 when there has never been one. */
  findEventHead(): Promise<number>
  /**
   * What a registry's subscribers are told, by sequence.
   *
   * @param repositoryName only of repositories of this name
   */
  listSequencedEvents(
    audienceId: number,
    page: Page<number>,
    repositoryName?: string | undefined,
  ): Promise<SequencedEvent[]>
}

/**
 * Events are written without a place in the sequence, so that pushes do not wait for each other; a sequencer gives them
 * places afterwards (`services/events/sequence-events.ts`).
 */
export interface EventChanges {
  recordEvent(event: EventRecord): Promise<void>
  /** Forgets events older than `atMs`, at most `limit` of them, and what was to be delivered of them. @returns how many */
  deleteEventsBefore(atMs: number, limit: number): Promise<number>
  /** Keeps everybody else from giving places until the transaction ends. @returns the head of the sequence */
  lockEventHead(): Promise<number>
  /** By id. */
  listUnsequencedEvents(limit: number): Promise<StoredEvent[]>
  /** Gives events their places, which must follow on the head. Only with the head locked. */
  sequenceEvents(
    places: readonly { readonly id: number; readonly sequence: number; readonly audienceId: number }[],
  ): Promise<void>
}
