import type { AuditRecord } from '../../src/core/audit/audit-record.ts'
import type { Services } from '../../src/services/context.ts'

/** All records of an account, also those that were only noted, in the order of their times. */
export async function auditRecords(
  { audit, metadata }: Pick<Services, 'audit' | 'metadata'>,
  accountId = '000000000000',
): Promise<AuditRecord[]> {
  await audit.flush()
  // Sealed last first, so that nothing that others have sealed is missed.
  const sealed = await metadata.listSealedAudit(accountId, { limit: 100_000 })
  const unsealed = await metadata.transact((transaction) => transaction.listUnsealedAudit(accountId, 100_000))
  return [...sealed, ...unsealed].map(({ body }): AuditRecord => JSON.parse(body))
}
