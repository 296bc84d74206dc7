import { Refusal } from '../../core/refusal.ts'
import type { Services } from '../context.ts'

/** Whose sessions: names are compared exactly, as the permission was asked for this very one. */
export interface SessionOwner {
  readonly accountId: string
  readonly kind: 'user' | 'role'
  readonly name: string
}

/**
 * Ends every session and token that was made until now; access keys stay good.
 *
 * @returns from when on they are good, Unix time in milliseconds
 * @throws {Refusal} `entity-unknown`
 */
export async function revokeSessions(
  { metadata, clock }: Services,
  { accountId, kind, name }: SessionOwner,
): Promise<number> {
  return await metadata.transact(async (transaction) => {
    const changes = await transaction.changeIdentities(accountId)
    const found = await transaction.findIdentity(accountId, kind, name)
    if (found?.name !== name) throw new Refusal('entity-unknown', `The ${kind} with name ${name} cannot be found.`)
    // What was made within this very millisecond was made before.
    const sessionsValidFromMs = Math.max(clock.nowMs() + 1, found.sessionsValidFromMs)
    await changes.replace({ ...found, sessionsValidFromMs })
    return sessionsValidFromMs
  })
}
