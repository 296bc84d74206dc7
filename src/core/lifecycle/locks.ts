import type { Adjacency } from './adjacency.ts'
import { compareTexts } from './compare-texts.ts'
import { hasLock } from './lifecycle-image.ts'
import type { Snapshot } from './snapshot.ts'

/** The places of what is locked, in the order of the digests, so that who is named does not depend on the snapshot's. */
export function lockedIn({ images }: Snapshot): readonly number[] {
  const locked: number[] = []
  for (let index = 0; index < images.length; index++) {
    const image = images[index]
    if (image !== undefined && hasLock(image)) locked.push(index)
  }
  return locked.sort((a, b) => compareTexts(images[a]?.digest, images[b]?.digest))
}

/**
 * Who would take something along that is locked: each lock is handed up to what is not passed yet, so that no manifest
 * is passed twice.
 *
 * @param locks in the order in which they are named
 * @param holders ways from a manifest to what would take it along
 * @returns the first lock that a manifest reaches; its own before any other
 */
export function locksReached(locks: readonly number[], holders: readonly Adjacency[]): ReadonlyMap<number, number> {
  const reached = new Map<number, number>()
  for (const lock of locks) {
    const pending = [lock]
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
      if (reached.has(index)) continue
      reached.set(index, lock)
      for (const ways of holders) ways.forEach(index, (holder) => pending.push(holder))
    }
  }
  for (const lock of locks) reached.set(lock, lock)
  return reached
}
