import { compareSemver } from '../../semver.ts'
import { holds, type SemverComparison } from '../lading/semver-range.ts'

/** Whether every version in `inner` is in `outer`. May say no of ranges that no version is in. */
export function containsRange(outer: readonly SemverComparison[], inner: readonly SemverComparison[]): boolean {
  return outer.every((comparison) => inner.some((given) => impliesComparison(given, comparison)))
}

/** Whether no version can be in both; with itself, whether none is in the range. */
export function areDisjointRanges(a: readonly SemverComparison[], b: readonly SemverComparison[]): boolean {
  const all = [...a, ...b]
  return all.some((lower) => isLower(lower) && all.some((upper) => isUpper(upper) && isAbove(lower, upper)))
}

function impliesComparison(given: SemverComparison, wanted: SemverComparison): boolean {
  const order = compareSemver(given.version, wanted.version)
  if (given.operator === '=') return holds(wanted.operator, order)
  if (wanted.operator === '=' || isLower(given) !== isLower(wanted)) return false
  if (given.operator === '>') return order >= 0
  if (given.operator === '<') return order <= 0
  return holds(wanted.operator, order)
}

function isAbove(lower: SemverComparison, upper: SemverComparison): boolean {
  const order = compareSemver(lower.version, upper.version)
  const isStrict = lower.operator === '>' || upper.operator === '<'
  return order > 0 || (isStrict && order === 0)
}

function isLower({ operator }: SemverComparison): boolean {
  return operator !== '<' && operator !== '<='
}

function isUpper({ operator }: SemverComparison): boolean {
  return operator !== '>' && operator !== '>='
}
