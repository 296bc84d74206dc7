import { writeSync } from 'node:fs'
import type { Log, LogFields, LogLevel } from '../../ports/log.ts'

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 }
const FLUSH_AFTER_MS = 100
const FLUSH_AT_CHARACTERS = 64 * 1024
/** When nobody reads the other end of the pipe, lines are dropped and counted rather than held without end. */
const MOST_HELD_CHARACTERS = 4 * 1024 * 1024

export interface JsonLogOptions {
  readonly level: LogLevel
  /** Where lines go: 2 is stderr. */
  readonly fileDescriptor: number
}

/**
 * One JSON object a line: time, level, msg, then the fields. Lines are gathered for up to 100 ms, so that a line costs
 * a request no system call; `flush` writes what is left, and belongs at the end of the process.
 */
export class JsonLog implements Log {
  readonly #rank: number
  readonly #fileDescriptor: number
  #held = ''
  #unwritten: Uint8Array | undefined
  #dropped = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(options: JsonLogOptions) {
    this.#rank = RANK[options.level]
    this.#fileDescriptor = options.fileDescriptor
  }

  writes(level: LogLevel): boolean {
    return RANK[level] >= this.#rank
  }

  write(level: LogLevel, message: string, fields?: LogFields): void {
    if (!this.writes(level)) return
    if (this.#held.length > MOST_HELD_CHARACTERS) {
      this.#dropped += 1
      return
    }
    this.#held += `${formatLine(level, message, fields)}\n`
    if (this.#held.length >= FLUSH_AT_CHARACTERS) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_AFTER_MS)
  }

  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#dropped > 0) {
      this.#held += `${formatLine('warn', 'log lines were dropped', { lines: this.#dropped })}\n`
      this.#dropped = 0
    }
    try {
      this.#writeOut()
    } catch (error) {
      this.#retryLater(error)
    }
  }

  #writeOut(): void {
    let rest = this.#unwritten ?? new TextEncoder().encode(this.#held)
    if (this.#unwritten === undefined) this.#held = ''
    this.#unwritten = rest
    while (rest.byteLength > 0) {
      rest = rest.subarray(writeSync(this.#fileDescriptor, rest))
      this.#unwritten = rest
    }
    this.#unwritten = undefined
    if (this.#held !== '') this.#writeOut()
  }

  /** A full pipe is tried again; one that nobody will ever read again takes what is held with it. */
  #retryLater(error: unknown): void {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') {
      this.#timer ??= setTimeout(() => this.flush(), FLUSH_AFTER_MS)
      return
    }
    this.#held = ''
    this.#unwritten = undefined
  }
}

function formatLine(level: LogLevel, message: string, fields: LogFields | undefined): string {
  const line = { time: new Date().toISOString(), level, msg: message, ...fields }
  try {
    return escapeControls(JSON.stringify(line, (_, value: unknown) => plain(value)))
  } catch {
    // A cycle, say: the message is worth more than nothing.
    return JSON.stringify({ time: line.time, level, msg: message, fields: 'could not be written as JSON' })
  }
}

/** JSON leaves DEL, the C1 controls and the line separators as they are; a terminal does not. */
function escapeControls(json: string): string {
  return json.replace(/[\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (value instanceof Error)
    return { name: value.name, message: value.message, stack: value.stack, cause: value.cause }
  return value
}
