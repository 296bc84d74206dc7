import type { JsonValue } from '../strict-json.ts'
import type { ApplyKind } from './apply-kind.ts'

/**
 * What a thing consists of, by what it is called in documents: `settings.quota`, `tags.team`, `url`. `locked.quota` says
 * whether a setting is locked.
 */
export type Parts = ReadonlyMap<string, JsonValue>

/** One thing as a file wants it. Of a part that it does not have nothing is wanted. */
export interface Declared {
  readonly kind: ApplyKind
  readonly name: string
  readonly parts: Parts
}

/** The same thing as a server has it; parts that are as they are by default may be left out. */
export interface Found {
  readonly exists: boolean
  readonly parts: Parts
}

export const NOTHING_FOUND: Found = { exists: false, parts: new Map() }

export function settingPart(name: string): string {
  return `settings.${name}`
}

export function lockPart(name: string): string {
  return `locked.${name}`
}

export function tagPart(key: string): string {
  return `tags.${key}`
}

/** What stands behind the first period, where it is a part of this group. */
export function nameIn(group: 'settings' | 'locked' | 'tags' | 'accountSettings', part: string): string | undefined {
  return part.startsWith(`${group}.`) ? part.slice(group.length + 1) : undefined
}
