import type { TagMutability } from '../tag-mutability.ts'

/** Bounds of what is below a scope; a member that is left out has none. */
export interface Quota {
  /** Of every repository: its distinct blobs that live manifests refer to, and these manifests. */
  readonly bytes?: number
  /** Live manifests, as ECR counts images. */
  readonly images?: number
}

/** A lifecycle run that would take more than this share of a repository's images, if that is more than `floor`, waits. */
export interface LifecycleBrake {
  /** Of 1. */
  readonly share: number
  /** Images. */
  readonly floor: number
}

/** The longest restore window: ten years. */
export const MOST_RESTORE_DAYS = 3650

/** What every setting holds. */
export interface SettingValues {
  /** Text, in ECR's format or our own. */
  readonly lifecyclePolicy: string
  readonly tagMutability: TagMutability
  /** An object of JSON. */
  readonly tagRules: Readonly<Record<string, unknown>>
  readonly scanOnPush: boolean
  /** Text: a policy whose statements count for every repository below, beside the repository's own. */
  readonly repositoryPolicy: string
  /** Whether a repository cannot be deleted. */
  readonly deletionProtection: boolean
  readonly quota: Quota
  readonly lifecycleBrake: LifecycleBrake
  /** How long what was deleted can be brought back; zero for not at all. */
  readonly restoreWindow: { readonly days: number }
}

export type SettingName = keyof SettingValues

/** A setting with its value. */
export type Setting<Name extends SettingName = SettingName> = {
  readonly [One in SettingName]: { readonly name: One; readonly value: SettingValues[One] }
}[Name]

/**
 * How scopes that say different things come together. `one`: the nearest stands, or the farthest that is locked.
 * `joined`: the nearest and all that are locked stand, and the strictest of them has its way. `each`: all stand, each
 * for what is below its own scope.
 */
export type JoinRule = 'one' | 'joined' | 'each'

export const JOIN_RULES: { readonly [Name in SettingName]: JoinRule } = {
  lifecyclePolicy: 'one',
  tagMutability: 'joined',
  tagRules: 'joined',
  scanOnPush: 'joined',
  repositoryPolicy: 'each',
  deletionProtection: 'joined',
  quota: 'each',
  lifecycleBrake: 'one',
  restoreWindow: 'one',
}

// Object.keys forgets that the keys of the table are the names.
export const SETTING_NAMES = Object.keys(JOIN_RULES) as readonly SettingName[]

export function isSettingName(text: string): text is SettingName {
  return Object.hasOwn(JOIN_RULES, text)
}
