import { describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import { Sha256 } from '../../cli/sha256.ts'
import { Refusal } from '../refusal.ts'
import { type ClaimExpectation, checkClaim } from './check-claim.ts'
import { parseSignatureClaim } from './signature-claim.ts'
import type { SignedRequest } from './signed-request.ts'
import { deriveSigningKey, SigningKeys } from './signing-keys.ts'
import { canonicalRequest, verifySignature } from './verify-signature.ts'

const KEY = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const NOW = Date.UTC(2026, 10, 23, 12, 0, 0)
const BODY = '{"repositoryName":"team/app"}'
const HEADERS = {
  host: 'registry.example:5000',
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.DescribeRepositories',
}
const ECR: ClaimExpectation = { services: ['ecr'], region: 'us-east-1', presigned: 'refused', nowMs: NOW }
const STS: ClaimExpectation = { services: ['sts'], region: undefined, presigned: 'allowed', nowMs: NOW }

function signer(options: { service?: string; region?: string; secret?: string } = {}): SignatureV4 {
  return new SignatureV4({
    service: options.service ?? 'ecr',
    region: options.region ?? 'us-east-1',
    credentials: { ...KEY, secretAccessKey: options.secret ?? KEY.secretAccessKey },
    sha256: Sha256,
  })
}

interface Signing {
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly nowMs?: number
  readonly unsigned?: readonly string[]
  readonly query?: Record<string, string>
  readonly service?: string
  readonly region?: string
  readonly secret?: string
}

async function sign(options: Signing = {}): Promise<SignedRequest> {
  const signed = await signer(options).sign(
    {
      method: 'POST',
      protocol: 'http:',
      hostname: 'registry.example',
      path: '/',
      query: options.query ?? {},
      headers: { ...HEADERS, ...options.headers },
      body: options.body ?? BODY,
    },
    { signingDate: new Date(options.nowMs ?? NOW), unsignableHeaders: new Set(options.unsigned ?? []) },
  )
  return { method: 'POST', path: '/', query: toQuery(options.query ?? {}), headers: toMap(signed.headers) }
}

function toQuery(query: Record<string, unknown>): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)
  return Object.entries(query)
    .map(([name, value]) => `${encode(name)}=${encode(String(value))}`)
    .join('&')
}

