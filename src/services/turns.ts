/** Lets so many work at once, in the order in which they came: for what takes more memory than all callers may take together. */
export class Turns {
  readonly #mostAtOnce: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(mostAtOnce: number) {
    this.#mostAtOnce = mostAtOnce
  }

  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#mostAtOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#running++
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      // Who comes next takes over this one's place.
      if (next === undefined) this.#running--
      else next()
    }
  }
}
