/**
 * Takes events of a Lading registry by HTTP, and prints what was pushed. Node 24, Bun and Deno run it as it is:
 *
 *     WEBHOOK_SECRET=whsec_… PORT=8080 node examples/receive-events.ts
 *
 * The secret is what `lading webhook put` showed.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'

const SECRET = Buffer.from((process.env.WEBHOOK_SECRET ?? '').replace(/^whsec_/, ''), 'base64')
/** Who sends an old message again is somebody else. */
const OLDEST_SECONDS = 5 * 60
const MOST_BYTES = 1024 * 1024

/** Ids of what was done already: an event may come twice. Keep them where they outlive this process. */
const done = new Set<string>()

const server = createServer(async (request, response) => {
  const body = await read(request)
  if (body === undefined || !isGenuine(request, body)) {
    response.writeHead(401).end()
    return
  }
  const event = JSON.parse(body)
  if (!done.has(event.id)) {
    // What takes long belongs in a queue: the registry waits ten seconds, and then sends it again.
    console.log(`${event.type} ${event.subject ?? ''} ${JSON.stringify(event.data)}`)
    done.add(event.id)
  }
  response.writeHead(204).end()
})
server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1')

/** By Standard Webhooks: each of the signatures is of the id, the time and the body, with dots between them. */
function isGenuine({ headers }: IncomingMessage, body: string): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= OLDEST_SECONDS)) return false
  const expected = createHmac('sha256', SECRET).update(`${id}.${timestamp}.${body}`).digest()
  return String(signatures)
    .split(' ')
    .map((signature) => Buffer.from(signature.replace(/^v1,/, ''), 'base64'))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected))
}

/** Undefined for what is too large. */
async function read(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of request) {
    sizeBytes += chunk.length
    if (sizeBytes > MOST_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