function toMap(headers: Record<string, string>): Map<string, string> {
  return new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function verify(
  request: SignedRequest,
  options: { expected?: ClaimExpectation; body?: string; secret?: string } = {},
): void {
  const claim = parseSignatureClaim(request)
  checkClaim(request, claim, options.expected ?? ECR)
  verifySignature({
    request,
    claim,
    bodySha256: createHash('sha256')
      .update(options.body ?? BODY)
      .digest('hex'),
    signingKey: deriveSigningKey(options.secret ?? KEY.secretAccessKey, claim),
  })
}

function withHeader(request: SignedRequest, name: string, value: string | undefined): SignedRequest {
  const headers = new Map(request.headers)
  if (value === undefined) headers.delete(name)
  else headers.set(name, value)
  return { ...request, headers }
}

function refusal(run: () => void): string {
  try {
    run()
  } catch (error) {
    return error instanceof Refusal ? error.reason : String(error)
  }
  return 'accepted'
}

describe('a signed header', () => {
  test('of the official signer is accepted, with and without the body hash header', async () => {
    verify(await sign())
    verify(withHeader(await sign({ unsigned: ['x-amz-content-sha256'] }), 'x-amz-content-sha256', undefined))
  })

  test("reproduces AWS's published example (docs: 'Signature Version 4 signing', key derivation vector)", () => {
    const scope = { day: '20150830', region: 'us-east-1', service: 'iam' }
    expect(deriveSigningKey('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', scope).toString('hex')).toBe(
      'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9',
    )
  })

  test('trap 1: everything that changes the meaning must be signed', async () => {
    for (const name of ['x-amz-target', 'content-type']) {
      const request = await sign({ unsigned: [name] })
      expect([name, refusal(() => verify(request))]).toEqual([name, 'signature-incomplete'])
    }
    const signed = await sign()
    for (const name of ['x-amz-security-token', 'x-amz-anything']) {
      const request = withHeader(signed, name, 'added on the way')
      expect([name, refusal(() => verify(request))]).toEqual([name, 'signature-incomplete'])
    }
    const host = withHeader(signed, 'authorization', signed.headers.get('authorization')?.replace(';host;', ';'))
    expect(refusal(() => verify(host))).toBe('signature-incomplete')
  })

  test('trap 1: a signed header cannot be changed', async () => {
    const signed = await sign()
    const target = 'AmazonEC2ContainerRegistry_V20150921.DeleteRepository'
    expect(refusal(() => verify(withHeader(signed, 'x-amz-target', target)))).toBe('signature-mismatch')
    expect(refusal(() => verify(withHeader(signed, 'content-type', 'text/plain')))).toBe('signature-mismatch')
  })

  test('trap 1: SignedHeaders must be lower-case, sorted and without duplicates', async () => {
    const signed = await sign()
    const header = signed.headers.get('authorization') ?? ''
    const names = /SignedHeaders=([^,]+)/.exec(header)?.[1] ?? ''
    const reversed = names.split(';').reverse().join(';')
    for (const wrong of [reversed, `${names};x-amz-target`, names.toUpperCase(), '', `${names};`]) {
      const request = withHeader(signed, 'authorization', header.replace(names, wrong))
      expect([wrong, refusal(() => verify(request))]).toEqual([wrong, 'signature-incomplete'])
    }
    const missing = withHeader(signed, 'content-type', undefined)
    expect(refusal(() => verify(missing))).toBe('signature-incomplete')
  })

  test('trap 2: spaces in header values are trimmed and folded as the signer does', async () => {
    verify(await sign({ headers: { 'x-amz-note': '  two   spaces  ' } }))
  })

  test('trap 2: the query is canonicalised as RFC 3986, and a plus sign is refused', async () => {
    const query = { b: "it's (really) * here!", a: 'x y/z~', A: 'é', 'a-b': '' }
    verify(await sign({ query }))
    const plus = { ...(await sign({ query })), query: 'a=x+y' }
    expect(refusal(() => verify(plus))).toBe('signature-incomplete')
    expect(refusal(() => verify({ ...plus, query: 'a=%E9' }))).toBe('signature-incomplete')
  })

  test('trap 2: the only path is the root', async () => {
    const signed = await sign()
    expect(refusal(() => verify({ ...signed, path: '//' }))).toBe('signature-incomplete')
  })

  test('trap 3: the body that arrived is hashed, whatever the header says', async () => {
    const signed = await sign()
    expect(refusal(() => verify(signed, { body: '{}' }))).toBe('signature-mismatch')
    const bare = await sign({ unsigned: ['x-amz-content-sha256'] })
    expect(refusal(() => verify(withHeader(bare, 'x-amz-content-sha256', undefined), { body: '{}' }))).toBe(
      'signature-mismatch',
    )
  })

  test('trap 3: unsigned and streaming payloads are refused, even correctly signed as such', async () => {
    const kinds = ['UNSIGNED-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD']
    for (const kind of kinds) {
      const request = await sign({ headers: { 'x-amz-content-sha256': kind } })
      expect([kind, refusal(() => verify(request))]).toEqual([kind, 'signature-incomplete'])
    }
  })

  test('trap 4: the host is the one the client named, port included', async () => {
    const signed = await sign()
    for (const host of ['registry.example', 'registry.example:443', 'other.example:5000']) {
      expect(refusal(() => verify(withHeader(signed, 'host', host)))).toBe('signature-mismatch')
    }
  })

  test('trap 5: the clock may be five minutes off, and no more', async () => {
    const minute = 60_000
    for (const off of [-5 * minute, 5 * minute]) verify(await sign({ nowMs: NOW + off }))
    for (const off of [-5 * minute - 1000, 5 * minute + 1000]) {
      const request = await sign({ nowMs: NOW + off })
      expect([off, refusal(() => verify(request))]).toEqual([off, 'signature-mismatch'])
    }
  })

  test("trap 5: the scope's day is the day of x-amz-date, which must be a date", async () => {
    const signed = await sign()
    const header = signed.headers.get('authorization') ?? ''
    const yesterday = withHeader(signed, 'authorization', header.replace('20261123', '20261122'))
    expect(refusal(() => verify(yesterday))).toBe('signature-incomplete')
    for (const wrong of ['20261131T120000Z', '20261123T250000Z', '2026-11-23T12:00:00Z', '']) {
      const request = withHeader(signed, 'x-amz-date', wrong)
      expect([wrong, refusal(() => verify(request))]).toEqual([wrong, 'signature-incomplete'])
    }
    expect(refusal(() => verify(withHeader(signed, 'x-amz-date', undefined)))).toBe('signature-incomplete')
  })

  test('trap 6: region and service of the scope must be those of the address; STS takes any region', async () => {
    for (const options of [{ region: 'eu-west-1' }, { service: 'sts' }]) {
      const request = await sign(options)
      expect(refusal(() => verify(request))).toBe('signature-incomplete')
    }
    verify(await sign({ service: 'sts', region: 'eu-north-1' }), { expected: STS })
  })

  test('trap 7: a wrong secret and any changed signature are one refusal', async () => {
    const request = await sign({ secret: 'another' })
    expect(refusal(() => verify(request))).toBe('signature-mismatch')
    const signed = await sign()
    const header = signed.headers.get('authorization') ?? ''
    const flipped = header.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
    expect(refusal(() => verify(withHeader(signed, 'authorization', flipped)))).toBe('signature-mismatch')
    for (const wrong of [
      header.slice(0, -1),
      `${header}0`,
      `${header}=`,
      header.replace(/Signature=.*/, 'Signature='),
    ]) {
      expect(refusal(() => verify(withHeader(signed, 'authorization', wrong)))).toBe('signature-incomplete')
    }
  })

  test('trap 9: a session token that was not signed with the request is refused', async () => {
    const request = await sign({ headers: { 'x-amz-security-token': 'one' } })
    verify(request)
    expect(refusal(() => verify(withHeader(request, 'x-amz-security-token', 'another')))).toBe('signature-mismatch')
  })

  test('no signature, another scheme or another algorithm', async () => {
    const signed = await sign()
    const header = signed.headers.get('authorization') ?? ''
    expect(refusal(() => verify(withHeader(signed, 'authorization', undefined)))).toBe('unauthenticated')
    const wrong = [
      '',
      'Basic QVdTOng=',
      header.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256'),
      `${header}, ${header}`,
    ]
    for (const value of wrong) {
      expect(refusal(() => verify(withHeader(signed, 'authorization', value)))).toBe('signature-incomplete')
    }
  })
})

describe('a presigned address', () => {
  const presign = async (options: { expiresIn?: number; headers?: Record<string, string> } = {}) => {
    const signed = await signer({ service: 'sts' }).presign(
      {
        method: 'GET',
        protocol: 'http:',
        hostname: 'registry.example',
        path: '/',
        query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
        headers: { host: HEADERS.host, ...options.headers },
      },
      { signingDate: new Date(NOW), expiresIn: options.expiresIn ?? 60, unhoistableHeaders: new Set(['x-k8s-aws-id']) },
    )
    const headers = toMap({ host: HEADERS.host, ...options.headers })
    return { method: 'GET', path: '/', query: toQuery(signed.query ?? {}), headers }
  }

  test('of the official signer is accepted where it is allowed, with an extra signed header', async () => {
    const request = await presign({ headers: { 'x-k8s-aws-id': 'cluster' } })
    verify(request, { expected: STS, body: '' })
    expect(refusal(() => verify(request, { expected: { ...STS, presigned: 'refused' }, body: '' }))).toBe(
      'signature-incomplete',
    )
    const changed = withHeader(request, 'x-k8s-aws-id', 'other')
    expect(refusal(() => verify(changed, { expected: STS, body: '' }))).toBe('signature-mismatch')
  })

  test('cannot be replayed after it expired, nor be made for more than 15 minutes', async () => {
    const request = await presign()
    const at = (nowMs: number) => refusal(() => verify(request, { expected: { ...STS, nowMs }, body: '' }))
    expect(at(NOW + 60_000)).toBe('accepted')
    expect(at(NOW + 61_000)).toBe('signature-mismatch')
    const long = await presign({ expiresIn: 901 })
    expect(refusal(() => verify(long, { expected: STS, body: '' }))).toBe('signature-incomplete')
  })

  test('is refused with a changed, a repeated or a misspelt parameter, or signed twice', async () => {
    const request = await presign()
    const query = request.query
    const outcome = (changed: string) =>
      refusal(() => verify({ ...request, query: changed }, { expected: STS, body: '' }))
    expect(outcome(query.replace('GetCallerIdentity', 'AssumeRole'))).toBe('signature-mismatch')
    expect(outcome(`${query}&X-Amz-Expires=900`)).toBe('signature-incomplete')
    expect(outcome(query.replace('X-Amz-Signature', 'x-amz-signature'))).toBe('signature-incomplete')
    const twice = withHeader(request, 'authorization', (await sign()).headers.get('authorization'))
    expect(refusal(() => verify(twice, { expected: STS, body: '' }))).toBe('signature-incomplete')
  })
})

describe('SigningKeys', () => {
  const scope = { day: '20261123', region: 'us-east-1', service: 'ecr' }

  test('answers what would be derived, and never a key of another secret or scope', () => {
    const keys = new SigningKeys(10)
    for (const secret of ['a', 'b', 'a']) expect(keys.get(secret, scope)).toEqual(deriveSigningKey(secret, scope))
    expect(keys.get('a', { ...scope, service: 'sts' })).toEqual(deriveSigningKey('a', { ...scope, service: 'sts' }))
    expect(keys.size).toBe(3)
  })

  test('keeps no more than its capacity', () => {
    const keys = new SigningKeys(3)
    for (let index = 0; index < 20; index++) keys.get(`secret ${index}`, scope)
    expect(keys.size).toBe(3)
  })
})

test('canonicalRequest() is the document that the specification describes', async () => {
  const request = await sign()
  const claim = parseSignatureClaim(request)
  const lines = canonicalRequest({ request, claim, bodySha256: 'f'.repeat(64) }).split('\n')
  expect(lines.slice(0, 3)).toEqual(['POST', '/', ''])
  expect(lines.at(-1)).toBe('f'.repeat(64))
  expect(lines.at(-2)).toBe(claim.signedHeaders.join(';'))
})
