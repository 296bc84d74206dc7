import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { AWS_HOST } from '../support/aws-requests.ts'
import {
  codeFor,
  expectOutcome as expectSent,
  isJson,
  type Message,
  type Outcome,
  rewritten,
  type Signing,
  SURFACE_NAMES,
  SURFACES,
  type Surface,
  sendMessage,
  signedHeaders,
  signMessage,
  withHeader,
} from '../support/signed-messages.ts'
import { openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

let registry: TestRegistry
let writes: number
beforeEach(async () => {
  registry = await openTestRegistry()
  const { metadata } = registry.services
  const transact = metadata.transact.bind(metadata)
  writes = 0
  metadata.transact = (work) => {
    writes++
    return transact(work)
  }
})
afterEach(async () => await registry[Symbol.asyncDispose]())

const sign = (surface: Surface, options: Signing = {}) => signMessage(registry, surface, options)
const expectOutcome = (surface: Surface, what: string, message: Message, outcome: Outcome) =>
  expectSent(registry, { surface, what, message }, outcome)

const send = (message: Message) => sendMessage(registry, message)
const NOTHING_ELSE = 'x'.repeat(43)

/** Each is signed well, and then changed or sent in another way. */
const CHANGES: readonly (readonly [what: string, outcome: Outcome, change: (good: Message) => Message])[] = [
  ['as it was signed', 'accepted', (good) => good],
  ['another body', 'mismatch', (good) => ({ ...good, body: `${good.body} ` })],
  ['no body', 'mismatch', (good) => ({ ...good, body: '' })],
  ['another day in the scope', 'incomplete', (good) => rewritten(good, (h) => h.replace('/20260101/', '/20260102/'))],
  ['a scope of another service', 'incomplete', (good) => rewritten(good, (h) => h.replace(/\w+(\/aws4)/, 's3$1'))],
  [
    'another end of the scope',
    'incomplete',
    (good) => rewritten(good, (h) => h.replace('aws4_request', 'aws5_request')),
  ],
  ['a scope without a region', 'incomplete', (good) => rewritten(good, (h) => h.replace('us-east-1/', '/'))],
  [
    'a scope with one part more',
    'incomplete',
    (good) => rewritten(good, (h) => h.replace('us-east-1/', 'us-east-1/x/')),
  ],
  ['a signed header twice', 'incomplete', (good) => rewritten(good, (h) => h.replace('host;', 'host;host;'))],
  [
    'signed headers out of order',
    'incomplete',
    (good) =>
      rewritten(good, (h) => h.replace(signedHeaders(good), signedHeaders(good).split(';').reverse().join(';'))),
  ],
  ['upper case in signed headers', 'incomplete', (good) => rewritten(good, (h) => h.replace('host;', 'Host;'))],
  ['a signed header that is not there', 'incomplete', (good) => withHeader(good, 'x-amz-date', undefined)],
  [
    'one of the signed headers left out of the list',
    'incomplete',
    (good) => rewritten(good, (h) => h.replace('content-type;', '')),
  ],
  ['a meaningful header added', 'incomplete', (good) => withHeader(good, 'x-amz-security-token', NOTHING_ELSE)],
  ['a header of AWS’s added that nobody knows', 'incomplete', (good) => withHeader(good, 'x-amz-meaning', 'another')],
  [
    'another content type',
    'mismatch',
    (good) => withHeader(good, 'content-type', `${good.headers['content-type']} `.replace(' ', ';x=y ')),
  ],
  ['another hash of the body', 'mismatch', (good) => withHeader(good, 'x-amz-content-sha256', 'a'.repeat(64))],
  ['an unsigned body', 'incomplete', (good) => withHeader(good, 'x-amz-content-sha256', 'UNSIGNED-PAYLOAD')],
  ['another date', 'mismatch', (good) => withHeader(good, 'x-amz-date', '20260101T000001Z')],
  ['another host', 'mismatch', (good) => withHeader(good, 'host', 'registry.test:5001')],
  ['the host without its port', 'mismatch', (good) => withHeader(good, 'host', 'registry.test')],
  ['the host in capitals', 'mismatch', (good) => withHeader(good, 'host', AWS_HOST.toUpperCase())],
  [
    'the host that a proxy says it was',
    'mismatch',
    (good) => withHeader(withHeader(good, 'host', 'inner'), 'x-forwarded-host', AWS_HOST),
  ],
  ['a forwarded host beside the right one', 'accepted', (good) => withHeader(good, 'x-forwarded-host', 'evil.example')],
  ['another path', 'incomplete', (good) => ({ ...good, path: '//' })],
  ['a path below', 'incomplete', (good) => ({ ...good, path: '/iam' })],
  ['an escaped path', 'incomplete', (good) => ({ ...good, path: '/%2F' })],
  ['a parameter in the query', 'mismatch', (good) => ({ ...good, path: '/?Action=DeleteUser' })],
  ['a plus sign in the query', 'incomplete', (good) => ({ ...good, path: '/?a=x+y' })],
  ['a query that is no UTF-8', 'incomplete', (good) => ({ ...good, path: '/?a=%ff' })],
  [
    'a signature in the query as well',
    'incomplete',
    (good) => ({ ...good, path: `/?X-Amz-Signature=${'0'.repeat(64)}` }),
  ],
  [
    'a signature in the query, its name escaped',
    'incomplete',
    (good) => ({ ...good, path: `/?X%2DAmz%2DSignature=${'0'.repeat(64)}` }),
  ],
  [
    'the algorithm of SigV4A',
    'incomplete',
    (good) => rewritten(good, (h) => h.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256')),
  ],
  ['the algorithm in small letters', 'incomplete', (good) => rewritten(good, (h) => h.toLowerCase())],
  ['the header twice', 'incomplete', (good) => rewritten(good, (h) => `${h}, ${h}`)],
  ['a Basic header behind it', 'incomplete', (good) => rewritten(good, (h) => `${h}, Basic Og==`)],
  ['a Bearer header behind it', 'incomplete', (good) => rewritten(good, (h) => `${h}, Bearer abc`)],
  ['a Basic header before it', 'incomplete', (good) => rewritten(good, (h) => `Basic Og==, ${h}`)],
  ['a field that there is not', 'incomplete', (good) => rewritten(good, (h) => `${h}, Region=eu-west-1`)],
  ['a comma at the end', 'incomplete', (good) => rewritten(good, (h) => `${h},`)],
  [
    'a signature in capitals',
    'incomplete',
    (good) =>
      rewritten(good, (h) => h.replace(/Signature=\w+/, (s) => `Signature=${s.slice(10).toUpperCase()}A`.slice(0, 74))),
  ],
  ['a short signature', 'incomplete', (good) => rewritten(good, (h) => h.slice(0, -2))],
  ['no signature at all', 'missing', (good) => withHeader(good, 'authorization', undefined)],
]

describe.each(SURFACE_NAMES)('%s', (surface) => {
  test.each(CHANGES)('signed well and sent with %s: %s', async (what, outcome, change) => {
    await expectOutcome(surface, what, change(await sign(surface)), outcome)
    expect(writes).toBe(0)
  })

  test('an unsigned header that says what is asked is refused, if it is right or wrong', async () => {
    for (const name of Object.keys(SURFACES[surface].headers)) {
      await expectOutcome(surface, name, await sign(surface, { unsignable: [name] }), 'incomplete')
    }
  })

  test('a body that is declared as another, unsigned or streamed is refused, with a good signature over that', async () => {
    const kinds: readonly (readonly [string, Outcome])[] = [
      ['UNSIGNED-PAYLOAD', 'incomplete'],
      ['STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'incomplete'],
      ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'incomplete'],
      ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', 'incomplete'],
      ['STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD', 'incomplete'],
      ['', 'incomplete'],
      ['0'.repeat(64), 'mismatch'],
    ]
    for (const [kind, outcome] of kinds) {
      await expectOutcome(surface, kind, await sign(surface, { headers: { 'x-amz-content-sha256': kind } }), outcome)
    }
  })

  test('a clock more than five minutes off is refused, both ways', async () => {
    const minutes = 60_000
    for (const [skewMs, outcome] of [
      [-5 * minutes, 'accepted'],
      [5 * minutes, 'accepted'],
      [-5 * minutes - 1000, 'mismatch'],
      [5 * minutes + 1000, 'mismatch'],
      [-24 * 60 * minutes, 'mismatch'],
    ] as const) {
      await expectOutcome(surface, String(skewMs), await sign(surface, { skewMs }), outcome)
    }
  })

  test('an unknown key and a wrong secret are told the same, in letters and in headers', async () => {
    const wrong = await send(await sign(surface, { secret: 'wrong' }))
    const unknown = await send(await sign(surface, { accessKeyId: 'AKIANOBODYNOBODYNOBO' }))
    const temporary = await send(await sign(surface, { accessKeyId: 'ASIANOBODYNOBODYNOBO' }))
    expect(wrong.code).toBe(codeFor(surface, 'mismatch'))
    expect([unknown, temporary]).toEqual([wrong, wrong])
  })

  test('the query is one thing, however it is encoded: what was encoded twice is not what was encoded once', async () => {
    const twice = await sign(surface, { query: { a: '%41' } })
    await expectOutcome(surface, 'as signed', twice, 'accepted')
    await expectOutcome(surface, 'decoded once', { ...twice, path: '/?a=%41' }, 'mismatch')
    const space = await sign(surface, { query: { a: 'x y' } })
    await expectOutcome(surface, '%20', space, 'accepted')
    await expectOutcome(surface, '%2B', { ...space, path: '/?a=x%2By' }, 'mismatch')
  })

  test('a scope of another service or region is refused although it is signed for that', async () => {
    const others = isJson(surface) ? ['sts', 'iam'] : ['cloudtrail', 'ecr']
    for (const service of ['s3', ...others, surface.toUpperCase()]) {
      await expectOutcome(surface, service, await sign(surface, { service }), 'incomplete')
    }
    const elsewhere = isJson(surface) ? 'incomplete' : 'accepted'
    await expectOutcome(surface, 'eu-west-1', await sign(surface, { region: 'eu-west-1' }), elsewhere)
  })
})
