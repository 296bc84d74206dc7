import { SignatureV4 } from '@smithy/signature-v4'
import type { AwsCredentials } from './credentials.ts'
import { textOf } from './members.ts'
import { type Answer, send } from './send.ts'
import { Sha256 } from './sha256.ts'

const TARGET_PREFIX = 'AmazonEC2ContainerRegistry_V20150921.'
const OTHER_REGION = /should be scoped to a valid region: '([a-z0-9-]{1,64})'/

export interface EcrCall {
  readonly endpoint: string
  readonly credentials: AwsCredentials
  readonly region: string
  readonly certificates: string | undefined
  readonly operation: string
  readonly input: object
}

/** One call of ECR's API (AWS JSON 1.1), signed, so that the secret stays here. @throws {CliProblem} when nobody answers */
export async function sendEcrCall(call: EcrCall): Promise<Answer> {
  const { endpoint, credentials, region, certificates, operation, input } = call
  const { host, protocol } = new URL(endpoint)
  const signer = new SignatureV4({ service: 'ecr', region, credentials, sha256: Sha256 })
  const body = JSON.stringify(input)
  const target = `${TARGET_PREFIX}${operation}`
  const headers = { host, 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target }
  const request = { method: 'POST', protocol, hostname: host, path: '/', query: {}, headers, body }
  const { headers: signed } = await signer.sign(request)
  return await send(`${endpoint}/`, { method: 'POST', headers: signed, body }, certificates)
}

/** The region that a server says it is in, when it was asked as if it were in another. */
export function otherRegion({ json }: Answer): string | undefined {
  return OTHER_REGION.exec(messageOf(json) ?? '')?.[1]
}

export function messageOf(json: unknown): string | undefined {
  return textOf(json, 'message') ?? textOf(json, 'Message')
}
