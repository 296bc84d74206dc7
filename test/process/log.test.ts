import { expect, test } from 'bun:test'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignatureV4 } from '@smithy/signature-v4'
import { Sha256 } from '../../src/cli/sha256.ts'
import { AUTHORIZATION, freshSettings, KEY_ID, SECRET, startLading } from './lading-process.ts'

const headers = { authorization: AUTHORIZATION }
const HELLO = 'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'

test('a log that nobody reads holds up neither a request nor the stop, and its lost lines are counted', async () => {
  const pipe = join(await mkdtemp(join(tmpdir(), 'lading-log-')), 'pipe')
  expect(Bun.spawnSync(['mkfifo', pipe]).exitCode).toBe(0)
  const reader = Bun.spawn(['sh', '-c', `exec sleep 60 < ${pipe}`])
  const command = ['sh', '-c', `exec ${process.execPath} --no-env-file src/main/lading.ts serve 2>${pipe}`]
  await using lading = await startLading({ ...(await freshSettings()), LADING_LOG_LEVEL: 'debug' }, command)
  const [url] = lading.addresses
  for (let round = 0; round < 150; round++) {
    const answers = await Promise.all(
      Array.from({ length: 64 }, () =>
        fetch(`${url}/v2/${'x'.repeat(900)}`, { headers, signal: AbortSignal.timeout(5000) }),
      ),
    )
    for (const answer of answers) await answer.arrayBuffer()
  }
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(Number(/^lading_log_lines_dropped_total (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0)
  const startedMs = performance.now()
  expect(await lading.end('SIGTERM')).toBe(0)
  expect(performance.now() - startedMs).toBeLessThan(5000)
  reader.kill()
}, 60_000)

type Line = Record<string, unknown>

function requestLines(text: string): Line[] {
  const lines: Line[] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  return lines.filter((line) => line.msg === 'request')
}

const basic = (credential: string) => ({ authorization: `Basic ${btoa(credential)}` })

test('a login that fails is logged and counted; a challenge is neither, and has a label of its own', async () => {
  const lading = await startLading({ ...(await freshSettings()), LADING_LISTEN: ':0' })
  const url = `http://127.0.0.1:${new URL(lading.addresses[0] ?? '').port}`
  expect((await fetch(`${url}/v2/`)).status).toBe(401)
  expect((await fetch(`${url}/v2/team/app/blobs/uploads/`, { method: 'POST' })).status).toBe(401)
  expect((await fetch(`${url}/v2/`, { headers: basic(`${KEY_ID}:wrong-secret`) })).status).toBe(401)
  expect((await fetch(`${url}/v2/`, { headers: basic('some-secret:some-secret') })).status).toBe(401)
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toContain('lading_failed_logins_total{surface="oci"} 2\n')
  expect(metrics).toContain('lading_requests_total{surface="oci",operation="challenge",status="4xx"} 2\n')
  await lading.end('SIGTERM')
  expect(requestLines(lading.stderr())).toMatchObject([
    { operation: 'login', status: 401, client: '127.0.0.1', claimedKeyId: KEY_ID, code: 'UNAUTHORIZED' },
    { operation: 'login', status: 401, client: '127.0.0.1' },
  ])
  expect(lading.stderr()).not.toContain('secret')
}, 30_000)

test('reads are left out at info on both APIs, a token that is handed out is not', async () => {
  const lading = await startLading(await freshSettings())
  const [url = ''] = lading.addresses
  await fetch(`${url}/v2/`, { headers })
  await sendEcr(url, 'DescribeRepositories', {})
  await sendEcr(url, 'GetAuthorizationToken', {})
  await lading.end('SIGTERM')
  expect(requestLines(lading.stderr())).toMatchObject([{ operation: 'GetAuthorizationToken', status: 200 }])
}, 30_000)

test('strangers cannot fill the log', async () => {
  const lading = await startLading(await freshSettings())
  for (let n = 0; n < 300; n++) await fetch(`${lading.addresses[0]}/v2/`, { headers: basic(`${KEY_ID}:${n}`) })
  const metrics = await (await fetch(`${lading.addresses[0]}/metrics`)).text()
  expect(metrics).toContain('lading_failed_logins_total{surface="oci"} 300\n')
  await lading.end('SIGTERM')
  const { length } = requestLines(lading.stderr())
  expect(length).toBeGreaterThanOrEqual(200)
  expect(length).toBeLessThan(290)
}, 30_000)

test('a line says what was acted on, why it was refused, and what was really received', async () => {
  const settings: Record<string, string> = { ...(await freshSettings()), LADING_LOG_LEVEL: 'debug' }
  const lading = await startLading({ ...settings, LADING_CREATE_ON_PUSH: 'false' })
  const [url] = lading.addresses
  const chunked = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"config":'))
      controller.close()
    },
  })
  await fetch(`${url}/v2/team/app/manifests/1.0`, { method: 'PUT', headers, body: chunked })
  await sendEcr(url ?? '', 'CreateRepository', { repositoryName: 'team/app' })
  await sendEcr(url ?? '', 'CreateRepository', { repositoryName: 'team/app' })
  await sendEcr(url ?? '', 'BatchGetImage', { repositoryName: 'team/app', imageIds: [{ imageTag: '1.0' }] })
  const pushed = await fetch(`${url}/v2/team/app/blobs/uploads/?digest=${HELLO}`, {
    method: 'POST',
    headers,
    body: 'hello',
  })
  expect(pushed.status).toBe(201)
  expect(await (await fetch(`${url}/v2/team/app/blobs/${HELLO}`, { headers })).text()).toBe('hello')
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toContain('lading_response_bytes_total{surface="oci"} 5\n')
  await lading.end('SIGTERM')
  expect(requestLines(lading.stderr()).slice(0, 6)).toMatchObject([
    {
      operation: 'manifest-put',
      repository: 'team/app',
      reference: '1.0',
      code: 'MANIFEST_INVALID',
      receivedBytes: 10,
    },
    { operation: 'CreateRepository', repository: 'team/app', status: 200 },
    {
      repository: 'team/app',
      status: 400,
      code: 'RepositoryAlreadyExistsException',
      reason: expect.stringContaining('already exists'),
    },
    { operation: 'BatchGetImage', repository: 'team/app', reference: '1.0' },
    { operation: 'upload-start', repository: 'team/app', reference: HELLO, receivedBytes: 5 },
    { operation: 'blob-get', repository: 'team/app', reference: HELLO, sizeBytes: 5, receivedBytes: 0 },
  ])
}, 30_000)

async function sendEcr(url: string, operation: string, input: unknown): Promise<void> {
  const signer = new SignatureV4({
    service: 'ecr',
    region: 'us-east-1',
    credentials: { accessKeyId: KEY_ID, secretAccessKey: SECRET },
    sha256: Sha256,
  })
  const { hostname, port } = new URL(url)
  const { headers: signed } = await signer.sign({
    method: 'POST',
    protocol: 'http:',
    hostname,
    path: '/',
    query: {},
    headers: {
      host: `${hostname}:${port}`,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AmazonEC2ContainerRegistry_V20150921.${operation}`,
    },
    body: JSON.stringify(input),
  })
  await (await fetch(url, { method: 'POST', headers: signed, body: JSON.stringify(input) })).text()
}
