import { expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { AUTHORIZATION, freshSettings, type LadingProcess, startLading } from './lading-process.ts'

const headers = { authorization: AUTHORIZATION }

async function beginUpload(lading: LadingProcess): Promise<string> {
  const response = await fetch(`${lading.addresses[0]}/v2/team/app/blobs/uploads/`, { method: 'POST', headers })
  expect(response.status).toBe(202)
  return response.headers.get('location') ?? ''
}

/** A PATCH whose body is sent piece by piece, and what the server said to it so far. */
function openPatch(
  lading: LadingProcess,
  location: string,
  offset: number,
  sizeBytes: number,
): { socket: Socket; answer: () => string } {
  const socket = connect(Number(new URL(lading.addresses[0] ?? '').port), '127.0.0.1')
  let answer = ''
  socket.on('data', (data) => {
    answer += data.toString()
  })
  socket.on('error', () => {})
  socket.write(
    `PATCH ${location} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${AUTHORIZATION}\r\n` +
      `Content-Type: application/octet-stream\r\nContent-Range: ${offset}-${offset + sizeBytes - 1}\r\nContent-Length: ${sizeBytes}\r\n\r\n`,
  )
  return { socket, answer: () => answer }
}

function bytes(sizeBytes: number, seed: number): Buffer<ArrayBuffer> {
  return Buffer.from(Array.from({ length: sizeBytes }, (_, index) => (index * 31 + seed) % 251))
}

test('SIGTERM in the middle of a chunk: what was accepted is there after the restart, and the upload goes on', async () => {
  const settings = { ...(await freshSettings()), LADING_STOP_TIMEOUT: '500ms' }
  const whole = bytes(300_000, 7)
  const lading = await startLading(settings)
  const location = await beginUpload(lading)
  const first = await fetch(`${lading.addresses[0]}${location}`, {
    method: 'PATCH',
    headers: { ...headers, 'content-range': '0-99999' },
    body: whole.subarray(0, 100_000),
  })
  expect(first.status).toBe(202)
  const { socket, answer } = openPatch(lading, location, 100_000, 100_000)
  socket.write(whole.subarray(100_000, 150_000))
  await Bun.sleep(200)
  expect(await lading.end('SIGTERM')).toBe(0)
  expect(answer()).toMatch(/^HTTP\/1\.1 503/)

  await using again = await startLading(settings)
  const status = await fetch(`${again.addresses[0]}${location}`, { headers })
  expect(status.status).toBe(204)
  const offset = Number(status.headers.get('range')?.split('-')[1]) + 1
  expect(offset).toBeGreaterThanOrEqual(100_000)
  expect(offset).toBeLessThanOrEqual(150_000)
  const digest = `sha256:${createHash('sha256').update(whole).digest('hex')}`
  const put = await fetch(`${again.addresses[0]}${location}?digest=${digest}`, {
    method: 'PUT',
    headers: { ...headers, 'content-range': `${offset}-${whole.byteLength - 1}` },
    body: whole.subarray(offset),
  })
  expect(put.status).toBe(201)
  const blob = await fetch(`${again.addresses[0]}/v2/team/app/blobs/${digest}`, { headers })
  expect(Buffer.from(await blob.arrayBuffer()).equals(whole)).toBe(true)
}, 30_000)

test('SIGTERM lets a chunk that is still coming end, answers it, and keeps it', async () => {
  const settings = await freshSettings()
  const whole = bytes(100_000, 9)
  const lading = await startLading(settings)
  const location = await beginUpload(lading)
  const { socket, answer } = openPatch(lading, location, 0, whole.byteLength)
  socket.write(whole.subarray(0, 50_000))
  await Bun.sleep(100)
  const ended = lading.end('SIGTERM')
  await Bun.sleep(200)
  await expect(fetch(`${lading.addresses[0]}/healthz`)).rejects.toThrow()
  socket.write(whole.subarray(50_000))
  expect(await ended).toBe(0)
  expect(answer()).toMatch(/^HTTP\/1\.1 202/)

  await using again = await startLading(settings)
  const status = await fetch(`${again.addresses[0]}${location}`, { headers })
  expect(status.headers.get('range')).toBe('0-99999')
}, 30_000)

test('a second signal a while later ends the process at once', async () => {
  const lading = await startLading(await freshSettings())
  const location = await beginUpload(lading)
  openPatch(lading, location, 0, 1000)
  await Bun.sleep(100)
  lading.child.kill('SIGTERM')
  await Bun.sleep(100)
  lading.child.kill('SIGTERM')
  await Bun.sleep(1100)
  expect(lading.child.exitCode).toBeNull()
  const startedMs = performance.now()
  expect(await lading.end('SIGTERM')).toBe(1)
  expect(performance.now() - startedMs).toBeLessThan(2000)
}, 30_000)

test('a stop does not wait for a scrub that takes hours over a blob', async () => {
  const settings = { ...(await freshSettings()), LADING_SCRUB_INTERVAL: '1s', LADING_SCRUB_RATE: '1KiB' }
  const lading = await startLading(settings)
  const whole = bytes(300_000, 11)
  const digest = `sha256:${createHash('sha256').update(whole).digest('hex')}`
  const path = `${lading.addresses[0]}/v2/team/app/blobs/uploads/?digest=${digest}`
  expect((await fetch(path, { method: 'POST', headers, body: whole })).status).toBe(201)
  await Bun.sleep(2500)
  const startedMs = performance.now()
  expect(await lading.end('SIGTERM')).toBe(0)
  expect(performance.now() - startedMs).toBeLessThan(5000)
  expect(lading.stderr()).not.toContain('jobs did not end in time')
}, 30_000)
