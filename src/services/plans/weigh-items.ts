import type { Digest } from '../../core/digest.ts'
import { freedBytes, type HeldBlob } from '../../core/lifecycle/freed-bytes.ts'
import type { PlanItem } from '../../ports/metadata/plans.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'
import { nextTurn } from '../next-turn.ts'

type HolderReads = Pick<MetadataReader, 'listBlobsOfManifests' | 'countHolders'>

const AT_ONCE = 500

/** The items with the bytes that come free with each of them. */
export async function weighItems(
  metadata: HolderReads,
  repository: Repository,
  items: readonly PlanItem[],
): Promise<PlanItem[]> {
  const order = items.filter(({ action }) => action === 'expire').map(({ digest }) => digest)
  const { held, holders } = await readHeldBlobs(metadata, repository, order)
  await nextTurn()
  const freed = freedBytes(order, held, holders)
  await nextTurn()
  let index = 0
  return items.map((item) => (item.action === 'expire' ? { ...item, freedBytes: freed[index++] ?? 0 } : item))
}

/** What these manifests hold, deleted ones too, and how many live manifests of the whole installation hold each blob. */
export async function readHeldBlobs(
  metadata: HolderReads,
  repository: Pick<Repository, 'id'>,
  manifests: readonly Digest[],
): Promise<{ readonly held: readonly HeldBlob[]; readonly holders: ReadonlyMap<Digest, number> }> {
  const held = await inPages(manifests, (digests) => metadata.listBlobsOfManifests(repository.id, digests))
  return { held, holders: await countHolders(metadata, held) }
}

async function countHolders(metadata: HolderReads, held: readonly HeldBlob[]): Promise<Map<Digest, number>> {
  const blobs = [...new Set(held.map(({ blob }) => blob))]
  return new Map(await inPages(blobs, async (page) => [...(await metadata.countHolders(page))]))
}

async function inPages<Row>(
  digests: readonly Digest[],
  read: (page: readonly Digest[]) => Promise<readonly Row[]>,
): Promise<Row[]> {
  const rows: Row[] = []
  for (let from = 0; from < digests.length; from += AT_ONCE) {
    for (const row of await read(digests.slice(from, from + AT_ONCE))) rows.push(row)
    await nextTurn()
  }
  return rows
}
