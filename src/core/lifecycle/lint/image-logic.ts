import type { ImageTerm, TagTerm } from '../lading/tag-term.ts'
import type { TagLogic } from './tag-logic.ts'

/**
 * An expression about the tags of an image that has some, without `not` outside of what is said of one tag: where no tag
 * fits, every tag does not.
 */
export type TaggedTerm = Leaf | Group

interface Leaf {
  readonly op: 'some' | 'every'
  readonly tag: TagTerm
}
interface Group {
  readonly op: 'any' | 'all'
  readonly of: readonly TaggedTerm[]
}

/** Any tags at all. */
export const SOME_TAG: TaggedTerm = { op: 'some', tag: { op: 'glob', glob: '*' } }

export function toTaggedTerm(term: ImageTerm, isNegated = false): TaggedTerm {
  switch (term.op) {
    case 'not':
      return toTaggedTerm(term.of, !isNegated)
    case 'any':
    case 'all':
      return { op: isNegated ? OPPOSITE[term.op] : term.op, of: term.of.map((part) => toTaggedTerm(part, isNegated)) }
    default:
      return isNegated ? { op: OPPOSITE[term.op], tag: { op: 'not', of: term.tag } } : term
  }
}

const OPPOSITE = { any: 'all', all: 'any', some: 'every', every: 'some' } as const

/** Whether an image without tags fits. */
export function fitsUntagged(term: ImageTerm): boolean {
  switch (term.op) {
    case 'some':
    case 'every':
      return false
    case 'any':
      return term.of.some(fitsUntagged)
    case 'all':
      return term.of.every(fitsUntagged)
    case 'not':
      return !fitsUntagged(term.of)
  }
}

/** Every image with tags that fits `b` fits `a`; `false` may mean that it is not known, as in TagLogic. */
export function impliesTagged(logic: TagLogic, b: TaggedTerm, a: TaggedTerm): boolean {
  // Each of two that are nested may be compared with all of the other.
  if (!logic.spend(1)) return false
  if (b.op === 'any') return b.of.every((part) => impliesTagged(logic, part, a))
  if (a.op === 'all') return a.of.every((part) => impliesTagged(logic, b, part))
  if (a.op === 'any' && a.of.some((part) => impliesTagged(logic, b, part))) return true
  if (b.op === 'all' && b.of.some((part) => impliesTagged(logic, part, a))) return true
  if (isGroup(a)) return false
  if (isGroup(b) || (b.op === 'some' && a.op === 'every')) return logic.isAlways(a.tag)
  return logic.implies(b.tag, a.tag)
}

/** No image with tags fits; `false` may mean that it is not known. */
export function isNeverTagged(logic: TagLogic, term: TaggedTerm): boolean {
  if (!logic.spend(1)) return false
  switch (term.op) {
    case 'some':
    case 'every':
      return logic.isNever(term.tag)
    case 'any':
      return term.of.every((part) => isNeverTagged(logic, part))
    case 'all':
      return term.of.some(
        (part, index) =>
          isNeverTagged(logic, part) || term.of.slice(index + 1).some((other) => areOpposed(logic, part, other)),
      )
  }
}

/** What every tag is, and what that tag, or another, cannot be then. */
function areOpposed(logic: TagLogic, a: TaggedTerm, b: TaggedTerm): boolean {
  if (isGroup(a) || isGroup(b)) return false
  return (a.op === 'every' || b.op === 'every') && logic.excludes(a.tag, b.tag)
}

function isGroup(term: TaggedTerm): term is Group {
  return term.op === 'any' || term.op === 'all'
}
