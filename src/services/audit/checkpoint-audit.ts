import type { CheckpointSigner, SignedCheckpoint } from '../../core/audit/checkpoint.ts'
import type { Clock } from '../../ports/clock.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'

interface CheckpointServices {
  readonly metadata: MetadataStore
  readonly clock: Clock
}

/**
 * Signs where the chain of every account stands that has new records since its last checkpoint. To be run every minute
 * and at a stop, after a round of sealing.
 *
 * @returns what was signed, for whoever keeps it elsewhere too
 * @throws {Error} when the metadata has no installation's id yet
 */
export async function checkpointAudit(
  services: CheckpointServices,
  signer: CheckpointSigner,
): Promise<SignedCheckpoint[]> {
  const signed: SignedCheckpoint[] = []
  for (const chain of await services.metadata.listAuditChains()) {
    if (chain.sequence === chain.checkpointSequence) continue
    const one = await checkpointAccount(services, signer, chain.accountId)
    if (one !== undefined) signed.push(one)
  }
  return signed
}

/** Under the chain's lock, so that of two processes one writes it and the other finds it there. */
async function checkpointAccount(
  { metadata, clock }: CheckpointServices,
  signer: CheckpointSigner,
  account: string,
): Promise<SignedCheckpoint | undefined> {
  const installation = await metadata.findInstallation()
  if (installation === undefined) throw new Error('the metadata has no installation id')
  return await metadata.transact(async (transaction) => {
    const head = await transaction.lockAuditChain(account)
    const newest = await transaction.findAuditCheckpoint(account)
    if (head === undefined || head.sequence === newest?.checkpoint.sequence) return undefined
    const signed = signer.sign({ ...head, account, installation, atMs: clock.nowMs() })
    await transaction.insertAuditCheckpoint(signed)
    return signed
  })
}
