/** What stands between two `*`: the texts between its `?`, so that a chunk without `?` is one text. */
export type Chunk = readonly string[]

/** A pattern as what stands before, between and after its `*`; without a `*` it has no `last`. */
export interface Starred<Part> {
  readonly first: Part
  /** None of these is empty, as several `*` in a row are one. */
  readonly inner: readonly Part[]
  readonly last: Part | undefined
}

/**
 * Whether the whole of `text` fits. The first chunk has to be at the start, the last at the end, and the others are
 * looked for from left to right. The leftmost place is as good as any, so there is no way back, and no backtracking.
 */
export function matchesChunks({ first, inner, last }: Starred<Chunk>, text: string): boolean {
  let from = lengthOf(first)
  if (last === undefined) return from === text.length && standsAt(first, text, 0)
  const to = text.length - lengthOf(last)
  if (from > to || !standsAt(first, text, 0) || !standsAt(last, text, to)) return false
  for (const chunk of inner) {
    const at = findChunk(chunk, text, { from, to })
    if (at === -1) return false
    from = at + lengthOf(chunk)
  }
  return true
}

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
const CHAR_OF_SEARCH = 4
const CHAR_OF_CHAR_SEARCH = 0.2
const COMPARED_AT_ONCE = 16
/** Longer ones fit a text in fewer places. */
const DEAREST_SEARCH_CHARS = 96
const COMPARE_STEPS = 8

/** The most that matching costs. Chunks that are found share the text, so the dearest of them counts for each character. */
export function costOfChunks({ first, inner, last }: Starred<Chunk>): Cost {
  const compared = first.length + (last?.length ?? 0)
  return {
    fixed: compared * COMPARE_STEPS + inner.length * FIND_STEPS,
    perChar: inner.reduce((most, chunk) => Math.max(most, searchCost(chunk)), 0),
  }
}

function searchCost(chunk: Chunk): number {
  if (chunk.length > 1) return chunk.length * COMPARE_STEPS
  const length = lengthOf(chunk)
  return length === 1 ? CHAR_OF_CHAR_SEARCH : CHAR_OF_SEARCH + Math.min(length, DEAREST_SEARCH_CHARS) / COMPARED_AT_ONCE
}

function findChunk(chunk: Chunk, text: string, { from, to }: { from: number; to: number }): number {
  const last = to - lengthOf(chunk)
  const only = chunk.length === 1 ? chunk[0] : undefined
  if (only !== undefined) {
    const at = text.indexOf(only, from)
    return at > last ? -1 : at
  }
  for (let at = from; at <= last; at++) if (standsAt(chunk, text, at)) return at
  return -1
}

/** The text is long enough: callers have seen to that. */
function standsAt(chunk: Chunk, text: string, start: number): boolean {
  let at = start
  for (const part of chunk) {
    if (!text.startsWith(part, at)) return false
    at += part.length + 1
  }
  return true
}

function lengthOf(chunk: Chunk): number {
  let length = chunk.length - 1
  for (const part of chunk) length += part.length
  return length
}
