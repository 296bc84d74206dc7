import { RE2JS, RE2JSException, RE2Set } from 're2js'
import { MOST_REGEX_SIZE, MOST_REPETITIONS, REGEX_CACHE_BYTES } from './lading-limits.ts'

/** A regular expression of RE2's syntax, ready to be compared with whole texts. */
export interface LinearRegex {
  /** In instructions: comparing takes at most this many steps for a character. */
  readonly size: number
  fits(text: string): boolean
}

/** Why a pattern is not taken: a sentence that says what is expected. */
export class LinearRegexError extends Error {
  override readonly name = 'LinearRegexError'
}

/** A brace in a class is taken for one too; no tag has it. */
const REPETITION = /\{([0-9]+)(?:,([0-9]+))?/g

/**
 * Compiled for an engine that follows all alternatives at once, so that no text makes it go back: linear in the text.
 * Classes of Unicode are left out, as tags are ASCII and one such class is hundreds of ranges.
 *
 * @throws {LinearRegexError}
 */
export function compileLinearRegex(pattern: string): LinearRegex {
  checkRepetitions(pattern)
  try {
    const flags = RE2JS.DISABLE_UNICODE_GROUPS
    const size = RE2JS.compile(pattern, flags).programSize()
    if (size > MOST_REGEX_SIZE) {
      throw new LinearRegexError(
        `expected a regular expression of at most ${MOST_REGEX_SIZE} instructions, got ${size}`,
      )
    }
    // The one way to that engine which bounds what it keeps; a set of one.
    const set = new RE2Set(RE2Set.ANCHOR_BOTH, flags, REGEX_CACHE_BYTES)
    set.add(pattern)
    set.compile()
    return { size, fits: (text) => set.match(text).length > 0 }
  } catch (error) {
    if (error instanceof RE2JSException) throw new LinearRegexError(`expected RE2's syntax: ${error.message}`)
    throw error
  }
}

/** Before anything is compiled: each of them is written out, and 256 characters could make a million instructions. */
function checkRepetitions(pattern: string): void {
  for (const [, least = '', most = least] of pattern.matchAll(REPETITION)) {
    if (Number(least) > MOST_REPETITIONS || Number(most) > MOST_REPETITIONS) {
      throw new LinearRegexError(`expected at most ${MOST_REPETITIONS} repetitions, got {${least},${most}}`)
    }
  }
}
