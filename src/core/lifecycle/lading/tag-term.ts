import type { TagKind } from '../../tags/tag-kind.ts'
import type { ImageTagExpression, TagExpression } from './lading-policy.ts'
import { parseSemverRange, type SemverComparison } from './semver-range.ts'

/** An expression with one way to say each thing. */
export type TagTerm =
  | { readonly op: 'glob'; readonly glob: string }
  | { readonly op: 'regex'; readonly regex: string }
  /** Empty: any version. */
  | { readonly op: 'semver'; readonly range: readonly SemverComparison[] }
  | { readonly op: 'kind'; readonly kind: TagKind }
  | { readonly op: 'any' | 'all'; readonly of: readonly TagTerm[] }
  | { readonly op: 'not'; readonly of: TagTerm }

/** Atoms are about one tag; here they stand in `some` or `every` alone. */
export type ImageTerm =
  | { readonly op: 'some' | 'every'; readonly tag: TagTerm }
  | { readonly op: 'any' | 'all'; readonly of: readonly ImageTerm[] }
  | { readonly op: 'not'; readonly of: ImageTerm }

export function toTagTerm(expression: TagExpression): TagTerm {
  if (typeof expression === 'string') return { op: 'glob', glob: expression }
  if ('glob' in expression) return { op: 'glob', glob: expression.glob }
  if ('prefix' in expression) return { op: 'glob', glob: `${expression.prefix}*` }
  if ('regex' in expression) return { op: 'regex', regex: expression.regex }
  if ('semver' in expression) return { op: 'semver', range: toRange(expression.semver) }
  if ('kind' in expression) return { op: 'kind', kind: expression.kind }
  if ('any' in expression) return { op: 'any', of: expression.any.map(toTagTerm) }
  if ('all' in expression) return { op: 'all', of: expression.all.map(toTagTerm) }
  return { op: 'not', of: toTagTerm(expression.not) }
}

export function toImageTerm(expression: ImageTagExpression): ImageTerm {
  if (typeof expression === 'string') return { op: 'some', tag: toTagTerm(expression) }
  if ('any' in expression) return { op: 'any', of: expression.any.map(toImageTerm) }
  if ('all' in expression) return { op: 'all', of: expression.all.map(toImageTerm) }
  if ('not' in expression) return { op: 'not', of: toImageTerm(expression.not) }
  if ('every' in expression) return { op: 'every', tag: toTagTerm(expression.every) }
  if ('some' in expression) return { op: 'some', tag: toTagTerm(expression.some) }
  return { op: 'some', tag: toTagTerm(expression) }
}

/** Every regular expression of a term. */
export function regexesOf(term: TagTerm | ImageTerm): readonly string[] {
  switch (term.op) {
    case 'regex':
      return [term.regex]
    case 'any':
    case 'all':
      return term.of.flatMap(regexesOf)
    case 'not':
      return regexesOf(term.of)
    case 'some':
    case 'every':
      return regexesOf(term.tag)
    default:
      return []
  }
}

function toRange(semver: true | string): readonly SemverComparison[] {
  const range = semver === true ? [] : parseSemverRange(semver)
  if (range === undefined) throw new Error(`a policy has a range that was not checked: ${semver}`)
  return range
}
