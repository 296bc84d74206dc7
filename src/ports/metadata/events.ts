import type { EventRecord, StoredEvent } from './event-record.ts'
import type { Page } from './page.ts'

export interface EventReads {
  /** By id. Where transactions run side by side, one that commits late may show an event with an id already passed. */
  listEvents(page: Page<number>): Promise<StoredEvent[]>
}

export interface EventChanges {
  recordEvent(event: EventRecord): Promise<void>
  /** Forgets events older than `atMs`, at most `limit` of them. @returns how many */
  deleteEventsBefore(atMs: number, limit: number): Promise<number>
}
