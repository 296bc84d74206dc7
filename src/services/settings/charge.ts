import type { Digest } from '../../core/digest.ts'
import { bounded, negated, quotaExceeded, type Usage } from '../../core/settings/quota.ts'
import type { SaidSetting } from '../../core/settings/resolve-settings.ts'
import type { Manifest } from '../../ports/metadata/manifests.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { QuotaKey } from '../../ports/metadata/settings.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import { settingsInForce } from './settings-in-force.ts'

/*
 * What repositories hold is counted by the transactions that change it, each of which has locked its repository. Bytes
 * are those of the distinct blobs that live manifests refer to, and of these manifests; images are live manifests.
 */

type Quotas = readonly SaidSetting<'quota'>[]
type Charged = Pick<Repository, 'id' | 'registryId'>

/** What is brought back is charged above a quota too: then nothing can be pushed until there is room. */
export type Charging = 'within quotas' | 'above quotas'

/**
 * Charges for a manifest that was just written or brought back, and for its blobs. To be called last, as quotas are
 * locked last, and once in a transaction unless `charging` is above quotas.
 *
 * @throws {Refusal} `quota-exceeded`
 */
export async function chargeManifest(
  transaction: MetadataTransaction,
  repository: Charged,
  { digest, sizeBytes }: Pick<Manifest, 'digest' | 'sizeBytes'>,
  { quotas, charging }: { quotas: Quotas; charging: Charging },
): Promise<void> {
  const blobBytes = await transaction.chargeBlobs(repository.id, digest)
  await charge(transaction, repository, { bytes: sizeBytes + blobBytes, images: 1 }, { quotas, charging })
}

/** For a manifest that was just deleted. The caller holds the repository exclusively. */
export async function refundManifest(
  transaction: MetadataTransaction,
  repository: Charged,
  { digest, sizeBytes }: Pick<Manifest, 'digest' | 'sizeBytes'>,
  quotas: Quotas,
): Promise<void> {
  const blobBytes = await transaction.releaseBlobs(repository.id, digest)
  const usage = negated({ bytes: sizeBytes + blobBytes, images: 1 })
  await charge(transaction, repository, usage, { quotas, charging: 'above quotas' })
}

/**
 * For a blob that came to a repository where a live manifest refers to it already: a layer that lies elsewhere, or an
 * image pushed without it. The caller has just linked it.
 *
 * @throws {Refusal} `quota-exceeded`
 */
export async function chargeLateBlob(
  transaction: MetadataTransaction,
  repository: Repository,
  digest: Digest,
): Promise<void> {
  const bytes = await transaction.chargeLateBlob(repository.id, digest)
  if (bytes === 0) return
  const { quota: quotas } = await settingsInForce(transaction, repository)
  await charge(transaction, repository, { bytes, images: 0 }, { quotas, charging: 'within quotas' })
}

/** For a repository that is about to be deleted: it keeps the count of what it holds, and its quotas get it back. */
export async function refundRepository(
  transaction: MetadataTransaction,
  repository: Charged,
  quotas: Quotas,
): Promise<void> {
  const held = await transaction.repositoryUsage(repository.id)
  for (const quota of quotas) await transaction.returnQuota(keyOf(repository, quota), bounded(quota.value, held))
}

/** For a repository that comes back with all it held. */
export async function chargeRepository(
  transaction: MetadataTransaction,
  repository: Charged,
  quotas: Quotas,
): Promise<void> {
  const held = negated(await transaction.repositoryUsage(repository.id))
  for (const quota of quotas) await transaction.returnQuota(keyOf(repository, quota), bounded(quota.value, held))
}

async function charge(
  transaction: MetadataTransaction,
  repository: Charged,
  usage: Usage,
  { quotas, charging }: { quotas: Quotas; charging: Charging },
): Promise<void> {
  await transaction.addUsage(repository.id, usage)
  for (const quota of quotas) {
    const key = keyOf(repository, quota)
    const needed = bounded(quota.value, usage)
    if (charging === 'within quotas') await take(transaction, key, quota, needed)
    else await transaction.returnQuota(key, negated(needed))
  }
}

async function take(
  transaction: MetadataTransaction,
  key: QuotaKey,
  { scope, value }: SaidSetting<'quota'>,
  needed: Usage,
): Promise<void> {
  const left = await transaction.takeQuota(key, needed)
  if (left !== undefined) throw quotaExceeded(scope, value, { left, needed })
}

export function keyOf({ id, registryId }: Charged, { scope }: Pick<SaidSetting, 'scope'>): QuotaKey {
  return scope.kind === 'repository' ? { registryId, repositoryId: id } : { registryId, scope }
}
