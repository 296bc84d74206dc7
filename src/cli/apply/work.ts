import { type Declared, type Found, nameIn } from '../../core/apply/declared.ts'
import type { Difference } from '../../core/apply/diff-declared.ts'
import { defaultOf } from '../../core/apply/normal-part.ts'
import type { JsonValue } from '../../core/strict-json.ts'

/** One thing, as it is and as it is wanted. */
export interface Work {
  readonly declared: Declared
  readonly found: Found
  readonly difference: Difference
  /** Whether whoever applies may lose the right to set policies by one. */
  readonly force: boolean
}

/** What was told once, when something was made. */
export interface Secret {
  readonly of: string
  readonly values: Readonly<Record<string, string>>
}

/** The tags of a resource that are new or have another value. */
export function changedTags({ declared, difference }: Work): { key: string; value: JsonValue }[] {
  return difference.changes.flatMap(({ part }) => {
    const key = nameIn('tags', part)
    const value = declared.parts.get(part)
    return key === undefined || value === undefined ? [] : [{ key, value }]
  })
}

/** All parts of a thing when it is as it is wanted, with their defaults. */
export function wholeParts({ declared, found, difference }: Work): [string, JsonValue][] {
  const gone = new Set(difference.changes.flatMap(({ part, becomes }) => (becomes === undefined ? [part] : [])))
  const names = new Set([...found.parts.keys(), ...declared.parts.keys()])
  return [...names].flatMap((part): [string, JsonValue][] => {
    const value = gone.has(part) ? defaultOf(declared.kind, part) : (declared.parts.get(part) ?? found.parts.get(part))
    return value === undefined ? [] : [[part, value]]
  })
}
