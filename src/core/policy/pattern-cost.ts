import type { Chunk } from './glob-chunks.ts'
import type { Starred } from './starred.ts'

/** In steps; see policy-limits.ts. */
export interface Cost {
  readonly fixed: number
  /** For every character of the text. */
  readonly perChar: number
}

const FIND_STEPS = 20
/**
 * `indexOf` adds up the characters of a window, and compares only where the sum is right: 0.2 ns for a character as a
 * rule, but a text and a pattern of the same letters in another order make it compare at every place.
 */
const CHAR_OF_SEARCH = 3
const CHAR_OF_CHAR_SEARCH = 0.2
const COMPARED_AT_ONCE = 16
/** Longer ones fit a text in fewer places. */
const DEAREST_SEARCH_CHARS = 96
const COMPARE_STEPS = 8
/** With `?` every place of the text is tried. */
const CHAR_OF_COMPARISON = 12

/** The most that comparing costs. Chunks that are found share the text, so the dearest of them counts for each character. */
export function costOfChunks({ first, inner, last }: Starred<Chunk>): Cost {
  const compared = first.length + (last?.length ?? 0)
  return {
    fixed: compared * COMPARE_STEPS + inner.length * FIND_STEPS,
    perChar: inner.reduce((most, chunk) => Math.max(most, searchCost(chunk)), 0),
  }
}

function searchCost(chunk: Chunk): number {
  if (chunk.length > 1) return chunk.length * CHAR_OF_COMPARISON
  const length = chunk[0]?.length ?? 0
  if (length === 1) return CHAR_OF_CHAR_SEARCH
  return CHAR_OF_SEARCH + Math.min(length, DEAREST_SEARCH_CHARS) / COMPARED_AT_ONCE
}
