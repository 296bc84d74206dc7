/** The traps of Signature Version 4 and hostile calls of Amazon's APIs, through raw sockets. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { KEY_ID, SECRET } from '../process/lading-process.ts'
import { awsSigner } from '../support/aws-requests.ts'
import { BLOB, BLOB_DIGEST, pushFixtures, REPOSITORY } from './content.ts'
import { type HostileServer, rawRequest, startHostileServer } from './hostile-server.ts'
import { type Answer, exchange } from './raw-exchange.ts'

let server: HostileServer

beforeAll(async () => {
  server = await startHostileServer()
  await pushFixtures(server)
})
afterAll(() => server[Symbol.asyncDispose]())

interface EcrAsk {
  readonly body?: string
  readonly accessKeyId?: string
  readonly secret?: string
  readonly service?: string
  readonly agoMs?: number
  readonly signed?: Record<string, string>
  /** Changes the headers after they were signed; null takes one away. */
  readonly changed?: Record<string, string | null>
  readonly sentBody?: string
  readonly query?: string
}

async function signedHeaders(operation: string, ask: EcrAsk): Promise<Record<string, string>> {
  const signer = awsSigner({ accessKeyId: KEY_ID, secret: SECRET, ...ask })
  const headers = {
    host: '127.0.0.1',
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}`,
    ...ask.signed,
  }
  const request = { method: 'POST', protocol: 'http:', hostname: '127.0.0.1', path: '/', query: {}, headers }
  const signed = await signer.sign(
    { ...request, body: ask.body ?? '{}' },
    { signingDate: new Date(Date.now() - (ask.agoMs ?? 0)) },
  )
  return signed.headers
}

async function callEcr(operation: string, ask: EcrAsk = {}): Promise<Answer> {
  const { host, authorization, ...others } = await signedHeaders(operation, ask)
  const headers = { Host: host ?? '', Authorization: authorization ?? '', ...others, ...ask.changed }
  const target = ask.query === undefined ? '/' : `/?${ask.query}`
  return await server.ask({ method: 'POST', target, headers, body: ask.sentBody ?? ask.body ?? '{}' })
}

test('what is signed well is answered', async () => {
  expect((await callEcr('DescribeRegistry')).status).toBe(200)
})

const TARGET = 'AmazonEC2ContainerRegistry_V20150921'

describe('signatures', () => {
  test.each<[string, EcrAsk, string]>([
    ['six minutes old', { agoMs: 360_000 }, 'InvalidSignatureException'],
    ['six minutes ahead', { agoMs: -360_000 }, 'InvalidSignatureException'],
    [
      'another operation',
      { changed: { 'x-amz-target': `${TARGET}.DescribeRepositories` } },
      'InvalidSignatureException',
    ],
    [
      'a second X-Amz-Target',
      { changed: { 'X-AMZ-TARGET': `${TARGET}.DescribeRepositories` } },
      'InvalidSignatureException',
    ],
    ['another body', { sentBody: '{"registryId":"000000000000"}' }, 'InvalidSignatureException'],
    ['another host', { changed: { Host: 'evil.test' } }, 'InvalidSignatureException'],
    ['a query that was not signed', { query: 'x=1' }, 'InvalidSignatureException'],
    ['a token that was not signed', { changed: { 'x-amz-security-token': 'x' } }, 'IncompleteSignatureException'],
    ['UNSIGNED-PAYLOAD', { signed: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } }, 'IncompleteSignatureException'],
    [
      'a streaming body',
      { signed: { 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' } },
      'IncompleteSignatureException',
    ],
    ['another service', { service: 'sts' }, 'IncompleteSignatureException'],
    ['a wrong secret', { secret: `${SECRET}x` }, 'InvalidSignatureException'],
    ['an unknown key id', { accessKeyId: 'AKIAUNKNOWNUNKNOWN00' }, 'InvalidSignatureException'],
    [
      'an unknown key id with the secret that stands in for none',
      { accessKeyId: 'AKIAUNKNOWNUNKNOWN00', secret: 'no access key has this secret' },
      'InvalidSignatureException',
    ],
    ['signed twice', { query: 'X-Amz-Signature=00' }, 'IncompleteSignatureException'],
    [
      'signed by query',
      { query: 'X-Amz-Signature=00', changed: { Authorization: null } },
      'IncompleteSignatureException',
    ],
    [
      'Basic with the root key',
      { changed: { Authorization: `Basic ${btoa(`${KEY_ID}:${SECRET}`)}` } },
      'IncompleteSignatureException',
    ],
    ['no signature', { changed: { Authorization: null } }, 'MissingAuthenticationTokenException'],
  ])('%s: 403 %s', async (...[, ask, type]) => {
    const answer = await callEcr('DescribeRegistry', ask)
    expect([answer.status, answer.code]).toEqual([403, type])
  })

  test('a path other than / is no API of AWS’s', async () => {
    const { authorization } = await signedHeaders('DescribeRegistry', {})
    const headers = { Authorization: authorization ?? '' }
    expect((await server.ask({ method: 'POST', target: '/x', headers, body: '{}' })).status).toBe(404)
  })
})

describe('large bodies', () => {
  const body = '{}'
  const length = { 'Content-Length': String(27 * 1024 * 1024) }

  /** Sends the head alone: whoever answers has not read the body. */
  async function headOnly(ask: EcrAsk): Promise<Answer> {
    const { host, authorization, ...others } = await signedHeaders('UploadLayerPart', { body, ...ask })
    const headers = { Host: host ?? '', Authorization: authorization ?? '', ...others, ...length, ...ask.changed }
    return await exchange(server.port, rawRequest({ method: 'POST', target: '/', headers }), { awaitClose: 1000 })
  }

  test.each<[string, EcrAsk]>([
    ['an unknown key id', { accessKeyId: 'AKIAUNKNOWNUNKNOWN00' }],
    ['an old signature', { agoMs: 360_000 }],
    ['another service', { service: 's3' }],
    ['no signature', { changed: { Authorization: null } }],
    ['a length past the limit', { changed: { 'Content-Length': '1000000000000' } }],
  ])('%s is refused before a byte of the body, and the connection closes', async (_, ask) => {
    const answer = await headOnly(ask)
    expect([400, 403]).toContain(answer.status)
    expect(answer.isClosed).toBe(true)
  })
})

describe('inputs', () => {
  test.each(['constructor', '__proto__', 'toString', ''])('operation %p is unknown', async (operation) => {
    const answer = await callEcr(operation)
    expect([answer.status, answer.code]).toEqual([404, 'UnknownOperationException'])
  })

  test.each<[string, string]>([
    ['a million brackets', '['.repeat(1_000_000)],
    ['two million brackets that end', `{"registryId":null,"z":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`],
    ['a million lists that nobody asked for', `{"z":[${'[],'.repeat(1_000_000)}[]]}`],
    ['100,000 members', `{${'"a":1,'.repeat(100_000)}"b":1}`],
    ['a byte order mark', '\ufeff{}'],
    ['a list', '[]'],
    ['a NUL', '{"registryId":"00000000000\u0000"}'],
    ['a number that is none', '{"maxResults":1e999}'],
    ['an id of 3 MB', JSON.stringify({ registryId: '1'.repeat(3_000_000) })],
    ['100,000 names', JSON.stringify({ repositoryNames: Array.from({ length: 100_000 }, (_, index) => `r${index}`) })],
    ['a page token of 3 MB', JSON.stringify({ nextToken: 'A'.repeat(3_000_000) })],
    ['an object for text', '{"nextToken":{"toString":"x"}}'],
    ['a name that is a path', '{"repositoryNames":["../../etc"]}'],
  ])('%s: 400 InvalidParameterException', async (...[, body]) => {
    const answer = await callEcr('DescribeRepositories', { body })
    expect([answer.status, answer.code]).toEqual([400, 'InvalidParameterException'])
  })

  test('__proto__ is a member like any other: nothing has it afterwards', async () => {
    const body = '{"__proto__":{"registryId":"111111111111"},"constructor":{"prototype":{"registryId":"x"}}}'
    for (let round = 0; round < 2; round++) {
      expect((await callEcr('DescribeRegistry', { body: round === 0 ? body : '{}' })).body).toContain('"000000000000"')
    }
  })
})

describe('the address of a layer', () => {
  async function layerPath(): Promise<string> {
    const body = JSON.stringify({ repositoryName: REPOSITORY, layerDigest: BLOB_DIGEST })
    const { downloadUrl }: { downloadUrl: string } = JSON.parse(
      (await callEcr('GetDownloadUrlForLayer', { body })).body,
    )
    return new URL(downloadUrl).pathname
  }
  const withoutLogin = { Authorization: null }

  test('gives the layer to who has it, and nothing else by any change to it', async () => {
    const path = await layerPath()
    expect((await server.ask({ target: path, headers: withoutLogin })).body).toBe(BLOB)
    const [payload = '', mac = ''] = path.slice('/_lading/layers/'.length).split('.')
    const other = Buffer.from(payload, 'base64url').toString().replace(REPOSITORY, 'h/other')
    const later = Buffer.from(payload, 'base64url')
      .toString()
      .replace(/\d+\]$/, '9999999999999]')
    const tokens = [
      `${payload}.${mac.slice(1)}`,
      `${payload}.${mac}x`,
      `${payload}.${mac}.`,
      `${payload}.`,
      `${payload}`,
      `.${mac}`,
      '.',
      '',
      `${payload}=.${mac}`,
      `${Buffer.from(other).toString('base64url')}.${mac}`,
      `${Buffer.from(later).toString('base64url')}.${mac}`,
      `${payload}.${mac}`.toUpperCase(),
      'a'.repeat(60_000),
      `${payload}.${mac}/../${payload}`,
    ]
    for (const token of tokens) {
      const answer = await server.ask({ target: `/_lading/layers/${token}`, headers: withoutLogin })
      expect([token, [400, 403].includes(answer.status)]).toEqual([token, true])
      expect(answer.body).not.toContain(BLOB)
    }
  })

  test('never writes, and is in no line of the log', async () => {
    const path = await layerPath()
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect((await server.ask({ method, target: path, headers: withoutLogin, body: 'x' })).status).toBe(405)
    }
    const digest = `/v2/${REPOSITORY}/blobs/${BLOB_DIGEST}`
    expect((await server.ask({ target: digest })).body).toBe(BLOB)
    expect(server.process.stderr()).not.toContain(path.slice(-40))
  })
})

test('after all of this the log holds no secret, no signature and no error', async () => {
  await callEcr('GetAuthorizationToken')
  const log = server.process.stderr()
  expect(log).toContain('"operation":"DescribeRegistry"')
  for (const secret of [SECRET, btoa(`${KEY_ID}:${SECRET}`).slice(0, 40), 'Signature=', 'QVdTOnYx', 'eyJrIjoi']) {
    expect(log).not.toContain(secret)
  }
  expect(log).not.toContain('"level":"error"')
})
