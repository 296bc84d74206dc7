import { compareSemver, parseSemver, type Semver } from '../../semver.ts'
import { MOST_RANGE_CHARS } from './lading-limits.ts'

export interface SemverComparison {
  readonly operator: '>=' | '<=' | '>' | '<' | '='
  readonly version: Semver
}

const OPERATORS = ['>=', '<=', '>', '<', '='] as const

/**
 * Comparisons with spaces between them, all of which must hold: `>=1.2.0 <2.0.0`. A version alone means `=`. Unlike npm's
 * ranges they are nothing but precedence, in which `2.0.0-rc.1` is below `2.0.0`; `<2.0.0-0` leaves it out.
 *
 * @returns undefined for what is no range
 */
export function parseSemverRange(text: string): readonly SemverComparison[] | undefined {
  if (text.length > MOST_RANGE_CHARS) return undefined
  const comparisons: SemverComparison[] = []
  for (const part of text.split(' ').filter((each) => each !== '')) {
    const comparison = parseComparison(part)
    if (comparison === undefined) return undefined
    comparisons.push(comparison)
  }
  return comparisons.length === 0 ? undefined : comparisons
}

function parseComparison(part: string): SemverComparison | undefined {
  const operator = OPERATORS.find((each) => part.startsWith(each))
  const version = parseSemver(part.slice(operator?.length ?? 0))
  return version && { operator: operator ?? '=', version }
}

export function isInSemverRange(range: readonly SemverComparison[], version: Semver): boolean {
  return range.every(({ operator, version: bound }) => holds(operator, compareSemver(version, bound)))
}

/** @param order of the version and the bound, as `compareSemver` gives it */
export function holds(operator: SemverComparison['operator'], order: number): boolean {
  switch (operator) {
    case '>=':
      return order >= 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '<':
      return order < 0
    case '=':
      return order === 0
  }
}
