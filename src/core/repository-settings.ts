import type { TagMutability } from './tag-mutability.ts'

/**
 * What settings come to where no scope has said anything (ecr.md 1.2). They are looked up when somebody asks for what is
 * in force and never stored: "unset" inherits, and "set to the default" does not.
 */
export const DEFAULT_TAG_MUTABILITY: TagMutability = { mode: 'MUTABLE', exclusionFilters: [] }
export const DEFAULT_SCAN_ON_PUSH = false
