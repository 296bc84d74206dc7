import type { MetadataReader, MetadataTransaction } from '../../ports/metadata-store.ts'

/** The changes that a deletion makes, and its locks, none of which does anything. */
const CHANGES: Partial<MetadataTransaction> = {
  lockTag: async () => {},
  deleteManifest: async () => [],
  deleteTag: async () => true,
  recordEvent: async () => {},
  releaseBlobs: async () => 0,
  addUsage: async () => {},
  returnQuota: async () => {},
}

/**
 * A transaction for `carryOutDeletions` that reads and changes nothing, so that what a deletion would take is found by the
 * very code that takes it. Nothing is locked: the answer is of now, and may not be that of a moment later.
 */
export function dryTransaction(metadata: MetadataReader): MetadataTransaction {
  const dry = new Proxy(metadata, {
    get(target, name) {
      const method: unknown = Object.hasOwn(CHANGES, name) ? Reflect.get(CHANGES, name) : Reflect.get(target, name)
      return typeof method === 'function' ? method.bind(target) : method
    },
  })
  // Any other change is no method of a reader, and fails.
  return dry as MetadataTransaction
}
