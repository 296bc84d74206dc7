import { compileEventPattern } from '../../core/events/event-pattern.ts'
import type { Caller, Services } from '../context.ts'
import { nextTurn } from '../next-turn.ts'
import { EventReader, type ReadEvent } from './event-reader.ts'
import { EventTeller } from './event-teller.ts'

export interface Following {
  /** The sequence that was seen last; undefined for what happens from now on. */
  readonly after: number | undefined
  readonly pattern: string | undefined
  /** Who asks, with the rights of this moment; undefined when they may not follow any more. */
  readonly callerNow: () => Promise<Caller | undefined>
}

const PAGE = 100
const LONGEST_MS = 3_600_000
/** Rights are asked for anew after this; a login is remembered for as long. */
const CHECK_MS = 1000
const HEARTBEAT_MS = 15_000

/**
 * Events as they happen, until the caller's rights end, the server stops, or an hour has passed: whoever follows goes on
 * from the last sequence that they saw. Nothing is kept for a follower: the next event is read when it is asked for.
 *
 * @throws {Refusal} `parameter-invalid` for the pattern, `too-many-requests`, both before the first
 */
export async function* followEvents(
  services: Services,
  caller: Caller,
  { after, pattern: text, callerNow }: Following,
): AsyncGenerator<ReadEvent | 'heartbeat'> {
  const { metadata, clock, eventHub } = services
  const parts = {
    pattern: text === undefined ? undefined : compileEventPattern(text),
    teller: new EventTeller(services),
  }
  using place = eventHub.enter({ principal: caller.principal.arn, accountId: caller.principal.accountId })
  let last = after ?? (await metadata.findEventHead())
  const endsAtMs = clock.nowMs() + LONGEST_MS
  yield 'heartbeat'
  let beatAtMs = clock.nowMs() + HEARTBEAT_MS
  while (!place.isClosing && clock.nowMs() < endsAtMs) {
    const checkAtMs = clock.nowMs() + CHECK_MS
    const now = await callerNow()
    if (now === undefined) return
    const reader = new EventReader(services, now, parts)
    while (!place.isClosing && clock.nowMs() < checkAtMs) {
      const { version } = place
      const page = await metadata.listSequencedEvents(caller.registry.id, { after: last, limit: PAGE })
      for (const event of page) {
        // Whoever reads slowly may have lost their rights in between.
        if (clock.nowMs() >= checkAtMs) break
        const read = await reader.read(event)
        last = event.sequence
        if (read === undefined) continue
        yield read
        beatAtMs = clock.nowMs() + HEARTBEAT_MS
      }
      if (page.length === 0) await place.wait(version, checkAtMs - clock.nowMs())
      else await nextTurn()
    }
    if (clock.nowMs() < beatAtMs) continue
    yield 'heartbeat'
    beatAtMs = clock.nowMs() + HEARTBEAT_MS
  }
}
