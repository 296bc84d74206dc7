import type { MetadataTransaction } from '../../../ports/metadata-store.ts'
import type { Touched } from './read-cache.ts'

/**
 * The transaction, noting for the read cache what it changes. Only the changes that a cached read can see are here:
 * whoever caches another read looks through all the changes again.
 */
export function notingTransaction(transaction: MetadataTransaction, touched: Touched): MetadataTransaction {
  const inRepository = (repositoryId: number) => touched.repositories.add(repositoryId)
  const ofBlob = (digest: Parameters<MetadataTransaction['deleteBlob']>[0]) => touched.blobs.add(digest)
  const everywhere = () => {
    touched.everything = true
  }
  return {
    ...transaction,
    updateRepository: noting(everywhere, transaction.updateRepository),
    deleteRepository: noting(everywhere, transaction.deleteRepository),
    putManifest: noting(inRepository, transaction.putManifest),
    deleteManifest: noting(inRepository, transaction.deleteManifest),
    purgeManifest: noting(inRepository, transaction.purgeManifest),
    putTag: noting(inRepository, transaction.putTag),
    deleteTag: noting(inRepository, transaction.deleteTag),
    putBlob: noting((blob) => ofBlob(blob.digest), transaction.putBlob),
    setBlobState: noting(ofBlob, transaction.setBlobState),
    setBlobVerified: noting(ofBlob, transaction.setBlobVerified),
    deleteBlob: noting(ofBlob, transaction.deleteBlob),
    unlinkBlob: noting((_repositoryId, digest) => ofBlob(digest), transaction.unlinkBlob),
    leaseBlobs: noting((digests) => digests.forEach(ofBlob), transaction.leaseBlobs),
  }
}

function noting<Values extends unknown[], Result>(
  note: (...values: NoInfer<Values>) => unknown,
  change: (...values: Values) => Result,
): (...values: Values) => Result {
  return (...values) => {
    note(...values)
    return change(...values)
  }
}
