import { expect, test } from 'bun:test'
import { refusalOf } from '../../../test/support/refusal-of.ts'
import { FencedPost } from './fenced-post.ts'

const NEVER = new AbortController().signal

/** A receiver on this machine, and somebody who may send to it. */
function receiver(answer: (request: Request) => Response | Promise<Response>) {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: answer })
  const sender = new FencedPost({ allowedHosts: [`127.0.0.1:${server.port}`], timeoutMs: 400 })
  const post = (signal = NEVER) =>
    sender.post({ url: `${server.url.origin}/hook?a=b`, headers: { 'x-a': 'b' }, body: '{"ü":1}' }, signal)
  return { server, post, [Symbol.asyncDispose]: () => server.stop(true) }
}

test('post() sends headers and body as they are, and gives the status', async () => {
  const seen: unknown[] = []
  await using here = receiver(async (request) => {
    const { method, headers } = request
    seen.push([
      method,
      new URL(request.url).search,
      headers.get('x-a'),
      headers.get('user-agent'),
      await request.text(),
    ])
    return new Response('x'.repeat(100_000), { status: 202 })
  })
  expect(await here.post()).toEqual({ status: 202, retryAfter: undefined })
  expect(seen).toEqual([['POST', '?a=b', 'b', 'lading', '{"ü":1}']])
})

test('post() follows no redirect, and hands on what Retry-After says', async () => {
  let requests = 0
  await using here = receiver(() => {
    requests++
    return new Response(null, { status: 307, headers: { location: '/elsewhere', 'retry-after': '120' } })
  })
  expect(await here.post()).toEqual({ status: 307, retryAfter: '120' })
  expect(requests).toBe(1)
})

test('post() waits for no receiver longer than its time, nor than its signal', async () => {
  await using here = receiver(async () => {
    await Bun.sleep(5000)
    return new Response()
  })
  const startedMs = performance.now()
  expect(await here.post()).toEqual({ problem: 'The host did not answer in time.' })
  const stop = AbortSignal.timeout(50)
  expect(await here.post(stop)).toEqual({ problem: 'The host did not answer in time.' })
  expect(performance.now() - startedMs).toBeLessThan(2000)
})

test('post() reaches nothing that is not public and not named', async () => {
  await using here = receiver(() => new Response())
  for (const addresses of [['127.0.0.1'], ['8.8.8.8', '10.0.0.1'], []]) {
    const sender = new FencedPost({ resolve: async () => addresses })
    const answer = await sender.post({ url: 'https://hook.test/', headers: {}, body: '' }, NEVER)
    expect(answer).toEqual({ problem: 'The host has no public address, unless LADING_WEBHOOK_ALLOWED_HOSTS names it.' })
  }
  const message = { url: here.server.url.href, headers: {}, body: '' }
  expect(await new FencedPost().post(message, NEVER)).toEqual({
    problem: 'The address must begin with https://, unless LADING_WEBHOOK_ALLOWED_HOSTS names it.',
  })
  await here.server.stop(true)
  expect(await here.post()).toEqual({ problem: 'The host could not be reached.' })
})

test.each([
  [
    'http://example.com/',
    'The webhook’s address must begin with https://, unless LADING_WEBHOOK_ALLOWED_HOSTS names it.',
  ],
  [
    'https://example.com:8443/',
    'The webhook’s address must be at port 443, unless LADING_WEBHOOK_ALLOWED_HOSTS names it.',
  ],
  [
    'https://10.0.0.1/',
    'The webhook’s address must have the name of a host, unless LADING_WEBHOOK_ALLOWED_HOSTS names it.',
  ],
  ['https://user@example.com/', 'The webhook’s address must have no user, password or fragment.'],
  ['file:///etc/passwd', 'The webhook’s address must begin with https://.'],
  ['hook', 'The webhook’s address is not a URL.'],
])('checkAddress() refuses %s', (url, sentence) => {
  const refusal = refusalOf(() => new FencedPost().checkAddress(url))
  expect([refusal.reason, refusal.message]).toEqual(['parameter-invalid', sentence.replace('’', "'")])
})
