/**
 * A version by SemVer 2.0.0. Numbers are kept as their digits: SemVer sets them no limit, and a date with the time in it
 * (`20261127093015123.0.0`) is already near what a double holds.
 */
export interface Semver {
  readonly major: string
  readonly minor: string
  readonly patch: string
  /** The identifiers after the dash; none for a release. */
  readonly prerelease: readonly string[]
}

/** semver.org 2.0.0, items 2 and 9, without item 10: a tag has no `+` in it. No alternative overlaps another: linear. */
const GRAMMAR =
  /^v?(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(?:-((?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?$/
const LONGEST = 128

/**
 * The version that a tag is: all three numbers, maybe a leading `v`, maybe a pre-release. Undefined for anything else,
 * `1.2`, `v1` and `1.02.0` among it, and for what is longer than a tag.
 */
export function parseSemver(tag: string): Semver | undefined {
  if (tag.length > LONGEST) return undefined
  const match = GRAMMAR.exec(tag)
  if (match === null) return undefined
  const [, major = '', minor = '', patch = '', prerelease] = match
  return { major, minor, patch, prerelease: prerelease === undefined ? [] : prerelease.split('.') }
}

/** Precedence (semver.org 2.0.0, item 11): below zero if `a` comes before `b`, zero if neither is the higher. */
export function compareSemver(a: Semver, b: Semver): number {
  return (
    compareNumbers(a.major, b.major) ||
    compareNumbers(a.minor, b.minor) ||
    compareNumbers(a.patch, b.patch) ||
    comparePrereleases(a.prerelease, b.prerelease)
  )
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length
  for (const [index, identifier] of a.entries()) {
    const other = b[index]
    if (other === undefined) return 1
    const order = compareIdentifiers(identifier, other)
    if (order !== 0) return order
  }
  return a.length - b.length
}

function compareIdentifiers(a: string, b: string): number {
  const aIsNumber = isNumber(a)
  const bIsNumber = isNumber(b)
  if (aIsNumber && bIsNumber) return compareNumbers(a, b)
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1
  return compareTexts(a, b)
}

/** Without leading zeros the longer number is the larger. */
function compareNumbers(a: string, b: string): number {
  return a.length - b.length || compareTexts(a, b)
}

/** All of it is ASCII, so that UTF-16 order is ASCII order. */
function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function isNumber(identifier: string): boolean {
  for (let at = 0; at < identifier.length; at++) {
    const code = identifier.charCodeAt(at)
    if (code < 48 || code > 57) return false
  }
  return true
}
