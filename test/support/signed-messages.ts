import { expect } from 'bun:test'
import { AWS_HOST, type AwsSignOptions, awsSigner, handleAws } from './aws-requests.ts'
import type { TestRegistry } from './test-registry.ts'

/** One call of each of AWS's surfaces that answers 200 when it is signed well, and writes nothing. */
export const SURFACES = {
  ecr: {
    body: '{}',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.DescribeRepositories',
    },
  },
  cloudtrail: {
    body: '{}',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents',
    },
  },
  sts: {
    body: 'Action=GetCallerIdentity&Version=2011-06-15',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
  },
  iam: {
    body: 'Action=ListUsers&Version=2010-05-08',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
  },
} as const
export type Surface = keyof typeof SURFACES
// Object.keys of a literal gives its keys.
export const SURFACE_NAMES = Object.keys(SURFACES) as Surface[]

/** What each surface says, by what is wrong. */
const CODES = {
  mismatch: { json: 'InvalidSignatureException', xml: 'SignatureDoesNotMatch' },
  incomplete: { json: 'IncompleteSignatureException', xml: 'IncompleteSignature' },
  missing: { json: 'MissingAuthenticationTokenException', xml: 'MissingAuthenticationToken' },
  unknown: { json: 'UnrecognizedClientException', xml: 'InvalidClientTokenId' },
  expired: { json: 'ExpiredTokenException', xml: 'ExpiredToken' },
  accepted: { json: 'accepted', xml: 'accepted' },
} as const
export type Outcome = keyof typeof CODES

/** A request as it is about to be sent. */
export interface Message {
  readonly headers: Record<string, string>
  readonly body: string
  readonly path: string
}

export interface Signing extends AwsSignOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: string
  /** From the registry's clock. */
  readonly skewMs?: number
  readonly unsignable?: readonly string[]
}

export async function signMessage(registry: TestRegistry, surface: Surface, options: Signing = {}): Promise<Message> {
  const { body, headers } = { ...SURFACES[surface], ...options }
  const { query = {}, skewMs = 0, unsignable = [] } = options
  const request = {
    method: 'POST',
    protocol: 'http:',
    hostname: AWS_HOST,
    path: '/',
    query: { ...query },
    headers: { host: AWS_HOST, ...SURFACES[surface].headers, ...headers },
    body,
  }
  const signed = await awsSigner({ service: surface, ...options }).sign(request, {
    signingDate: new Date(registry.clock.nowMs() + skewMs),
    unsignableHeaders: new Set(unsignable),
  })
  return { headers: { ...signed.headers }, body, path: `/${queryText(query)}` }
}

export function queryText(query: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

export async function answerOf(
  registry: TestRegistry,
  request: Request,
): Promise<{ code: string; text: string; status: number }> {
  const response = await handleAws(registry, request)
  const text = await response.text()
  const type = response.headers.get('content-type') ?? ''
  const code = type.includes('xml') ? /<Code>(.*?)<\/Code>/.exec(text)?.[1] : JSON.parse(text).__type
  return { code: code ?? 'accepted', text, status: response.status }
}

export async function sendMessage(
  registry: TestRegistry,
  message: Message,
): Promise<{ code: string; text: string; status: number }> {
  const { headers, body, path } = message
  return await answerOf(registry, new Request(`http://${AWS_HOST}${path}`, { method: 'POST', headers, body }))
}

/** AWS JSON, whose credentials are scoped to the one region that there is. */
export const isJson = (surface: Surface) => surface === 'ecr' || surface === 'cloudtrail'

export const codeFor = (surface: Surface, outcome: Outcome) => CODES[outcome][isJson(surface) ? 'json' : 'xml']

export interface SentMessage {
  readonly surface: Surface
  /** For whoever reads that it failed. */
  readonly what: string
  readonly message: Message
}

/** Sends it, and looks whether it is refused, or not, as it should be. */
export async function expectOutcome(registry: TestRegistry, sent: SentMessage, outcome: Outcome): Promise<void> {
  const { surface, what, message } = sent
  const { code, status } = await sendMessage(registry, message)
  expect([surface, what, code]).toEqual([surface, what, codeFor(surface, outcome)])
  if (outcome === 'accepted') expect(status).toBe(200)
  else expect(status).toBeOneOf([400, 403])
}

export const withHeader = (message: Message, name: string, value: string | undefined): Message => {
  const headers = { ...message.headers }
  delete headers[name]
  return { ...message, headers: value === undefined ? headers : { ...headers, [name]: value } }
}

export const authorization = ({ headers }: Message) => headers.authorization ?? ''

export const rewritten = (message: Message, change: (header: string) => string): Message => {
  const changed = change(authorization(message))
  if (changed === authorization(message)) throw new Error('the change has changed nothing')
  return withHeader(message, 'authorization', changed)
}

export const signedHeaders = (message: Message) => /SignedHeaders=([^,]+)/.exec(authorization(message))?.[1] ?? ''
