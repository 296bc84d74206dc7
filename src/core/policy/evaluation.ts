import { type IpAddress, parseIpAddress } from '../ip-address.ts'
import { type ArnText, arnTextOf } from './arn-text.ts'
import { parseInstant } from './parse-instant.ts'

/** What is known of a request: IAM's context keys (iam.md 1.3). */
export interface ConditionContext {
  /**
   * A list is a key with several values, however many it has; an empty one counts as no key. Asked for a key as often as
   * policies name it, so finding one has to be cheap.
   *
   * @param key lower case
   * @returns text: booleans are `true` and `false`, dates ISO 8601, numbers decimal
   */
  get(key: string): string | readonly string[] | undefined
}

/** A decision has cost more steps than it may; it is denied. */
export class TooManySteps extends Error {
  override readonly name = 'TooManySteps'
}

/** One decision on its way: what it is about, what was worked out already, and how much work it was. */
export class Evaluation {
  readonly resource: string
  /** Undefined if the resource is not an ARN. */
  readonly resourceArn: ArnText | undefined
  steps = 0
  readonly #context: ConditionContext
  readonly #mostSteps: number
  #arn: ArnText | undefined
  #arnSource: string | undefined
  #ip: IpAddress | undefined
  #ipSource: string | undefined
  #instant: number | undefined
  #instantSource: string | undefined

  constructor(question: { readonly resource: string; readonly context: ConditionContext }, mostSteps: number) {
    this.resource = question.resource
    this.resourceArn = arnTextOf(question.resource)
    this.#context = question.context
    this.#mostSteps = mostSteps
  }

  /** @throws {TooManySteps} */
  charge(steps: number): void {
    this.steps += steps
    if (this.steps > this.#mostSteps) throw new TooManySteps('a decision cost too many steps')
  }

  get(key: string): string | readonly string[] | undefined {
    const value = this.#context.get(key)
    return typeof value === 'object' && value.length === 0 ? undefined : value
  }

  /** Remembers the last one: statements ask for the same key one after the other. */
  arnOf(text: string): ArnText | undefined {
    if (text !== this.#arnSource) {
      this.#arnSource = text
      this.#arn = arnTextOf(text)
    }
    return this.#arn
  }

  ipOf(text: string): IpAddress | undefined {
    if (text !== this.#ipSource) {
      this.#ipSource = text
      this.#ip = parseIpAddress(text)
    }
    return this.#ip
  }

  instantOf(text: string): number | undefined {
    if (text !== this.#instantSource) {
      this.#instantSource = text
      this.#instant = parseInstant(text)
    }
    return this.#instant
  }
}
