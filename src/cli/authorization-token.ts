import { SignatureV4 } from '@smithy/signature-v4'
import { CliProblem } from './cli-problem.ts'
import type { AwsCredentials } from './credentials.ts'
import { displayable } from './displayable.ts'
import { listOf, memberOf, textOf } from './members.ts'
import { type Answer, send } from './send.ts'
import { Sha256 } from './sha256.ts'

const TARGET = 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken'
const ACTION = 'ecr:GetAuthorizationToken'
const ADVICE = `Every lading command that speaks to a server needs ${ACTION}: an identity policy has to allow it, with "Resource": "*".`
const OTHER_REGION = /should be scoped to a valid region: '([a-z0-9-]{1,64})'/
const USUAL_REGION = 'us-east-1'

export interface AuthorizationToken {
  readonly password: string
  /** Unix time in milliseconds. */
  readonly expiresAtMs: number
}

export interface TokenRequest {
  readonly endpoint: string
  readonly credentials: AwsCredentials
  /** Undefined: whatever the server says. */
  readonly region: string | undefined
  readonly certificates: string | undefined
}

/**
 * A password for user `AWS`, by ECR's GetAuthorizationToken: the call is signed, so the secret stays here.
 *
 * @param guess the region to try first when nobody has asked for one
 * @throws {CliProblem}
 */
export async function requestToken(request: TokenRequest, guess = USUAL_REGION): Promise<AuthorizationToken> {
  const answer = await sendSigned(request, request.region ?? guess)
  const message = messageOf(answer.json)
  const region = OTHER_REGION.exec(message ?? '')?.[1]
  // A server is of one region and says which; few people know it.
  const settled = request.region === undefined && region !== undefined ? await sendSigned(request, region) : answer
  return readAnswer(settled, request.endpoint)
}

async function sendSigned({ endpoint, credentials, certificates }: TokenRequest, region: string): Promise<Answer> {
  const { host, protocol } = new URL(endpoint)
  const signer = new SignatureV4({ service: 'ecr', region, credentials, sha256: Sha256 })
  const body = '{}'
  const headers = { host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': TARGET }
  const target = { method: 'POST', protocol, hostname: host, path: '/', query: {}, headers, body }
  const { headers: signed } = await signer.sign(target)
  return await send(`${endpoint}/`, { method: 'POST', headers: signed, body }, certificates)
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

function messageOf(json: unknown): string | undefined {
  return textOf(json, 'message') ?? textOf(json, 'Message')
}
