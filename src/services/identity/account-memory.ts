/** Of one account; beyond it everything is read anew. */
const MOST_ENTRIES = 20_000

/** What has been read of one account's identities, until one of them changes and the whole of it is dropped. */
export class AccountMemory {
  readonly #entries = new Map<string, Promise<unknown>>()
  /** What has been read, for those who cannot afford to wait for a promise that is kept already. */
  readonly #values = new Map<string, unknown>()

  /**
   * The value under this name, read when it is not there. Two who ask at the same time wait for one read; what is
   * absent and what failed is not kept.
   *
   * @param name must stand for one type of value
   */
  async remember<Value>(name: string, read: () => Promise<Value>): Promise<Value> {
    const known = this.#entries.get(name)
    // Every name is read by one kind of read.
    if (known !== undefined) return await (known as Promise<Value>)
    if (this.#entries.size >= MOST_ENTRIES) this.#clear()
    const reading = read()
    this.#entries.set(name, reading)
    try {
      const value = await reading
      if (value === undefined) this.#drop(name, reading)
      else if (this.#entries.get(name) === reading) this.#values.set(name, value)
      return value
    } catch (error) {
      this.#drop(name, reading)
      throw error
    }
  }

  /** The value under this name when it has been read; undefined also while it is being read. */
  peek<Value>(name: string): Value | undefined {
    // As `remember` has it.
    return this.#values.get(name) as Value | undefined
  }

  #clear(): void {
    this.#entries.clear()
    this.#values.clear()
  }

  #drop(name: string, reading: Promise<unknown>): void {
    if (this.#entries.get(name) === reading) this.#entries.delete(name)
  }
}
