import type { Digest } from './digest.ts'
import { matchesGlob } from './glob.ts'
import { Refusal } from './refusal.ts'

/** ECR's four modes (ecr.md section 3). The `_WITH_EXCLUSION` modes turn round for tags that match a filter. */
export type TagMutabilityMode = 'MUTABLE' | 'IMMUTABLE' | 'MUTABLE_WITH_EXCLUSION' | 'IMMUTABLE_WITH_EXCLUSION'

export interface TagMutability {
  readonly mode: TagMutabilityMode
  /** Globs in which `*` stands for any run of characters; 1 to 5 with an exclusion mode, none otherwise. */
  readonly exclusionFilters: readonly string[]
}

/** Whether a tag that exists may be moved to another digest. */
export function isTagLocked(mutability: TagMutability, tag: string): boolean {
  const excluded = mutability.exclusionFilters.some((filter) => matchesGlob(filter, tag))
  switch (mutability.mode) {
    case 'MUTABLE':
      return false
    case 'IMMUTABLE':
      return true
    case 'MUTABLE_WITH_EXCLUSION':
      return excluded
    case 'IMMUTABLE_WITH_EXCLUSION':
      return !excluded
  }
}

/** Whether one of those that are in force locks it. */
export function isTagLockedByAny(mutabilities: readonly TagMutability[], tag: string): boolean {
  return mutabilities.some((mutability) => isTagLocked(mutability, tag))
}

export interface TagWrite {
  readonly repositoryName: string
  /** All that are in force: a tag is locked when one of them locks it. */
  readonly mutabilities: readonly TagMutability[]
  readonly tag: string
  /** Where the tag points now, if anywhere. Must be read in the transaction that writes the tag. */
  readonly current: Digest | undefined
  readonly wanted: Digest
}

/**
 * What writing a tag comes to. A locked tag that already points at the same digest is left alone: the push succeeds
 * and changes nothing.
 *
 * @throws {Refusal} `tag-immutable`, with ECR's sentence
 */
export function decideTagWrite(write: TagWrite): 'create' | 'move' | 'unchanged' {
  if (write.current === undefined) return 'create'
  if (write.current === write.wanted) return 'unchanged'
  if (!isTagLockedByAny(write.mutabilities, write.tag)) return 'move'
  throw tagImmutable(write.repositoryName, write.tag)
}

/** ECR's sentence, the same on both surfaces (ecr.md 1.0). */
export function tagImmutable(repositoryName: string, tag: string): Refusal {
  return new Refusal(
    'tag-immutable',
    `The image tag '${tag}' already exists in the '${repositoryName}' repository and cannot be overwritten because the tag is immutable.`,
  )
}
