import type { MetadataTransaction } from '../../../ports/metadata-store.ts'
import type { Touched } from './read-cache.ts'

/** The changes that begin with the repository that they are in. */
const IN_REPOSITORY = ['putManifest', 'deleteManifest', 'purgeManifest', 'putTag', 'deleteTag'] as const
/** The changes that begin with the digest of the blob that they are of. */
const OF_BLOB = ['setBlobState', 'setBlobVerified', 'deleteBlob'] as const

/**
 * The transaction, noting for the read cache what it changes. Only the changes that a cached read can see are here:
 * whoever caches another read looks through all the changes again.
 */
export function notingTransaction(transaction: MetadataTransaction, touched: Touched): MetadataTransaction {
  const noted: MetadataTransaction = {
    ...transaction,
    updateRepository(...change) {
      touched.everything = true
      return transaction.updateRepository(...change)
    },
    deleteRepository(...deletion) {
      touched.everything = true
      return transaction.deleteRepository(...deletion)
    },
    putBlob(blob, replacedDueAtMs) {
      touched.blobs.add(blob.digest)
      return transaction.putBlob(blob, replacedDueAtMs)
    },
    unlinkBlob(repositoryId, digest) {
      touched.blobs.add(digest)
      return transaction.unlinkBlob(repositoryId, digest)
    },
    hideBlob(repositoryId, digest) {
      touched.blobs.add(digest)
      return transaction.hideBlob(repositoryId, digest)
    },
    leaseBlobs(digests, leaseUntilMs) {
      for (const digest of digests) touched.blobs.add(digest)
      return transaction.leaseBlobs(digests, leaseUntilMs)
    },
  }
  for (const change of IN_REPOSITORY) note(noted, change, (repositoryId) => touched.repositories.add(repositoryId))
  for (const change of OF_BLOB) note(noted, change, (digest) => touched.blobs.add(digest))
  return noted
}

type Change = (typeof IN_REPOSITORY)[number] | (typeof OF_BLOB)[number]

function note<Name extends Change>(
  transaction: MetadataTransaction,
  name: Name,
  take: (first: Parameters<MetadataTransaction[Name]>[0]) => void,
): void {
  // One signature for all of them: what matters here is the first value; the rest is handed on as it came.
  const change = transaction[name] as (first: Parameters<MetadataTransaction[Name]>[0], ...rest: unknown[]) => unknown
  const noting = (first: Parameters<MetadataTransaction[Name]>[0], ...rest: unknown[]) => {
    take(first)
    return change(first, ...rest)
  }
  transaction[name] = noting as MetadataTransaction[Name]
}
