import { afterEach, expect, test } from 'bun:test'
import type { PullSecretControllerOptions } from './pull-secret-options.ts'
import { runPullSecretController } from './run-pull-secret-controller.ts'

// What a real API does is seen by test/kubernetes; here an API misbehaves in ways that a real one seldom does.
const ROLE = 'arn:aws:iam::000000000000:role/pull'
const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl'
const EMPTY_LIST = { metadata: { resourceVersion: '1' }, items: [] }
const ended: Array<() => Promise<void>> = []

afterEach(async () => {
  for (const end of ended.splice(0)) await end()
})

/** A Kubernetes API with one labelled namespace, unless the test says otherwise, and a controller that runs on it. */
async function start(
  answer: (url: URL, request: Request) => Response | undefined | Promise<Response | undefined>,
  options: Partial<PullSecretControllerOptions> = {},
) {
  const asked: string[] = []
  const lines: string[] = []
  const api = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 0,
    fetch: async (request) => {
      const url = new URL(request.url)
      asked.push(`${request.method} ${url.pathname}${url.searchParams.get('watch') === 'true' ? ' watch' : ''}`)
      return (await answer(url, request)) ?? defaultAnswer(url, request)
    },
  })
  const ending = new AbortController()
  const done = runPullSecretController({
    kubeApi: { url: `http://127.0.0.1:${api.port}`, credential: { token: 'the-controllers-own' } },
    registryHosts: ['registry.example.com'],
    roleArn: ROLE,
    audience: 'registry.example.com',
    clock: { nowMs: Date.now },
    log: {
      writes: () => true,
      write: (level, message, fields) => void lines.push(`${level} ${message} ${JSON.stringify(fields)}`),
    },
    chance: () => 1,
    signal: ending.signal,
    ...options,
  })
  const end = async () => {
    ending.abort()
    await done
    await api.stop(true)
  }
  ended.push(end)
  return { asked, lines, end }
}

function defaultAnswer(url: URL, request: Request): Response {
  const { pathname } = url
  if (url.searchParams.get('watch') === 'true') return new Response(new ReadableStream({ start() {} }))
  if (pathname === '/api/v1/namespaces') {
    return Response.json({ ...EMPTY_LIST, items: [{ metadata: { name: 'team-blue' } }] })
  }
  if (pathname.endsWith('/token')) {
    return Response.json({
      status: { token: TOKEN, expirationTimestamp: new Date(Date.now() + 3_600_000).toISOString() },
    })
  }
  if (request.method === 'GET') return Response.json({ metadata: { resourceVersion: '7' } })
  return Response.json({})
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 4_000
  while (!condition() && Date.now() < deadline) await Bun.sleep(10)
  expect(condition()).toBe(true)
}

const status = (code: number, message: string) => Response.json({ kind: 'Status', message }, { status: code })

test('a namespace gets its secret, and one that is not in the list any more is let go', async () => {
  let isListed = true
  const watches: ReadableStreamDefaultController[] = []
  const { asked, lines } = await start((url) => {
    if (url.searchParams.get('watch') === 'true') {
      return new Response(new ReadableStream({ start: (controller) => void watches.push(controller) }))
    }
    return url.pathname === '/api/v1/namespaces' && !isListed ? Response.json(EMPTY_LIST) : undefined
  })
  await until(() => asked.includes('PATCH /api/v1/namespaces/team-blue/secrets/lading-pull'))
  await until(() => asked.includes('PATCH /api/v1/namespaces/team-blue/serviceaccounts/default'))
  isListed = false
  watches[0]?.enqueue(new TextEncoder().encode('{"type":"DELETED","object":{}}\n'))
  await until(() => watches.length === 2)
  expect(lines.filter((line) => !line.startsWith('info'))).toEqual([])
})

test('a failure is logged without the token, and tried again', async () => {
  let failures = 0
  const { asked, lines } = await start((url, request) => {
    if (request.method !== 'PATCH' || !url.pathname.includes('/secrets/') || failures === 2) return undefined
    failures += 1
    return status(500, 'etcd is away')
  })
  await until(() => lines.some((line) => line.startsWith('info')))
  expect(lines.filter((line) => line.startsWith('warn'))).toEqual([
    'warn a pull secret could not be renewed {"namespace":"team-blue","failures":1,"why":"the Kubernetes API answers 500: etcd is away"}',
    'warn a pull secret could not be renewed {"namespace":"team-blue","failures":2,"why":"the Kubernetes API answers 500: etcd is away"}',
  ])
  expect(lines.join()).not.toContain(TOKEN)
  expect(asked.filter((line) => line.endsWith('/token'))).toHaveLength(3)
})

test('an account that is missing is made, and asked for a token again', async () => {
  let isMade = false
  const { asked, lines } = await start((url, request) => {
    if (request.method === 'POST' && url.pathname.endsWith('/serviceaccounts')) isMade = true
    return url.pathname.endsWith('/token') && !isMade
      ? status(404, 'serviceaccounts "lading-pull" not found')
      : undefined
  })
  await until(() => lines.some((line) => line.startsWith('info')))
  const account = '/api/v1/namespaces/team-blue/serviceaccounts'
  expect(asked.filter((line) => line.startsWith('POST'))).toEqual([
    `POST ${account}/lading-pull/token`,
    `POST ${account}`,
    `POST ${account}/lading-pull/token`,
  ])
})

