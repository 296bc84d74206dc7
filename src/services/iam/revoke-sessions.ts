import { Refusal } from '../../core/refusal.ts'
import type { Caller, Services } from '../context.ts'
import { changeAccount } from './change-account.ts'
import { refuseIfRestricted } from './restricted-session.ts'

/**
 * Ends every session and token of a user or role of the caller's account that was made until now; access keys stay good.
 * Names are compared exactly, as the permission was asked for this very one.
 *
 * @returns from when on they are good, Unix time in milliseconds
 * @throws {Refusal} `entity-unknown`; `denied` to a session with a session policy
 */
export async function revokeSessions(
  services: Services,
  caller: Caller,
  { kind, name }: { readonly kind: 'user' | 'role'; readonly name: string },
): Promise<number> {
  refuseIfRestricted(caller)
  return await changeAccount(services, caller, async ({ accountId, reads, changes, nowMs }) => {
    const found = await reads.findIdentity(accountId, kind, name)
    if (found?.name !== name) throw new Refusal('entity-unknown', `The ${kind} with name ${name} cannot be found.`)
    const sessionsValidFromMs = Math.max(nowMs, found.sessionsValidFromMs)
    await changes.replace({ ...found, sessionsValidFromMs })
    return sessionsValidFromMs
  })
}
