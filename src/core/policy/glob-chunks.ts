import type { Starred } from './starred.ts'

/** What stands between two `*`: the texts between its `?`, so that a chunk without `?` is one text. */
export type Chunk = readonly string[]

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

/** The same for a pattern without any `?`. */
export function matchesTexts({ first, inner, last }: Starred<string>, text: string): boolean {
  if (last === undefined) return text === first
  let from = first.length
  const to = text.length - last.length
  if (from > to || !text.startsWith(first) || !text.endsWith(last)) return false
  for (const wanted of inner) {
    const at = text.indexOf(wanted, from)
    if (at === -1 || at + wanted.length > to) return false
    from = at + wanted.length
  }
  return true
}

function findChunk(chunk: Chunk, text: string, { from, to }: { from: number; to: number }): number {
  const last = to - lengthOf(chunk)
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