/** One account, which answers with what is attached to it and remembers what it was changed to. */
function accountWith(attached: readonly string[]) {
  const changes: unknown[] = []
  const answer = async (url: URL, request: Request) => {
    if (!url.pathname.endsWith('/serviceaccounts/default')) return undefined
    if (request.method === 'PATCH') changes.push(await request.json())
    return Response.json({ metadata: { resourceVersion: '7' }, imagePullSecrets: attached.map((name) => ({ name })) })
  }
  return { changes, answer }
}

test('what others have attached to an account stays', async () => {
  const { changes, answer } = accountWith(['by-hand'])
  await start(answer)
  await until(() => changes.length === 1)
  const imagePullSecrets = [{ name: 'by-hand' }, { name: 'lading-pull' }]
  expect(changes).toEqual([{ metadata: { resourceVersion: '7' }, imagePullSecrets }])
})

test('an account that the secret is attached to already is not written', async () => {
  const { changes, answer } = accountWith(['lading-pull', 'by-hand'])
  const { asked, lines } = await start(answer)
  await until(() => lines.length > 0 && asked.includes('GET /api/v1/namespaces/team-blue/serviceaccounts/default'))
  await Bun.sleep(50)
  expect(changes).toEqual([])
})

test.each<[string, () => Response, RegExp]>([
  [
    'a token that is none',
    () => Response.json({ status: { token: 'a b', expirationTimestamp: '2030-01-01T00:00:00Z' } }),
    /answers no token/,
  ],
  ['a token without an end', () => Response.json({ status: { token: TOKEN } }), /answers no token/],
  ['null', () => Response.json(null), /answers no token/],
  ['a page of a proxy', () => new Response('<html>Bad gateway', { status: 502 }), /answers 502: <html>Bad gateway/],
  ['a complaint without an end', () => new Response('x'.repeat(100_000), { status: 500 }), /answers 500: x{500}"/],
  ['an answer without an end', () => new Response('x'.repeat(9 * 1024 * 1024)), /longer than/],
  ['another place', () => Response.redirect('http://127.0.0.1:1/'), /redirect/i],
])('%s is no token, and no secret is written', async (_, answer, says) => {
  const { asked, lines } = await start((url) => (url.pathname.endsWith('/token') ? answer() : undefined))
  await until(() => lines.some((line) => line.startsWith('warn a pull secret could not be renewed')))
  expect(lines.find((line) => line.startsWith('warn'))).toMatch(says)
  expect(asked.filter((line) => line.includes('/secrets/'))).toEqual([])
})

test('a role that a namespace names is checked before anything is asked for', async () => {
  const annotations = { 'lading.dev/role-arn': 'arn:aws:iam::000000000000:role/x","password":"' }
  const items = [{ metadata: { name: 'team-blue', annotations } }]
  const { asked, lines } = await start((url) =>
    url.pathname === '/api/v1/namespaces' && url.searchParams.get('watch') !== 'true'
      ? Response.json({ ...EMPTY_LIST, items })
      : undefined,
  )
  await until(() => lines.some((line) => line.includes('is not the ARN of a role')))
  expect(asked.filter((line) => line.endsWith('/token'))).toEqual([])
})

test('a list of several pages is one list, and what is no name in it is passed over', async () => {
  const { asked } = await start((url) => {
    if (url.pathname !== '/api/v1/namespaces' || url.searchParams.get('watch') === 'true') return undefined
    return url.searchParams.get('continue') === 'more&'
      ? Response.json({
          ...EMPTY_LIST,
          items: [{ metadata: { name: 'second' } }, { metadata: { name: '../x' } }, null],
        })
      : Response.json({ metadata: { continue: 'more&' }, items: [{ metadata: { name: 'first' } }] })
  })
  const secretOf = (name: string) => `PATCH /api/v1/namespaces/${name}/secrets/lading-pull`
  await until(() => asked.includes(secretOf('first')) && asked.includes(secretOf('second')))
  expect(asked.filter((line) => line.includes('/secrets/'))).toHaveLength(2)
})

test('a watch that ends at once is not begun again at once', async () => {
  const { asked } = await start((url) => (url.searchParams.get('watch') === 'true' ? new Response('') : undefined))
  await Bun.sleep(500)
  expect(asked.filter((line) => line.endsWith('watch'))).toHaveLength(1)
})

test('namespaces that are named are not watched for, and one that does not exist is waited for', async () => {
  const { asked, lines } = await start(
    (url) =>
      url.pathname === '/api/v1/namespaces/absent'
        ? status(404, 'not found')
        : url.pathname === '/api/v1/namespaces/named'
          ? Response.json({ metadata: { name: 'named' } })
          : undefined,
    { namespaces: ['absent', 'named'] },
  )
  await until(() => asked.includes('PATCH /api/v1/namespaces/named/secrets/lading-pull'))
  expect(asked.filter((line) => line.includes('watch') || line.startsWith('PATCH /api/v1/namespaces/absent'))).toEqual(
    [],
  )
  expect(lines.filter((line) => line.startsWith('warn'))).toEqual([])
})

test('it ends when told, also while the API does not answer', async () => {
  const { asked, end } = await start((url) =>
    url.pathname.endsWith('/token') ? new Response(new ReadableStream({ start() {} })) : undefined,
  )
  await until(() => asked.some((line) => line.endsWith('/token')))
  const startedAt = performance.now()
  await end()
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})
