import type { Digest } from '../../core/digest.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Tag } from '../../core/tag.ts'
import type { ImageLock } from '../../ports/metadata/image-locks.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'

interface LockedPlace {
  readonly transaction: Pick<MetadataReader, 'findImageLocks'>
  readonly repository: Repository
}

/** Why neither the image nor these tags of it may be touched, as a sentence; undefined when they may. */
export async function lockNotes(
  place: LockedPlace,
  digest: Digest,
  tags: Tag | readonly Tag[],
): Promise<string | undefined> {
  const lock = await findLock(place, [digest, ...(typeof tags === 'string' ? [tags] : tags)])
  return lock && sentenceOf(lock)
}

/** @throws {Refusal} `image-locked` when any of these tags and digests is locked */
export async function refuseLocked(place: LockedPlace, names: readonly string[]): Promise<void> {
  const lock = await findLock(place, names)
  if (lock !== undefined) throw imageLocked(sentenceOf(lock))
}

export function imageLocked(sentence: string): Refusal {
  return new Refusal('image-locked', sentence)
}

/** Most repositories have none, and their row says so. */
async function findLock(
  { transaction, repository }: LockedPlace,
  names: readonly string[],
): Promise<ImageLock | undefined> {
  if (!repository.hasLocks) return undefined
  return (await transaction.findImageLocks(repository.id, names))[0]
}

function sentenceOf({ kind, name, owner, reason, lockedAtMs }: ImageLock): string {
  return `The ${kind} ${name} is locked since ${new Date(lockedAtMs).toISOString()} (owner: ${owner}; reason: ${reason}); it has to be unlocked first.`
}
