import type { Digest } from '../../core/digest.ts'
import type { LifecycleImage } from '../../core/lifecycle/lifecycle-image.ts'
import type { WantedDeletion } from '../../core/lifecycle/plan-deletion.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'

/** Indexes that hold one image: one that stays is enough to hold it. */
const MOST_HOLDERS = 100
/** What refers to one image; more than these are taken by the run that carries the deletion out. */
const MOST_REFERRERS = 200
/** Referrers of referrers and so on, in all: what they are beyond that is left to be found when it has no subject. */
const MOST_READ = 5000

type Reads = Pick<MetadataReader, 'findLifecycleImages' | 'parentsOf' | 'listReferrers' | 'findTag'>

/** What is to be deleted, whoever holds any of it, and whatever refers to it. */
export async function readNeighbours(
  metadata: Reads,
  repository: Repository,
  { images, tags }: WantedDeletion,
): Promise<Map<Digest, LifecycleImage>> {
  const wanted = new Set(images)
  for (const tag of tags) {
    const digest = (await metadata.findTag(repository.id, tag))?.digest
    if (digest !== undefined) wanted.add(digest)
  }
  const found = new Map<Digest, LifecycleImage>()
  let next: readonly Digest[] = [...wanted]
  while (next.length > 0 && found.size < MOST_READ) {
    const read = await metadata.findLifecycleImages(repository.id, next)
    for (const image of read) found.set(image.digest, image)
    const beyond: Digest[] = []
    for (const { digest } of read) {
      if (found.size + beyond.length >= MOST_READ) break
      beyond.push(...(await referrersOf(metadata, repository, digest)))
    }
    next = [...new Set(beyond)].filter((digest) => !found.has(digest))
  }
  await addHolders(metadata, repository, found)
  return found
}

async function referrersOf(metadata: Reads, repository: Repository, subject: Digest): Promise<Digest[]> {
  const filter = { subject, artifactTypes: [] }
  const referrers = await metadata.listReferrers(repository.id, filter, { limit: MOST_REFERRERS })
  return referrers.map(({ digest }) => digest)
}

async function addHolders(metadata: Reads, repository: Repository, found: Map<Digest, LifecycleImage>): Promise<void> {
  const holders = new Set<Digest>()
  for (const digest of found.keys()) {
    for (const holder of await metadata.parentsOf(repository.id, digest, MOST_HOLDERS)) holders.add(holder)
  }
  const absent = [...holders].filter((digest) => !found.has(digest))
  for (const image of await metadata.findLifecycleImages(repository.id, absent)) found.set(image.digest, image)
}
