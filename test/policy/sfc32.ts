/** Chris Doty-Humphrey's Small Fast Counter, 32 bits: passes PractRand. An LCG hid whole classes of differences (iam.md 1.7). */
export class Sfc32 {
  #a = 0
  #b = 0
  #c: number
  #counter = 1

  constructor(seed: number) {
    this.#c = seed | 0
    for (let round = 0; round < 15; round++) this.next()
  }

  /** An unsigned integer of 32 bits. */
  next(): number {
    const result = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0
    return result >>> 0
  }

  /** From 0 to below `end`. The bias is below `end / 2^32`. */
  below(end: number): number {
    return Math.floor((this.next() / 2 ** 32) * end)
  }

  chance(probability: number): boolean {
    return this.next() / 2 ** 32 < probability
  }

  pick<Value>(values: readonly Value[]): Value {
    if (values.length === 0) throw new RangeError('nothing to pick from')
    // The index is within the list, of which undefined may be a value.
    return values[this.below(values.length)] as Value
  }

  /** `least` to `most` of them, each at most once. */
  some<Value>(values: readonly Value[], { least, most }: { least: number; most: number }): Value[] {
    const rest = [...values]
    const picked: Value[] = []
    const count = least + this.below(most - least + 1)
    while (picked.length < count && rest.length > 0) picked.push(...rest.splice(this.below(rest.length), 1))
    return picked
  }
}
