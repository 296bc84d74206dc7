import { expect, test } from 'bun:test'
import { resolve } from 'node:path'
import { orderOf, startReceiver } from '../support/webhook-receiver.ts'
import { freshHome, ROOT_KEY, runLading } from './cli-process.ts'
import { manage, pushTag, until } from './event-process.ts'
import { AUTHORIZATION, freshSettings, type LadingProcess, startLading } from './lading-process.ts'

const REPOSITORIES = ['team/api', 'team/web']
const PUSHED = 'ECR Image Action'

async function settingsFor(host: string): Promise<Record<string, string>> {
  const settings = await freshSettings()
  return { ...settings, LADING_WEBHOOK_ALLOWED_HOSTS: host, LADING_WEBHOOK_TIMEOUT: '500ms', LADING_LOG_EVENTS: 'true' }
}

/** Tags `from` to `to` into each repository. @returns what was pushed */
async function pushAll(server: LadingProcess, from: number, to: number): Promise<string[]> {
  const tags = Array.from({ length: to - from }, (_, index) => `v${from + index}`)
  await Promise.all(
    REPOSITORIES.map(async (repository) => {
      for (const tag of tags) await pushTag(server, repository, tag)
    }),
  )
  return tags
}

test.each(['hangs', 'refuses', 'is gone'] as const)(
  'a server is killed while its receiver %s: pushes waited for nothing, and nothing is lost',
  async (how) => {
    let receiver = startReceiver()
    const settings = await settingsFor(receiver.host)
    await using killed = await startLading(settings)
    const pattern = { 'detail-type': [PUSHED] }
    await manage(killed, 'PUT', '/webhooks/ci', { url: receiver.url, format: 'eventbridge', pattern })
    const before = await pushAll(killed, 0, 5)
    await until('the first ones arrive', () => receiver.accepted().length === 10)
    if (how === 'hangs') receiver.answerWith(() => Bun.sleep(5000).then(() => 204))
    if (how === 'refuses') receiver.answerWith(() => 503)
    const { accepted, host } = receiver
    if (how === 'is gone') await receiver[Symbol.asyncDispose]()
    const during = await pushAll(killed, 5, 25)
    expect(accepted()).toHaveLength(10)
    await killed.end('SIGKILL')
    await receiver[Symbol.asyncDispose]()
    const received = accepted()
    receiver = startReceiver(() => 204, Number(host.split(':')[1]))
    await using restarted = await startLading(settings)
    const after = await pushAll(restarted, 25, 27)
    const all = () => [...received, ...receiver.accepted()]
    const ids = () => new Set(all().map(({ id }) => id))
    await until('all of them arrive', () => ids().size === 54, 60_000)
    const tags = [...before, ...during, ...after]
    expect(orderOf(all())).toEqual({ 'team/api': tags, 'team/web': tags })
    await receiver[Symbol.asyncDispose]()
  },
  90_000,
)

test('what happens is told by a stream, which ends with the server, and by the log', async () => {
  await using receiver = startReceiver()
  await using server = await startLading(await settingsFor(receiver.host))
  await pushTag(server, 'team/api', 'before')
  const query = `pattern=${encodeURIComponent(JSON.stringify({ 'detail-type': [PUSHED] }))}`
  const stream = await fetch(`${server.addresses[0]}/api/v1/events/stream?${query}`, {
    headers: { authorization: AUTHORIZATION },
  })
  expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
  let text = ''
  const read = (async () => {
    for await (const chunk of stream.body ?? []) text += new TextDecoder().decode(chunk)
  })()
  await until('the stream begins', () => text.startsWith(':\n\n'))
  await until(
    'the first one has its place',
    async () => (await manage(server, 'GET', `/events?${query}`)).events.length === 1,
  )
  await pushTag(server, 'team/api', 'now')
  await until('it is told', () => text.includes('"image-tag":"now"'))
  const startedMs = Date.now()
  expect(await server.end('SIGTERM')).toBe(0)
  await read
  expect(Date.now() - startedMs).toBeLessThan(10_000)
  const logged = server
    .stderr()
    .split('\n')
    .filter((line) => line.includes(`"detail-type":"${PUSHED}"`))
  expect(logged.length).toBeGreaterThanOrEqual(2)
}, 30_000)

