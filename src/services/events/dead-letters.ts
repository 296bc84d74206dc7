import type { DeadLetterChoice } from '../../ports/metadata/webhooks.ts'
import type { Caller, Services } from '../context.ts'
import { getWebhook } from './webhooks.ts'

/** In one call; whoever has more calls again. */
const MOST_LETTERS = 1000

interface Chosen {
  readonly name: string
  readonly choice: DeadLetterChoice
}

/**
 * Puts dead letters back at the place in their lines that they have by their sequence, to be tried as often again.
 *
 * @returns how many, at most `MOST_LETTERS`
 * @throws {Refusal} `entity-unknown`
 */
export async function replayDeadLetters(services: Services, caller: Caller, chosen: Chosen): Promise<number> {
  const { id } = await getWebhook(services, caller, chosen.name)
  const at = { dueAtMs: services.clock.nowMs(), limit: MOST_LETTERS }
  const replayed = await services.metadata.transact((one) => one.replayDeadLetters(id, chosen.choice, at))
  services.eventHub.tellDue()
  return replayed
}

/** Forgets dead letters. @returns how many, at most `MOST_LETTERS` @throws {Refusal} `entity-unknown` */
export async function dropDeadLetters(services: Services, caller: Caller, chosen: Chosen): Promise<number> {
  const { id } = await getWebhook(services, caller, chosen.name)
  return await services.metadata.transact((one) => one.dropDeadLetters(id, chosen.choice, MOST_LETTERS))
}
