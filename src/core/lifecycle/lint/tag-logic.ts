import { matchesGlob } from '../../glob.ts'
import { parseSemver } from '../../semver.ts'
import type { KindOf } from '../lading/compile-tag-term.ts'
import { compileLinearRegex, type LinearRegex } from '../lading/linear-regex.ts'
import { isInSemverRange } from '../lading/semver-range.ts'
import type { TagTerm } from '../lading/tag-term.ts'
import { areDisjointGlobs, containsGlob, fitsEveryTag, fitsNoTag } from './glob-relations.ts'
import { areDisjointRanges, containsRange } from './range-relations.ts'

type Atom = Extract<TagTerm, { op: 'glob' | 'regex' | 'semver' | 'kind' }>

/** Two terms compared are a step; two globs are one for this many products of their characters. */
const PRODUCTS_OF_STEP = 64
/** About half a second of work at the worst; a policy of fifty rules takes some ten thousand. */
const MOST_STEPS = 1_000_000

/**
 * What can be said of expressions about one tag without looking at tags. Every `true` is certain. `false` may mean that
 * it is not known: regular expressions are compared by their text alone, and all is `false` when the steps are used up.
 */
export class TagLogic {
  readonly #kindOf: KindOf
  readonly #regexes = new Map<string, LinearRegex>()
  #steps = MOST_STEPS

  constructor(kindOf: KindOf) {
    this.#kindOf = kindOf
  }

  get isExhausted(): boolean {
    return this.#steps < 0
  }

  /** Every tag that fits `e` fits `f`. */
  implies(e: TagTerm, f: TagTerm): boolean {
    if (!this.spend(1)) return false
    if (e.op === 'any') return e.of.every((part) => this.implies(part, f))
    if (f.op === 'all') return f.of.every((part) => this.implies(e, part))
    if (e.op === 'not' && f.op === 'not') return this.implies(f.of, e.of)
    if (f.op === 'any' && f.of.some((part) => this.implies(e, part))) return true
    if (e.op === 'all' && e.of.some((part) => this.implies(part, f))) return true
    if (f.op === 'not' && this.excludes(e, f.of)) return true
    if (isAtom(e) && isAtom(f) && this.#atomImplies(e, f)) return true
    return this.isAlways(f)
  }

  /** No tag fits both. */
  excludes(e: TagTerm, f: TagTerm): boolean {
    if (!this.spend(1)) return false
    if (e.op === 'any') return e.of.every((part) => this.excludes(part, f))
    if (f.op === 'any') return f.of.every((part) => this.excludes(e, part))
    if (e.op === 'all' && e.of.some((part) => this.excludes(part, f))) return true
    if (f.op === 'all' && f.of.some((part) => this.excludes(e, part))) return true
    if (e.op === 'not') return this.implies(f, e.of)
    if (f.op === 'not') return this.implies(e, f.of)
    return isAtom(e) && isAtom(f) && this.#atomExcludes(e, f)
  }

  /** No tag fits. */
  isNever(e: TagTerm): boolean {
    if (!this.spend(1)) return false
    switch (e.op) {
      case 'glob':
        return fitsNoTag(e.glob)
      case 'semver':
        return areDisjointRanges(e.range, e.range)
      case 'any':
        return e.of.every((part) => this.isNever(part))
      case 'all':
        return e.of.some((part, index) => this.isNever(part) || this.#excludesOne(part, e.of.slice(index + 1)))
      case 'not':
        return this.isAlways(e.of)
      default:
        return false
    }
  }

  /** Every tag fits. */
  isAlways(f: TagTerm): boolean {
    if (!this.spend(1)) return false
    switch (f.op) {
      case 'glob':
        return fitsEveryTag(f.glob)
      case 'any':
        return f.of.some((part) => this.isAlways(part))
      case 'all':
        return f.of.every((part) => this.isAlways(part))
      case 'not':
        return this.isNever(f.of)
      default:
        return false
    }
  }

  #excludesOne(e: TagTerm, others: readonly TagTerm[]): boolean {
    return others.some((other) => this.excludes(e, other))
  }

  #atomImplies(e: Atom, f: Atom): boolean {
    if (e.op === 'glob' && !e.glob.includes('*')) return this.#fits(f, e.glob)
    if (e.op === 'glob') return f.op === 'glob' && this.spendOnGlobs(e.glob, f.glob) && containsGlob(f.glob, e.glob)
    if (e.op === 'semver') return f.op === 'semver' && containsRange(f.range, e.range)
    if (e.op === 'regex') return f.op === 'regex' && e.regex === f.regex
    return f.op === 'kind' && e.kind === f.kind
  }

  #atomExcludes(e: Atom, f: Atom): boolean {
    if (e.op === 'glob' && f.op === 'glob') return this.spendOnGlobs(e.glob, f.glob) && areDisjointGlobs(e.glob, f.glob)
    if (e.op === 'glob') return !e.glob.includes('*') && !this.#fits(f, e.glob)
    if (f.op === 'glob') return this.#atomExcludes(f, e)
    if (e.op === 'semver') return f.op === 'semver' && areDisjointRanges(e.range, f.range)
    return e.op === 'kind' && f.op === 'kind' && e.kind !== f.kind
  }

  #fits(f: Atom, tag: string): boolean {
    switch (f.op) {
      case 'glob':
        return this.spendOnGlobs(f.glob, tag) && matchesGlob(f.glob, tag)
      case 'regex':
        return this.#regex(f.regex).fits(tag)
      case 'kind':
        return this.#kindOf(tag) === f.kind
      case 'semver': {
        const version = parseSemver(tag)
        return version !== undefined && isInSemverRange(f.range, version)
      }
    }
  }

  #regex(pattern: string): LinearRegex {
    const known = this.#regexes.get(pattern)
    if (known !== undefined) return known
    const regex = compileLinearRegex(pattern)
    this.#regexes.set(pattern, regex)
    return regex
  }

  /** The same before two globs are compared. */
  spendOnGlobs(a: string, b: string): boolean {
    return this.spend((a.length * b.length) / PRODUCTS_OF_STEP)
  }

  /** To be asked before any work of that much. @returns false when the steps are used up */
  spend(steps: number): boolean {
    this.#steps -= steps
    return this.#steps >= 0
  }
}

function isAtom(term: TagTerm): term is Atom {
  return term.op !== 'any' && term.op !== 'all' && term.op !== 'not'
}