/** Of a command that goes on until it is stopped. */
async function firstLineOf(args: readonly string[], environment: Record<string, string>): Promise<string> {
  const main = resolve(import.meta.dir, '../../src/main/lading.ts')
  const child = Bun.spawn([process.execPath, '--no-env-file', main, ...args], {
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdout: 'pipe',
    stderr: 'inherit',
  })
  let text = ''
  for await (const chunk of child.stdout) {
    text += new TextDecoder().decode(chunk)
    if (text.includes('\n')) break
  }
  child.kill()
  await child.exited
  return text.split('\n')[0] ?? ''
}

test('the command line puts webhooks, tries them, replays what was lost, and reads events', async () => {
  await using receiver = startReceiver()
  await using server = await startLading({ ...(await settingsFor(receiver.host)), LADING_WEBHOOK_ATTEMPTS: '1' })
  const environment = { HOME: await freshHome(), LADING_ENDPOINT: server.addresses[0] ?? '', ...ROOT_KEY }
  const run = (...args: string[]) => runLading(args, { environment })
  const pattern = JSON.stringify({ 'detail-type': [PUSHED] })
  const made = await run('webhook', 'put', 'ci', '--url', receiver.url, '--format', 'eventbridge', '--pattern', pattern)
  expect([made.status, made.stderr]).toEqual([0, ''])
  expect(made.stdout).toMatch(/^NAME +STAT[\s\S]*\nci +enabled +eventbridge [\s\S]*\nsecret {2}whsec_\S{40}\n$/)
  const tested = await run('webhook', 'test', 'ci')
  expect([tested.status, tested.stdout]).toEqual([0, 'The receiver answered 204.\n'])
  receiver.answerWith(() => 500)
  const failed = await run('webhook', 'test', 'ci')
  expect([failed.status, failed.stderr]).toEqual([1, 'lading: The receiver answered with status 500.\n'])
  await pushTag(server, 'team/api', 'v1')
  await until('it is given up', async () => (await manage(server, 'GET', '/webhooks/ci')).deadLetters === 1)
  const letters = await run('webhook', 'dead-letters', 'ci')
  expect(letters.stdout).toMatch(/\n\d+ +2\S+ +image-pushed +team\/api +1 +The receiver answered with status 500\.\n$/)
  receiver.answerWith(() => 204)
  expect((await run('webhook', 'replay', 'ci', '--all')).stderr).toBe('1 replayed.\n')
  await until('it arrives', () => receiver.accepted().some(({ tag }) => tag === 'v1'))
  expect((await run('webhook', 'drop', 'ci', '--all')).stderr).toBe('0 dropped.\n')
  expect((await run('webhook', 'drop', 'ci')).status).toBe(2)
  expect((await run('webhook', 'rotate-secret', 'ci')).stdout).toMatch(/^secret {2}whsec_\S{40}\n$/)
  expect((await run('webhook', 'show', 'ci')).stdout).toContain('\n0 wait, 0 could not be delivered.\n')
  expect((await run('webhook', 'list')).stdout).toMatch(/\nci +enabled /)
  const listed = await run('events', 'list', '--pattern', pattern)
  expect(listed.stdout).toMatch(
    /^SEQUENCE [\s\S]*\n\d+ +2\S+ +ECR Image Action PUSH +team\/api +v1 +sha256:[0-9a-f]{64}\n$/,
  )
  expect(await firstLineOf(['events', 'follow', '--after', '0', '--pattern', pattern], environment)).toContain(
    '"image-tag":"v1"',
  )
  expect((await run('webhook', 'delete', 'ci')).stderr).toBe('Webhook ci was deleted.\n')
  const wrong = await run('events', 'list', '--pattern', '{}')
  expect([wrong.status, wrong.stderr]).toEqual([1, 'lading: The pattern must be an object with members.\n'])
}, 60_000)
