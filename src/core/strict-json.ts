import { BACKSLASH, CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-marks.ts'
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject

/** Without a prototype: `__proto__` and `constructor` are keys like any other in it. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isJsonList(value)
}

/** `Array.isArray` does not see that a list may be read-only. */
export function isJsonList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** The text is not strict JSON; the message says what is wrong with it and at which character. */
export class StrictJsonError extends Error {
  override readonly name = 'StrictJsonError'
}

/** Deeper than any document that we know; shallow enough to recurse. */
const DEEPEST = 64
/**
 * Keys and values. Of 4 MiB, `[],[],…` makes 1.4 million arrays, thirty times the memory of its text; a manifest of
 * 10,000 descriptors with their usual fields has 70,000.
 */
const MOST_PARTS = 200_000
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Parses JSON that two parsers cannot read in two ways (RFC 8259 as RFC 7493, I-JSON, narrows it): UTF-8 without a byte
 * order mark, no key twice in an object, no number that a double cannot hold, no unpaired surrogate, at most 64 levels,
 * at most 200,000 keys and values. Takes time in proportion to the input, and memory of a few times its size.
 *
 * @throws {StrictJsonError}
 */
export function parseStrictJson(bytes: Uint8Array): JsonValue {
  return new Parser(decodeText(bytes)).parse()
}

function decodeText(bytes: Uint8Array): string {
  if (bytes.length === 0) throw new StrictJsonError('expected JSON, got nothing')
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    throw new StrictJsonError('expected JSON without a byte order mark')
  }
  try {
    return UTF8.decode(bytes)
  } catch (cause) {
    throw new StrictJsonError('expected UTF-8', { cause })
  }
}

const TAB = 0x09
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20

class Parser {
  private readonly text: string
  private at = 0
  private parts = 0

  constructor(text: string) {
    this.text = text
  }

  parse(): JsonValue {
    const value = this.parseValue(1)
    this.peek()
    if (this.at < this.text.length) throw this.unexpected('the end')
    return value
  }

  /** The next character that is not white space, NaN at the end; `at` then stands on it. */
  private peek(): number {
    for (;;) {
      const code = this.text.charCodeAt(this.at)
      if (code !== SPACE && code !== LINE_FEED && code !== CARRIAGE_RETURN && code !== TAB) return code
      this.at++
    }
  }

  private parseValue(depth: number): JsonValue {
    this.count()
    switch (this.peek()) {
      case OPEN_BRACE:
        return this.parseObject(depth)
      case OPEN_BRACKET:
        return this.parseArray(depth)
      case QUOTE:
        return this.parseString()
      case 0x74:
        return this.parseWord('true', true)
      case 0x66:
        return this.parseWord('false', false)
      case 0x6e:
        return this.parseWord('null', null)
      default:
        return this.parseNumber()
    }
  }

  private parseObject(depth: number): JsonObject {
    this.enter(depth)
    const object: Record<string, JsonValue> = Object.create(null)
    if (this.skip(CLOSE_BRACE)) return object
    do {
      if (this.peek() !== QUOTE) throw this.unexpected('a key')
      const keyAt = this.at
      this.count()
      const key = this.parseString()
      if (Object.hasOwn(object, key)) throw errorAt(keyAt, `the key ${shorten(key)} is there twice`)
      if (!this.skip(COLON)) throw this.unexpected('":"')
      object[key] = this.parseValue(depth + 1)
    } while (this.skip(COMMA))
    if (!this.skip(CLOSE_BRACE)) throw this.unexpected('"," or "}"')
    return object
  }

  private parseArray(depth: number): readonly JsonValue[] {
    this.enter(depth)
    const array: JsonValue[] = []
    if (this.skip(CLOSE_BRACKET)) return array
    do array.push(this.parseValue(depth + 1))
    while (this.skip(COMMA))
    if (!this.skip(CLOSE_BRACKET)) throw this.unexpected('"," or "]"')
    return array
  }

  private enter(depth: number): void {
    if (depth > DEEPEST) throw errorAt(this.at, `nested more than ${DEEPEST} levels deep`)
    this.at++
  }

  private count(): void {
    if (++this.parts > MOST_PARTS) throw errorAt(this.at, `more than ${MOST_PARTS} keys and values`)
  }

  private skip(code: number): boolean {
    if (this.peek() !== code) return false
    this.at++
    return true
  }

  private parseString(): string {
    const start = this.at
    let escaped = false
    for (;;) {
      const code = this.text.charCodeAt(++this.at)
      if (code === QUOTE) break
      if (code === BACKSLASH) {
        escaped = true
        this.at++
      } else if (!(code >= SPACE)) {
        throw this.unexpected('the rest of a string')
      }
    }
    this.at++
    if (!escaped) return this.text.slice(start + 1, this.at - 1)
    return unescapeString(this.text.slice(start, this.at), start)
  }

  private parseNumber(): number {
    NUMBER.lastIndex = this.at
    const match = NUMBER.exec(this.text)
    if (match === null) throw this.unexpected('a value')
    const number = Number(match[0])
    if (!(Math.abs(number) <= Number.MAX_SAFE_INTEGER)) throw errorAt(this.at, 'a number is beyond 2^53-1')
    this.at = NUMBER.lastIndex
    return number
  }

  private parseWord<Value extends JsonValue>(word: string, value: Value): Value {
    if (!this.text.startsWith(word, this.at)) throw this.unexpected('a value')
    this.at += word.length
    return value
  }

  private unexpected(expected: string): StrictJsonError {
    const found = this.at < this.text.length ? JSON.stringify(this.text.charAt(this.at)) : 'the end'
    return errorAt(this.at, `expected ${expected}, got ${found}`)
  }
}

function unescapeString(literal: string, at: number): string {
  const text = unescapeOr(literal, at)
  if (!text.isWellFormed()) throw errorAt(at, 'a string has half of a surrogate pair in it')
  return text
}

function unescapeOr(literal: string, at: number): string {
  try {
    return JSON.parse(literal)
  } catch (cause) {
    throw new StrictJsonError(`a string has an unknown escape in it, in the string at character ${at}`, { cause })
  }
}

function errorAt(at: number, message: string): StrictJsonError {
  return new StrictJsonError(`${message}, at character ${at}`)
}

function shorten(key: string): string {
  return JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}…` : key)
}
