import type { IdentityChanges } from '../../ports/metadata/identity.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import type { Caller, Services } from '../context.ts'
import { type Maker, makerOf } from './bounded-maker.ts'

/** A change of the caller's own account, which nobody else changes meanwhile. */
export interface AccountChange {
  readonly accountId: string
  readonly nowMs: number
  readonly maker: Maker
  readonly reads: MetadataTransaction
  readonly changes: IdentityChanges
}

/**
 * Runs a change of identities as one transaction; like the transaction's, `work` may be run again.
 *
 * @throws {Refusal} `credential-revoked` when the caller is gone
 */
export async function changeAccount<Result>(
  services: Services,
  { principal }: Caller,
  work: (change: AccountChange) => Promise<Result>,
): Promise<Result> {
  const { accountId } = principal
  return await services.metadata.transact(async (reads) => {
    const changes = await reads.changeIdentities(accountId)
    const maker = await makerOf(reads, principal)
    return await work({ accountId, nowMs: services.clock.nowMs(), maker, reads, changes })
  })
}
