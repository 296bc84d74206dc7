import { Refusal } from '../../core/refusal.ts'
import type { ImageLock } from '../../ports/metadata/image-locks.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'

export interface LockedPlace {
  readonly transaction: Pick<MetadataReader, 'findImageLocks'>
  readonly repository: Repository
}

/** Why one of these tags and digests may not be touched, as a sentence; undefined when all may. */
export async function lockNotes(place: LockedPlace, names: readonly string[]): Promise<string | undefined> {
  const lock = await findLock(place, names)
  return lock && sentenceOf(lock)
}

/** @throws {Refusal} `image-locked` when any of these tags and digests is locked */
export async function refuseLocked(place: LockedPlace, names: readonly string[]): Promise<void> {
  const lock = await findLock(place, names)
  if (lock !== undefined) throw imageLocked(sentenceOf(lock))
}

/** @throws {Refusal} `image-locked` when anything in the repository is locked */
export async function refuseAnyLock(
  transaction: Pick<MetadataReader, 'listImageLocks'>,
  repository: Repository,
): Promise<void> {
  if (!repository.hasLocks) return
  const [lock] = await transaction.listImageLocks(repository.id, { limit: 1 })
  if (lock !== undefined) throw imageLocked(`${repository.name} cannot be deleted. ${sentenceOf(lock)}`)
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
