import { SignatureV4 } from '@smithy/signature-v4'
import { Sha256 } from '../../src/cli/sha256.ts'
import { type Answer, textOf, Unanswered } from './registry-client.ts'
import { RIG_KEY } from './server-process.ts'

/** Calls an operation of ECR's as the root user. @throws {Error} unless it answers 200 */
export async function callEcr(url: string, operation: string, input: unknown): Promise<void> {
  const answer = await askEcr(url, operation, input)
  if (answer.status !== 200) throw new Error(`${operation}: ${answer.status} ${textOf(answer)}`)
}

/** Calls an operation of ECR's as the root user, once. @throws {Unanswered} */
export async function askEcr(url: string, operation: string, input: unknown): Promise<Answer> {
  const { host, hostname, port } = new URL(url)
  const body = JSON.stringify(input)
  const signer = new SignatureV4({
    service: 'ecr',
    region: 'us-east-1',
    credentials: { accessKeyId: RIG_KEY.id, secretAccessKey: RIG_KEY.secret },
    sha256: Sha256,
  })
  const signed = await signer.sign({
    method: 'POST',
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: '/',
    headers: {
      host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}`,
    },
    body,
  })
  try {
    const response = await fetch(`${url}/`, { method: 'POST', headers: signed.headers, body })
    return { status: response.status, headers: response.headers, bytes: await response.bytes() }
  } catch (error) {
    throw new Unanswered(operation, { cause: error })
  }
}
