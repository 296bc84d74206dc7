import { canonicalJson } from '../audit/canonical-json.ts'
import type { JsonValue } from '../strict-json.ts'
import type { ApplyKind } from './apply-kind.ts'
import { type Declared, type Found, nameIn } from './declared.ts'
import { defaultOf, normalPart } from './normal-part.ts'

/** A part, before and after; undefined for absent. */
export interface PartChange {
  readonly part: string
  readonly was: JsonValue | undefined
  readonly becomes: JsonValue | undefined
}

/** What there is to do to a thing so that it is as the file wants it. */
export interface Difference {
  readonly kind: ApplyKind
  readonly name: string
  readonly effect: 'make' | 'change' | 'none'
  readonly changes: readonly PartChange[]
  /** What the thing has and the file does not speak of, and so stays. */
  readonly left: readonly string[]
}

/**
 * Compares what is wanted with what there is, by meaning: policies in whichever spelling, lists that are sets in whichever
 * order, and what is so by default whether or not it is said.
 *
 * @param options `prune`: what the file does not speak of goes
 * @returns its parts in byte order, with values in their normal spelling
 */
export function diffDeclared(declared: Declared, found: Found, { prune }: { readonly prune: boolean }): Difference {
  const { kind, name } = declared
  const wanted = [...declared.parts.keys()].sort().flatMap((part) => changeOf(declared, found, part) ?? [])
  const unsaid = unsaidParts(declared, found)
  const pruned = prune ? unsaid.map((part) => ({ part, was: normalOf(found, part), becomes: undefined })) : []
  const changes = [...wanted, ...pruned]
  const effect = !found.exists ? 'make' : changes.length > 0 ? 'change' : 'none'
  return { kind, name, effect, changes, left: prune ? [] : unsaid }
}

function changeOf({ kind, parts }: Declared, found: Found, part: string): PartChange | undefined {
  const was = normalOf(found, part)
  const becomes = normalOf({ parts }, part)
  const before = was ?? defaultOf(kind, part)
  return sameValue(before, becomes) ? undefined : { part, was: found.exists ? before : was, becomes }
}

/** Whether a setting is locked goes with the setting. */
function unsaidParts({ kind, parts }: Declared, found: Found): string[] {
  const unsaid = [...found.parts.keys()].filter((part) => !parts.has(part) && nameIn('locked', part) === undefined)
  return unsaid.filter((part) => !sameValue(normalOf(found, part), defaultOf(kind, part))).sort()
}

function normalOf({ parts }: Pick<Found, 'parts'>, part: string): JsonValue | undefined {
  const value = parts.get(part)
  return value === undefined ? undefined : normalPart(part, value)
}

export function sameValue(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return canonicalJson(one) === canonicalJson(other)
}
