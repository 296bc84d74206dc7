import { expect, test } from 'bun:test'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { manage, pushTag, until } from './event-process.ts'
import { freshSettings, startLading } from './lading-process.ts'

const EXAMPLE = resolve(import.meta.dir, '../../examples/receive-events.ts')

/** A port that nobody has at the moment. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((listening) => server.once('listening', listening))
  const address = server.address()
  server.close()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

test('examples/receive-events.ts takes what is signed by the secret, prints it once, and takes nothing else', async () => {
  const port = await freePort()
  const host = `127.0.0.1:${port}`
  await using server = await startLading({ ...(await freshSettings()), LADING_WEBHOOK_ALLOWED_HOSTS: host })
  const pattern = { 'detail-type': ['ECR Image Action'] }
  const { secret } = await manage(server, 'PUT', '/webhooks/example', { url: `http://${host}/`, pattern })
  const child = Bun.spawn([process.execPath, EXAMPLE], {
    env: { WEBHOOK_SECRET: secret, PORT: String(port) },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  let printed = ''
  const reading = (async () => {
    for await (const chunk of child.stdout) printed += new TextDecoder().decode(chunk)
  })()
  const post = (headers: Record<string, string>, body = '{}') =>
    fetch(`http://${host}/`, { method: 'POST', headers, body })
  await until('it listens', () =>
    post({}).then(
      () => true,
      () => false,
    ),
  )
  await pushTag(server, 'team/api', 'v1')
  await until('it was told', () => printed.includes('\n'))
  expect(printed).toMatch(/^dev\.lading\.image-pushed team\/api:v1 \{"result":"SUCCESS",.*"image-tag":"v1"\}\n$/)
  const now = String(Math.floor(Date.now() / 1000))
  const forged = { 'webhook-id': 'x', 'webhook-timestamp': now, 'webhook-signature': 'v1,AAAA' }
  expect((await post(forged)).status).toBe(401)
  child.kill()
  await reading
}, 30_000)
