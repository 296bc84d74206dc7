import { setTimeout as sleep } from 'node:timers/promises'
import { CliProblem } from '../cli-problem.ts'
import type { AwsCredentials } from '../credentials.ts'
import { displayable } from '../displayable.ts'
import { messageOf, otherRegion, sendEcrCall } from '../ecr-call.ts'
import { textOf } from '../members.ts'
import type { Answer } from '../send.ts'

/** All that is ever asked of a registry that is not ours. None of them changes what it holds. */
export const ECR_READS = ['DescribeRepositories', 'DescribeImages', 'GetLifecyclePolicy', 'BatchGetImage'] as const
export type EcrRead = (typeof ECR_READS)[number]

const MOST_TRIES = 8
/** How often it may not answer at all. */
const MOST_MISSES = 4
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 10_000
/** ecr.md 1.0, and what other services of Amazon's say. */
const THROTTLED = /(?:Throttling|ThrottlingException|TooManyRequestsException|RequestLimitExceeded)$/
const EXPIRED = /(?:ExpiredTokenException|ExpiredToken)$/

/** A "no" of the registry's, by the name of its error. */
export class EcrProblem extends CliProblem {
  /** Such as `RepositoryNotFoundException`. */
  readonly type: string

  constructor(type: string, message: string) {
    super(message)
    this.type = type
  }
}

export interface EcrReaderOptions {
  readonly endpoint: string
  /** Undefined: whatever the server says; Amazon's do not. */
  readonly region: string | undefined
  /** Asked again when they have expired. */
  readonly findCredentials: () => Promise<AwsCredentials>
  readonly certificates: string | undefined
  /** An account, when it is not the caller's. */
  readonly registryId: string | undefined
  /** Waits less where only a test waits. */
  readonly firstWaitMs?: number
}

/** Asks an Amazon ECR, or what speaks its API, about what it holds. */
export class EcrReader {
  readonly #options: EcrReaderOptions
  #credentials: AwsCredentials | undefined
  #region: string
  #hasAnswered = false

  constructor(options: EcrReaderOptions) {
    this.#options = options
    this.#region = options.region ?? 'us-east-1'
  }

  /**
   * Waits longer and longer where the registry asks for it, half a minute in all.
   *
   * @throws {EcrProblem} when it refuses; {CliProblem} when it does not answer
   */
  async ask(read: EcrRead, input: object): Promise<unknown> {
    for (let tries = 1; ; tries++) {
      const answer = await this.#sendOrMiss(read, input, tries)
      if (answer.status === 200 && answer.json !== undefined) return answer.json
      if (tries >= MOST_TRIES || !this.#isWorthAnother(answer, tries)) throw problemOf(answer, this.#options.endpoint)
      if (isBusy(answer)) await sleep(this.#waitMs(tries))
    }
  }

  /** One that has answered before is only away for a moment; one that never did is at another place. */
  async #sendOrMiss(read: EcrRead, input: object, tries: number): Promise<Answer> {
    try {
      const answer = await this.#send(read, input)
      this.#hasAnswered = true
      return answer
    } catch (error) {
      if (!(error instanceof CliProblem) || !this.#hasAnswered || tries >= MOST_MISSES) throw error
      return { status: 503, json: undefined }
    }
  }

  async #send(operation: EcrRead, input: object): Promise<Answer> {
    const { endpoint, certificates, registryId, findCredentials } = this.#options
    this.#credentials ??= await findCredentials()
    const asked = registryId === undefined ? input : { ...input, registryId }
    const call = { endpoint, certificates, credentials: this.#credentials, region: this.#region }
    return await sendEcrCall({ ...call, operation, input: asked })
  }

  /** Learns from the answer what the next one needs. */
  #isWorthAnother(answer: Answer, tries: number): boolean {
    if (isBusy(answer)) return true
    const region = this.#options.region === undefined ? otherRegion(answer) : undefined
    if (region !== undefined && region !== this.#region) {
      this.#region = region
      return true
    }
    if (!EXPIRED.test(textOf(answer.json, '__type') ?? '') || tries > 2) return false
    this.#credentials = undefined
    return true
  }

  /** Twice as long each time, up to a half shorter by chance, so that two of us do not come back together. */
  #waitMs(tries: number): number {
    const longest = Math.min((this.#options.firstWaitMs ?? FIRST_WAIT_MS) * 2 ** (tries - 1), LONGEST_WAIT_MS)
    return longest * (0.5 + Math.random() / 2)
  }
}

function isBusy({ status, json }: Answer): boolean {
  return status === 429 || status >= 500 || THROTTLED.test(textOf(json, '__type') ?? '')
}

function problemOf({ status, json }: Answer, endpoint: string): CliProblem {
  const type = textOf(json, '__type')?.split('#').at(-1)
  if (type === undefined) return new CliProblem(`${endpoint} does not answer as Amazon ECR does (status ${status}).`)
  const sentence = displayable(messageOf(json) ?? type)
  return new EcrProblem(type, `${endpoint} refuses: ${sentence.endsWith('.') ? sentence : `${sentence}.`}`)
}
