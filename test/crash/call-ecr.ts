import { SignatureV4 } from '@smithy/signature-v4'
import { Sha256 } from '../support/sha256.ts'
import { RIG_KEY } from './server-process.ts'

/** Calls an operation of ECR's as the root user. @throws {Error} unless it answers 200 */
export async function callEcr(url: string, operation: string, input: unknown): Promise<void> {
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
  const response = await fetch(`${url}/`, { method: 'POST', headers: signed.headers, body })
  if (!response.ok) throw new Error(`${operation}: ${response.status} ${await response.text()}`)
}
