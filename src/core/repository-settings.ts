import type { TagMutability } from './tag-mutability.ts'

/**
 * What a repository's settings come to where nobody has said anything (ecr.md 1.2). They are looked up when a repository
 * is read and never stored: "unset" and "set to the default" are to differ once settings are inherited.
 */
export const DEFAULT_TAG_MUTABILITY: TagMutability = { mode: 'MUTABLE', exclusionFilters: [] }
export const DEFAULT_SCAN_ON_PUSH = false
