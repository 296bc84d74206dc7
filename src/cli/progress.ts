const LINE_EVERY_MS = 5000
const BAR_EVERY_MS = 100
const BAR_WIDTH = 24
const TO_LINE_START = '\r\u001b[K'

export interface ProgressOptions {
  readonly tell: (text: string) => void
  /** A bar that is written over; otherwise a plain line every few seconds. */
  readonly isTerminal: boolean
  readonly isQuiet: boolean
  /** Any clock in milliseconds. */
  readonly nowMs: () => number
}

export interface Step {
  /** Such as `applying`. */
  readonly what: string
  readonly done?: number
  /** Undefined while nobody knows. */
  readonly total?: number
}

/** How far long work is. Nothing is said of work that is done before anybody would wonder. */
export class Progress implements Disposable {
  readonly #options: ProgressOptions
  #saidAtMs: number
  #hasBar = false

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#saidAtMs = options.nowMs()
  }

  show(step: Step): void {
    const { tell, isTerminal, isQuiet, nowMs } = this.#options
    if (isQuiet || nowMs() - this.#saidAtMs < (isTerminal ? BAR_EVERY_MS : LINE_EVERY_MS)) return
    this.#saidAtMs = nowMs()
    tell(isTerminal ? `${TO_LINE_START}${barOf(step)}` : `${sentenceOf(step)}\n`)
    this.#hasBar ||= isTerminal
  }

  [Symbol.dispose](): void {
    this.clear()
  }

  /** Takes the bar away, so that what is said next begins a line. */
  clear(): void {
    if (this.#hasBar) this.#options.tell(TO_LINE_START)
    this.#hasBar = false
  }
}

function barOf(step: Step): string {
  const { done, total } = step
  if (done === undefined || total === undefined || total === 0) return sentenceOf(step)
  const share = Math.min(1, done / total)
  const full = Math.floor(share * BAR_WIDTH)
  return `[${'#'.repeat(full)}${'-'.repeat(BAR_WIDTH - full)}] ${Math.floor(share * 100)}% ${sentenceOf(step)}`
}

function sentenceOf({ what, done, total }: Step): string {
  if (done === undefined) return `${what} …`
  return total === undefined ? `${what}: ${done}` : `${what}: ${done} of ${total}`
}
