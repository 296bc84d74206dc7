import { expect, test } from 'bun:test'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AUTHORIZATION, freshSettings, KEY_ID, SECRET, startLading } from './lading-process.ts'

const headers = { authorization: AUTHORIZATION }
const EMPTY = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

test('health, readiness and metrics answer without a login, and name no repository', async () => {
  await using lading = await startLading(await freshSettings())
  const [url] = lading.addresses
  await fetch(`${url}/v2/secret-team/app/blobs/uploads/?digest=${EMPTY}`, { method: 'POST', headers, body: '' })
  await fetch(`${url}/v2/secret-team/app/tags/list`, { headers })
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(metrics).toMatch(/lading_requests_total\{surface="oci",operation="[a-z-]+",status="2xx"\} \d/)
  expect(metrics).toContain('process_resident_memory_bytes ')
  expect(metrics).toContain('lading_build_info{version="0.1.0",bun="')
  expect(metrics).not.toContain('secret-team')
  expect((await fetch(`${url}/healthz`, { method: 'POST' })).status).toBe(404)
}, 30_000)

test('the anonymous listener reads without a login, and does nothing else', async () => {
  const settings = { ...(await freshSettings()), LADING_ANONYMOUS_LISTEN: '127.0.0.1:0' }
  await using lading = await startLading(settings)
  const [url, open] = lading.addresses
  await fetch(`${url}/v2/team/app/blobs/uploads/?digest=${EMPTY}`, { method: 'POST', headers, body: '' })
  expect((await fetch(`${url}/v2/team/app/blobs/${EMPTY}`)).status).toBe(401)
  expect((await fetch(`${open}/v2/team/app/blobs/${EMPTY}`)).status).toBe(200)
  for (const sent of [{}, { headers }]) {
    const push = await fetch(`${open}/v2/team/app/blobs/uploads/`, { method: 'POST', ...sent })
    expect([401, 403, 405]).toContain(push.status)
  }
  expect((await fetch(`${open}/metrics`)).status).toBe(404)
  expect((await fetch(`${open}/`, { method: 'POST', body: '{}' })).status).toBe(404)
}, 30_000)

test('the log has changes and refusals as JSON lines, and never a secret', async () => {
  const lading = await startLading(await freshSettings())
  const [url] = lading.addresses
  const pushed = await fetch(`${url}/v2/team/app/blobs/uploads/?digest=${EMPTY}`, { method: 'POST', headers, body: '' })
  await fetch(`${url}/v2/team/app/blobs/${EMPTY}`, { headers })
  await fetch(`${url}/v2/team/app/manifests/x?token=querysecret`, { method: 'PUT', headers, body: '{' })
  await fetch(`${url}/_lading/layers/pathsecret`)
  await lading.end('SIGTERM')
  const text = lading.stderr()
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: 'info',
      msg: 'request',
      requestId: pushed.headers.get('x-request-id'),
      method: 'POST',
      path: '/v2/team/app/blobs/uploads/',
      status: 201,
      principal: 'arn:aws:iam::000000000000:root',
      client: '127.0.0.1',
    }),
  )
  expect(lines.filter((line) => line.method === 'GET' && line.status === 200)).toEqual([])
  expect(lines.filter((line) => line.method === 'PUT')).toMatchObject([{ status: 400 }])
  for (const secret of [SECRET, AUTHORIZATION, btoa(`${KEY_ID}:${SECRET}`), 'querysecret', 'pathsecret']) {
    expect(text).not.toContain(secret)
  }
}, 30_000)

test.skipIf(Bun.which('openssl') === null)(
  'HTTPS with a certificate and a key (made by openssl)',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lading-tls-'))
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    const made = Bun.spawnSync(
      ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'].concat([
        '-nodes',
        '-keyout',
        key,
        '-out',
        cert,
        '-days',
        '1',
        '-subj',
        '/CN=localhost',
        '-addext',
        'subjectAltName=IP:127.0.0.1',
      ]),
    )
    expect(made.exitCode).toBe(0)
    await using lading = await startLading({ ...(await freshSettings()), LADING_TLS_CERT: cert, LADING_TLS_KEY: key })
    const [url] = lading.addresses
    expect(url).toStartWith('https://')
    const response = await fetch(`${url}/v2/`, { headers, tls: { ca: await Bun.file(cert).text() } })
    expect(response.status).toBe(200)
  },
  30_000,
)
