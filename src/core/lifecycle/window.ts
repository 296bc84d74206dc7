/**
 * The first `count` of what is offered, by an order without ties: a heap with the last of them on top, so that any number
 * of offers takes its product with the logarithm of `count`, in whatever order they come.
 */
export class Window {
  readonly #count: number
  readonly #comesBefore: (a: number, b: number) => boolean
  readonly #heap: Int32Array
  #size = 0

  /** @param most how many can be offered */
  constructor(count: number, most: number, comesBefore: (a: number, b: number) => boolean) {
    this.#count = count
    this.#comesBefore = comesBefore
    this.#heap = new Int32Array(Math.min(count, most))
  }

  offer(item: number): void {
    if (this.#size < this.#heap.length) {
      this.#raise(item, this.#size++)
    } else if (this.#size > 0 && this.#comesBefore(item, this.#at(0))) {
      this.#lower(item)
    }
  }

  /** Asked when all have been offered. */
  isBeyond(item: number): boolean {
    if (this.#size < this.#count) return false
    return this.#count === 0 || this.#comesBefore(this.#at(0), item)
  }

  #at(place: number): number {
    return this.#heap[place] ?? 0
  }

  #raise(item: number, from: number): void {
    let place = from
    while (place > 0) {
      const above = (place - 1) >> 1
      if (!this.#comesBefore(this.#at(above), item)) break
      this.#heap[place] = this.#at(above)
      place = above
    }
    this.#heap[place] = item
  }

  /** Puts it where the top was, and sinks it. */
  #lower(item: number): void {
    let place = 0
    for (let below = 1; below < this.#size; below = 2 * place + 1) {
      const right = below + 1
      const last = right < this.#size && this.#comesBefore(this.#at(below), this.#at(right)) ? right : below
      if (!this.#comesBefore(item, this.#at(last))) break
      this.#heap[place] = this.#at(last)
      place = last
    }
    this.#heap[place] = item
  }
}
