import { write } from 'node:fs'
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

/** What is on its way to the file. */
interface Batch {
  readonly lines: number
  rest: Uint8Array
}

/**
 * One JSON object a line: time, level, msg, then the fields. Lines are gathered for up to 100 ms, so that a line costs
 * a request no system call; `flush` waits for what is left, and belongs at the end of the process.
 *
 * Writing is the thread pool's work, one batch at a time: the descriptor blocks when its reader stands still, and it
 * cannot be made not to, because the parent shares it. One thread waits then, and no request does.
 */
export class JsonLog implements Log {
  readonly #rank: number
  readonly #fileDescriptor: number
  #held = ''
  #heldLines = 0
  #batch: Batch | undefined
  #isWriting = false
  #droppedLines = 0
  #reportedLines = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #emptied: Array<() => void> = []

  constructor(options: JsonLogOptions) {
    this.#rank = RANK[options.level]
    this.#fileDescriptor = options.fileDescriptor
  }

  /** Lines that nobody will read, since the start. */
  get droppedLines(): number {
    return this.#droppedLines
  }

  writes(level: LogLevel): boolean {
    return RANK[level] >= this.#rank
  }

  write(level: LogLevel, message: string, fields?: LogFields): void {
    if (!this.writes(level)) return
    if (this.#held.length > MOST_HELD_CHARACTERS) {
      this.#droppedLines += 1
      return
    }
    this.#hold(formatLine(level, message, fields))
    if (this.#batch !== undefined) return
    if (this.#held.length >= FLUSH_AT_CHARACTERS) this.#writeOut()
    else this.#timer ??= setTimeout(() => this.#writeOut(), FLUSH_AFTER_MS)
  }

  /**
   * Writes what is held.
   *
   * @returns whether all of it was out before `limitMs` had passed
   */
  async flush(limitMs: number): Promise<boolean> {
    this.#writeOut()
    if (this.#batch === undefined) return true
    const emptied = Promise.withResolvers<boolean>()
    this.#emptied.push(() => emptied.resolve(true))
    const limit = setTimeout(() => emptied.resolve(false), limitMs)
    const inTime = await emptied.promise
    clearTimeout(limit)
    return inTime
  }

  #hold(line: string): void {
    this.#held += `${line}\n`
    this.#heldLines += 1
  }

  #writeOut(): void {
    if (this.#isWriting) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#batch ??= this.#gather()
    if (this.#batch === undefined) return
    const batch = this.#batch
    this.#isWriting = true
    write(this.#fileDescriptor, batch.rest, (error, writtenBytes) => this.#wrote(batch, error, writtenBytes))
  }

  #gather(): Batch | undefined {
    const lines = this.#droppedLines - this.#reportedLines
    if (lines > 0) this.#hold(formatLine('warn', 'log lines were dropped', { lines }))
    this.#reportedLines = this.#droppedLines
    if (this.#held === '') return undefined
    const batch = { lines: this.#heldLines, rest: new TextEncoder().encode(this.#held) }
    this.#held = ''
    this.#heldLines = 0
    return batch
  }

  #wrote(batch: Batch, error: NodeJS.ErrnoException | null, writtenBytes: number): void {
    this.#isWriting = false
    // A parent may have made the descriptor one that does not block.
    if (error?.code === 'EAGAIN') {
      this.#timer = setTimeout(() => this.#writeOut(), FLUSH_AFTER_MS)
      return
    }
    if (error === null) batch.rest = batch.rest.subarray(writtenBytes)
    // A closed pipe or a full disk: waiting would help nobody.
    else this.#droppedLines += batch.lines
    const isDone = error !== null || batch.rest.byteLength === 0
    if (isDone) this.#batch = undefined
    if (!isDone || this.#held !== '') this.#writeOut()
    else this.#settle()
  }

  #settle(): void {
    for (const resolve of this.#emptied) resolve()
    this.#emptied = []
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
