import type { Caller, Services } from '../context.ts'
import { requireUnbounded } from './bounded-maker.ts'
import { changeAccount } from './change-account.ts'
import { getOidcProvider } from './get-oidc-provider.ts'
import { refuseTemporaryMaker } from './restricted-session.ts'

/** @throws {Refusal} `entity-unknown`; `denied` to whoever would get beyond their own */
export async function deleteOidcProvider(
  services: Services,
  caller: Caller,
  { name, resource }: { readonly name: string; readonly resource: string },
): Promise<void> {
  refuseTemporaryMaker(caller)
  await changeAccount(services, caller, async ({ accountId, maker, reads, changes }) => {
    requireUnbounded(maker, { action: 'lading:DeleteOidcProvider', resource })
    const { id } = await getOidcProvider(reads, accountId, name)
    await changes.delete('oidc-provider', id)
  })
}
