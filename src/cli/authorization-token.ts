import { CliProblem } from './cli-problem.ts'
import { displayable } from './displayable.ts'
import { type EcrCall, messageOf, otherRegion, sendEcrCall } from './ecr-call.ts'
import { listOf, memberOf, textOf } from './members.ts'
import type { Answer } from './send.ts'

const ACTION = 'ecr:GetAuthorizationToken'
const ADVICE = `Every lading command that speaks to a server needs ${ACTION}: an identity policy has to allow it, with "Resource": "*".`
const USUAL_REGION = 'us-east-1'

export interface AuthorizationToken {
  readonly password: string
  /** Unix time in milliseconds. */
  readonly expiresAtMs: number
}

export type TokenRequest = Omit<EcrCall, 'operation' | 'input' | 'region'> & {
  /** Undefined: whatever the server says. */
  readonly region: string | undefined
}

/**
 * A password for user `AWS`, by ECR's GetAuthorizationToken: the call is signed, so the secret stays here.
 *
 * @param guess the region to try first when nobody has asked for one
 * @throws {CliProblem}
 */
export async function requestToken(request: TokenRequest, guess = USUAL_REGION): Promise<AuthorizationToken> {
  const ask = async (region: string) =>
    await sendEcrCall({ ...request, region, operation: 'GetAuthorizationToken', input: {} })
  const answer = await ask(request.region ?? guess)
  const region = otherRegion(answer)
  // A server is of one region and says which; few people know it.
  const settled = request.region === undefined && region !== undefined ? await ask(region) : answer
  return readAnswer(settled, request.endpoint)
}

function readAnswer({ status, json }: Answer, endpoint: string): AuthorizationToken {
  const [data] = listOf(json, 'authorizationData')
  const encoded = textOf(data, 'authorizationToken')
  const expiresAt = memberOf(data, 'expiresAt')
  if (status === 200 && encoded !== undefined && typeof expiresAt === 'number') {
    const decoded = Buffer.from(encoded, 'base64').toString()
    const password = decoded.slice(decoded.indexOf(':') + 1)
    // It goes into a header, and into JSON for docker.
    if (decoded.startsWith('AWS:') && /^[!-~]+$/.test(password)) return { password, expiresAtMs: expiresAt * 1000 }
  }
  const message = textOf(json, '__type') === undefined ? undefined : messageOf(json)
  if (message === undefined)
    throw new CliProblem(`${endpoint} does not answer as a registry of Lading does (status ${status}).`)
  const sentence = displayable(message.endsWith('.') ? message : `${message}.`)
  throw new CliProblem(`${endpoint} gives no token: ${sentence}${isDenial(json) ? ` ${ADVICE}` : ''}`)
}

/** Whether a policy is what it lacks, and not a good key. */
function isDenial(json: unknown): boolean {
  const isDenied = textOf(json, '__type')?.endsWith('AccessDeniedException') === true
  return isDenied && messageOf(json)?.includes(ACTION) === true
}
