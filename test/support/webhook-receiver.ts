import { createHmac, timingSafeEqual } from 'node:crypto'

export interface Received {
  /** The `webhook-id`. */
  readonly id: string
  readonly repository: string
  readonly tag: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of many shapes, and a wrong look fails the test
  readonly body: any
  readonly headers: Headers
  readonly status: number
}

export interface WebhookReceiver extends AsyncDisposable {
  readonly url: string
  /** `host:port`, as settings name it. */
  readonly host: string
  /** Every request, in the order of the answers. */
  readonly received: Received[]
  /** Those that were answered well. */
  accepted(): Received[]
  /** How the next ones are answered. */
  answerWith(answer: Answer): void
}

type Answer = (received: Omit<Received, 'status'>) => number | Response | Promise<number | Response>

/** Somebody who takes webhooks, on this machine. @param port one of before, to be there again */
export function startReceiver(initial: Answer = () => 204, port = 0): WebhookReceiver {
  let answer = initial
  const received: Received[] = []
  const server = Bun.serve({
    port,
    hostname: '127.0.0.1',
    fetch: async (request) => {
      const body = await request.json()
      const data = body.detail ?? body.data
      const { headers } = request
      const asked = {
        id: headers.get('webhook-id') ?? '',
        repository: data['repository-name'] ?? '',
        tag: data['image-tag'] ?? '',
        body,
        headers,
      }
      const given = await answer(asked)
      const response = typeof given === 'number' ? new Response(null, { status: given }) : given
      received.push({ ...asked, status: response.status })
      return response
    },
  })
  return {
    url: `${server.url.origin}/hook`,
    host: `127.0.0.1:${server.port}`,
    received,
    accepted: () => received.filter(({ status }) => status < 300),
    answerWith: (next) => {
      answer = next
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

/** As a receiver verifies it, by the text of the specification alone. */
export function isSignedBy(secret: string, headers: Headers, body: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const text = `${headers.get('webhook-id')}.${headers.get('webhook-timestamp')}.${body}`
  const expected = createHmac('sha256', key).update(text).digest()
  return (headers.get('webhook-signature') ?? '').split(' ').some((signature) => {
    const given = Buffer.from(signature.replace('v1,', ''), 'base64')
    return given.byteLength === expected.byteLength && timingSafeEqual(given, expected)
  })
}

/** The first time that each event was accepted, by repository, in the order in which that was. */
export function orderOf(accepted: readonly Received[]): Record<string, string[]> {
  const seen = new Set<string>()
  const order: Record<string, string[]> = {}
  for (const { id, repository, tag } of accepted) {
    if (seen.has(id)) continue
    seen.add(id)
    order[repository] = [...(order[repository] ?? []), tag]
  }
  return order
}
