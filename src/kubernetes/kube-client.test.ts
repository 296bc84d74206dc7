import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KubeClient } from './kube-client.ts'

let folder = ''
const shown: (string | null)[] = []
const api = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request) => {
    shown.push(request.headers.get('authorization'))
    return Response.json({})
  },
})
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-kube-'))
})
afterAll(async () => {
  await api.stop(true)
  await rm(folder, { recursive: true, force: true })
})

test('the token file is read for every request: what is in it is changed before it expires', async () => {
  const tokenFile = join(folder, 'token')
  const client = new KubeClient({ url: `http://127.0.0.1:${api.port}`, credential: { tokenFile } })
  const { signal } = new AbortController()
  for (const token of ['first', 'second']) {
    await Bun.write(tokenFile, `${token}\n`)
    await client.ask({ path: '/', method: 'GET', signal })
  }
  expect(shown).toEqual(['Bearer first', 'Bearer second'])
})

test('a line of a watch that has no end is not gathered without end', async () => {
  const endless = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: () =>
      new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(120)) })),
  })
  const client = new KubeClient({ url: `http://127.0.0.1:${endless.port}`, credential: { token: 't' } })
  const watch = client.watch('/', {}, new AbortController().signal)
  await expect(watch.next()).rejects.toThrow('a line is longer than')
  await endless.stop(true)
})
