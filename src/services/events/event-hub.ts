import { Refusal } from '../../core/refusal.ts'

const STREAMS_OF_ONE = 10
/** Whoever may assume a role is as many principals as they like. */
const STREAMS_OF_ACCOUNT = 100
const STREAMS = 200

/** Who is not to have all streams. */
export interface StreamOwner {
  /** ARN. */
  readonly principal: string
  readonly accountId: string
}

/** A place among the streams; given back when it is disposed of. */
export interface StreamPlace extends Disposable {
  /** True once the server is about to stop. */
  readonly isClosing: boolean
  /** Goes up whenever there are events. */
  readonly version: number
  /** Resolves when the version is not `version` any more, or after `limitMs`. */
  wait(version: number, limitMs: number): Promise<void>
}

/** What the parts of this process that handle events tell each other. What is missed costs a moment: all of them look by themselves too. */
export class EventHub {
  readonly #dueListeners: (() => void)[] = []
  readonly #waiting = new Set<() => void>()
  /** By ARN, and by account. */
  readonly #streams = new Map<string, number>()
  #count = 0
  #version = 0
  #isClosing = false

  /** Streams that are open. */
  get streams(): number {
    return this.#count
  }

  /** @param listener is told when something may be due to be delivered */
  onDue(listener: () => void): void {
    this.#dueListeners.push(listener)
  }

  tellDue(): void {
    for (const listener of this.#dueListeners) listener()
  }

  /** There are events that have just got their places. */
  tellSequenced(): void {
    this.#version++
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }

  /**
   * A place for one more stream.
   *
   * @throws {Refusal} `too-many-requests`
   */
  enter({ principal, accountId }: StreamOwner): StreamPlace {
    if (this.#owned(principal) >= STREAMS_OF_ONE)
      throw tooMany(`You have ${STREAMS_OF_ONE} event streams open, the most there may be.`)
    if (this.#owned(accountId) >= STREAMS_OF_ACCOUNT) {
      throw tooMany(`The account has ${STREAMS_OF_ACCOUNT} event streams open, the most there may be.`)
    }
    if (this.#count >= STREAMS || this.#isClosing) throw tooMany('There are too many event streams open at the moment.')
    for (const owner of [principal, accountId]) this.#streams.set(owner, this.#owned(owner) + 1)
    this.#count++
    const [isClosing, version] = [() => this.#isClosing, () => this.#version]
    return {
      get isClosing() {
        return isClosing()
      },
      get version() {
        return version()
      },
      wait: (known, limitMs) => this.#wait(known, limitMs),
      [Symbol.dispose]: () => {
        for (const owner of [principal, accountId]) this.#leave(owner)
        this.#count--
      },
    }
  }

  /** Ends every stream, as a stop would otherwise wait for them. */
  closeStreams(): void {
    this.#isClosing = true
    this.tellSequenced()
  }

  #owned(owner: string): number {
    return this.#streams.get(owner) ?? 0
  }

  #leave(owner: string): void {
    const owned = this.#owned(owner) - 1
    if (owned > 0) this.#streams.set(owner, owned)
    else this.#streams.delete(owner)
  }

  async #wait(version: number, limitMs: number): Promise<void> {
    if (this.#isClosing || version !== this.#version) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, limitMs)
    this.#waiting.add(resolve)
    await promise
    clearTimeout(timer)
    this.#waiting.delete(resolve)
  }
}

function tooMany(sentence: string): Refusal {
  return new Refusal('too-many-requests', `${sentence} Try again later.`, { retryAfterSeconds: 10 })
}
