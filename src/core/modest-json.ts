import { BACKSLASH, CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-marks.ts'

const MOST_LEVELS = 64
/** Brackets, braces, colons and commas. The largest call that is not refused for other reasons has 5,000. */
const MOST_MARKS = 20_000
/** How far a string's end is looked for byte by byte; beyond that, as in megabytes of base64, `indexOf` is faster. */
const NEAR = 64

/**
 * Whether JSON may be parsed by a parser without bounds of its own: not nested deeper than 64 levels, and not of more
 * parts than any call has. Thirty bytes of memory and more can come of one byte of brackets; of text inside quotes,
 * however long, nothing but itself.
 *
 * @param bytes what may be JSON; of what is not, the parser will say so
 */
export function isModestJson(bytes: Uint8Array): boolean {
  let level = 0
  let marks = 0
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at]) {
      case QUOTE:
        at = endOfString(bytes, at)
        break
      case OPEN_BRACKET:
      case OPEN_BRACE:
        if (++level > MOST_LEVELS || ++marks > MOST_MARKS) return false
        break
      case CLOSE_BRACKET:
      case CLOSE_BRACE:
        level--
        break
      case COMMA:
      case COLON:
        if (++marks > MOST_MARKS) return false
    }
  }
  return true
}

/** Where the closing quote is, or past the end. */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1
  for (;;) {
    const near = Math.min(at + NEAR, bytes.length)
    while (at < near && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
    if (at < near || at >= bytes.length) return at
    const quote = bytes.indexOf(QUOTE, at)
    if (quote === -1) return bytes.length
    if (!isEscaped(bytes, at, quote)) return quote
    at = quote + 1
  }
}

/** Whether an odd number of backslashes, none of them before `start`, stands right before `quote`. */
function isEscaped(bytes: Uint8Array, start: number, quote: number): boolean {
  let first = quote
  while (first > start && bytes[first - 1] === BACKSLASH) first--
  return (quote - first) % 2 === 1
}
