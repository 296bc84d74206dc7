import { CliProblem } from './cli-problem.ts'
import { type CliContext, type CommonOptions, openSession } from './context.ts'
import { type AwsCredentials, findCredentials } from './credentials.ts'
import { displayable } from './displayable.ts'
import { messageOf, otherRegion, sendEcrCall } from './ecr-call.ts'
import { textOf } from './members.ts'
import type { Answer } from './send.ts'

/** A "no" to a call of ECR's API, by the name of its error, such as `RegistryPolicyNotFoundException`. */
export class EcrRefusal extends CliProblem {
  readonly type: string

  constructor(type: string, message: string) {
    super(message)
    this.type = type
  }
}

/** Calls ECR's API of a server of ours, where the management API has no operation of its own. */
export class EcrClient {
  readonly #context: CliContext
  readonly #options: CommonOptions
  readonly #endpoint: string
  #region: string
  #credentials: AwsCredentials | undefined

  constructor(context: CliContext, options: CommonOptions) {
    this.#context = context
    this.#options = options
    this.#endpoint = openSession(context, options).endpoint
    this.#region = options.region ?? context.environment.region ?? 'us-east-1'
  }

  /** @throws {EcrRefusal} {CliProblem} */
  async call(operation: string, input: object): Promise<unknown> {
    const first = await this.#send(operation, input)
    // A server is of one region and says which; few people know it.
    const region = this.#options.region === undefined ? otherRegion(first) : undefined
    if (region !== undefined) this.#region = region
    const answer = region === undefined ? first : await this.#send(operation, input)
    if (answer.status === 200) return answer.json
    throw refusalOf(answer, this.#endpoint)
  }

  async #send(operation: string, input: object): Promise<Answer> {
    const { environment } = this.#context
    const where = { endpoint: this.#endpoint, profile: this.#options.profile }
    this.#credentials ??= await findCredentials(environment, where)
    const { certificates } = environment
    const who = { credentials: this.#credentials, region: this.#region }
    return await sendEcrCall({ endpoint: this.#endpoint, certificates, ...who, operation, input })
  }
}

function refusalOf({ status, json }: Answer, endpoint: string): CliProblem {
  const type = textOf(json, '__type')?.split('#').at(-1)
  if (type === undefined) return new CliProblem(`${endpoint} does not answer as a registry does (status ${status}).`)
  return new EcrRefusal(type, displayable(messageOf(json) ?? type))
}
