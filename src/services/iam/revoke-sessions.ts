import { Refusal } from '../../core/refusal.ts'
import type { Caller, Services } from '../context.ts'
import { changeAccount } from './change-account.ts'

/**
 * Ends every session and token of a user or role of the caller's account that was made until now; access keys stay good.
 * Names are compared exactly, as the permission was asked for this very one.
 *
 * @returns from when on they are good, Unix time in milliseconds
 * @throws {Refusal} `entity-unknown`. It gives nothing to anybody, so a session with a session policy may do it too
 */
export async function revokeSessions(
  services: Services,
  caller: Caller,
  { kind, name }: { readonly kind: 'user' | 'role'; readonly name: string },
): Promise<number> {
  return await changeAccount(services, caller, async ({ accountId, reads, changes, nowMs }) => {
    const found = await reads.findIdentity(accountId, kind, name)
    if (found?.name !== name) throw new Refusal('entity-unknown', `The ${kind} with name ${name} cannot be found.`)
    // What was made within this very millisecond was made before.
    const sessionsValidFromMs = Math.max(nowMs + 1, found.sessionsValidFromMs)
    await changes.replace({ ...found, sessionsValidFromMs })
    return sessionsValidFromMs
  })
}
