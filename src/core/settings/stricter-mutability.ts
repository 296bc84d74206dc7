import { matchesGlob } from '../glob.ts'
import { globsMeet } from '../globs-meet.ts'
import type { TagMutability } from '../tag-mutability.ts'

/**
 * Whether `child` locks every tag that `parent` does. Filters are compared as they are written: where two that come to
 * the same cannot be seen to, the answer is no.
 */
export function isAsStrict(child: TagMutability, parent: TagMutability): boolean {
  switch (parent.mode) {
    case 'MUTABLE':
      return true
    case 'IMMUTABLE':
      return locksAll(child)
    case 'MUTABLE_WITH_EXCLUSION':
      return parent.exclusionFilters.every((filter) => locksAllOf(child, filter))
    case 'IMMUTABLE_WITH_EXCLUSION':
      return locksAll(child) || excludesOnly(child, parent.exclusionFilters)
  }
}

function locksAll({ mode, exclusionFilters }: TagMutability): boolean {
  if (mode === 'IMMUTABLE') return true
  return mode === 'MUTABLE_WITH_EXCLUSION' && exclusionFilters.some((filter) => covers(filter, '*'))
}

function locksAllOf(mutability: TagMutability, filter: string): boolean {
  const { mode, exclusionFilters } = mutability
  if (mode === 'MUTABLE_WITH_EXCLUSION') return exclusionFilters.some((wide) => covers(wide, filter))
  if (mode === 'IMMUTABLE_WITH_EXCLUSION') return !exclusionFilters.some((excluded) => globsMeet(excluded, filter))
  return mode === 'IMMUTABLE'
}

function excludesOnly({ mode, exclusionFilters }: TagMutability, allowed: readonly string[]): boolean {
  if (mode !== 'IMMUTABLE_WITH_EXCLUSION') return false
  return exclusionFilters.every((filter) => allowed.some((wide) => covers(wide, filter)))
}

/** Whether whatever fits `narrow` fits `wide`: a star in a text is a character that only a star takes. */
function covers(wide: string, narrow: string): boolean {
  return matchesGlob(wide, narrow)
}

/**
 * One mutability for all that are in force, as ECR's API has room for one. Where none says exactly the same, it is one
 * that locks more tags, as nobody is then promised that a tag can be moved.
 */
export function joinMutabilities(all: readonly TagMutability[]): TagMutability {
  const strictest = all.find((one) => all.every((other) => isAsStrict(one, other)))
  if (strictest !== undefined) return strictest
  const unlocking = all.filter(({ mode }) => mode === 'IMMUTABLE_WITH_EXCLUSION')
  const locked = all.filter(({ mode }) => mode === 'MUTABLE_WITH_EXCLUSION').flatMap((one) => one.exclusionFilters)
  if (unlocking.length === 0) {
    return locked.length === 0
      ? { mode: 'MUTABLE', exclusionFilters: [] }
      : { mode: 'MUTABLE_WITH_EXCLUSION', exclusionFilters: [...new Set(locked)] }
  }
  const candidates = new Set(unlocking.flatMap((one) => one.exclusionFilters))
  const filters = [...candidates].filter(
    (filter) =>
      unlocking.every((one) => one.exclusionFilters.some((wide) => covers(wide, filter))) &&
      !locked.some((other) => globsMeet(other, filter)),
  )
  if (filters.length === 0) return { mode: 'IMMUTABLE', exclusionFilters: [] }
  return { mode: 'IMMUTABLE_WITH_EXCLUSION', exclusionFilters: filters }
}
