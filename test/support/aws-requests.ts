import { SignatureV4 } from '@smithy/signature-v4'
import { handleAwsRequest } from '../../src/api/handle-aws-request.ts'
import { Sha256 } from '../../src/cli/sha256.ts'
import { requestContext } from './request-context.ts'
import { TEST_KEY_ID, TEST_SECRET, type TestRegistry } from './test-registry.ts'

export const AWS_HOST = 'registry.test:5000'

export interface AwsSignOptions {
  readonly accessKeyId?: string
  readonly secret?: string
  readonly sessionToken?: string
  readonly service?: string
  readonly region?: string
  /** Sends the request without any signature. */
  readonly unsigned?: boolean
  /** Is shown the headers as they were signed. */
  readonly onSigned?: (headers: Record<string, string>) => void
  readonly externalUrl?: string
  readonly secure?: boolean
}

export interface AwsAnswer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of sixty shapes, and a wrong look fails the test
  readonly json: any
}

/** Calls an operation of ECR as the root key, signed by Amazon's own signer. */
export async function callEcr(
  registry: TestRegistry,
  operation: string,
  input: unknown = {},
  options: AwsSignOptions = {},
): Promise<AwsAnswer> {
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}`,
  }
  const body = typeof input === 'string' ? input : JSON.stringify(input)
  const response = await sendAws(registry, { headers, body }, options)
  return { status: response.status, headers: response.headers, json: await response.json() }
}

/** Sends a `POST /` through the dispatcher, as the server would. */
export async function sendAws(
  registry: TestRegistry,
  message: { headers: Record<string, string>; body: string },
  options: AwsSignOptions = {},
): Promise<Response> {
  const { headers } = options.unsigned === true ? plain(message) : await sign(registry, message, options)
  options.onSigned?.(headers)
  const scheme = options.secure === true ? 'https' : 'http'
  const request = new Request(`${scheme}://${AWS_HOST}/`, { method: 'POST', headers, body: message.body })
  return await handleAws(registry, request, options)
}

export async function handleAws(
  registry: TestRegistry,
  request: Request,
  options: AwsSignOptions = {},
): Promise<Response> {
  const context = requestContext({
    requestId: 'request-1',
    host: AWS_HOST,
    secure: options.secure ?? false,
  })
  return await handleAwsRequest(registry.services, request, context, {
    version: '9.9.9',
    externalUrl: options.externalUrl,
  })
}

function plain(message: { headers: Record<string, string> }): { headers: Record<string, string> } {
  return { headers: { ...message.headers, host: AWS_HOST } }
}

async function sign(
  registry: TestRegistry,
  message: { headers: Record<string, string>; body: string },
  options: AwsSignOptions,
): Promise<{ headers: Record<string, string> }> {
  const { body } = message
  const target = { method: 'POST', protocol: 'http:', hostname: AWS_HOST, path: '/', query: {} }
  const signer = awsSigner(options)
  return await signer.sign(
    { ...target, headers: plain(message).headers, body },
    { signingDate: new Date(registry.clock.nowMs()) },
  )
}

export function awsSigner(options: AwsSignOptions): SignatureV4 {
  return new SignatureV4({
    service: options.service ?? 'ecr',
    region: options.region ?? 'us-east-1',
    credentials: {
      accessKeyId: options.accessKeyId ?? TEST_KEY_ID,
      secretAccessKey: options.secret ?? TEST_SECRET,
      ...(options.sessionToken === undefined ? {} : { sessionToken: options.sessionToken }),
    },
    sha256: Sha256,
  })
}

export interface QueryAnswer {
  readonly status: number
  readonly xml: string
  /** Of the error, if it is one. */
  readonly code: string | undefined
  readonly message: string | undefined
}

/** Calls an operation of IAM, or of the service in `options`, as the root key, signed by Amazon's own signer. */
export async function callQuery(
  registry: TestRegistry,
  operation: string,
  input: Readonly<Record<string, string>> | string = {},
  options: AwsSignOptions = {},
): Promise<QueryAnswer> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
  const members = typeof input === 'string' ? input : new URLSearchParams(input).toString()
  const body = `Action=${operation}${members === '' ? '' : `&${members}`}`
  const response = await sendAws(registry, { headers, body }, { service: 'iam', ...options })
  const xml = await response.text()
  const [, code] = /<Code>(.*?)<\/Code>/.exec(xml) ?? []
  const [, message] = /<Message>(.*?)<\/Message>/s.exec(xml) ?? []
  return { status: response.status, xml, code, message }
}
