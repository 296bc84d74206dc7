import type { BlobStore } from '../ports/blob-store.ts'
import type { Ids } from '../ports/ids.ts'
import type { MetadataStore } from '../ports/metadata-store.ts'

export interface TiedStores {
  readonly installationId: string
  /** The blobs had an owner and the metadata is new: of the images that they were nothing is known. */
  readonly isMetadataLost: boolean
}

/**
 * Sees to it that the metadata and the blobs belong together, and ties them to each other when both are new. Blobs of
 * another installation, or an empty folder where a volume is not mounted, would look as if every blob had been lost.
 *
 * @param place what the operator calls the place of the blobs
 * @throws {Error} with a sentence for the operator; nothing was changed then
 */
export async function tieStores(
  { metadata, blobs, ids }: { metadata: MetadataStore; blobs: BlobStore; ids: Ids },
  place: string,
): Promise<TiedStores> {
  const known = await metadata.findInstallation()
  const owner = await blobs.owner()
  if (known !== undefined && owner === undefined) throw new Error(noOwner(known, place))
  // A crash may have come between the two records: whichever was made first is kept.
  const id = owner ?? ids.uuid()
  if (owner === undefined) await blobs.claim(id)
  const recorded = known ?? (await metadata.transact((transaction) => transaction.ensureInstallation(id)))
  if (recorded !== id) throw new Error(otherOwner(recorded, id, place))
  return { installationId: id, isMetadataLost: known === undefined && owner !== undefined }
}

function noOwner(known: string, place: string): string {
  return (
    `the database belongs to installation ${known}, and ${place} to none: a volume may not be mounted, or a setting ` +
    `names another place. If these are its blobs all the same, write ${known} into the file "installation" there.`
  )
}

function otherOwner(known: string, owner: string, place: string): string {
  return (
    `the database belongs to installation ${known}, but ${place} to ${owner}: LADING_DATA or LADING_DATABASE_URL names ` +
    'what belongs to another one. Servers that share a database must share the blobs as well.'
  )
}
