import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { findPostgres, startPostgres } from '../contracts/postgres-server.ts'
import { orderOf, startReceiver } from '../support/webhook-receiver.ts'
import { manage, pushTag, until } from './event-process.ts'
import { AUTHORIZATION, freshSettings, type LadingProcess, startLading } from './lading-process.ts'

const binaries = await findPostgres()
const REPOSITORIES = Array.from({ length: 6 }, (_, index) => `team/app-${index}`)
const TAGS = Array.from({ length: 15 }, (_, index) => `v${index}`)

let postgres: Awaited<ReturnType<typeof startPostgres>>
beforeAll(async () => {
  if (binaries !== undefined) postgres = await startPostgres(binaries)
})
afterAll(async () => await postgres?.stop())

/** Two servers on one database and one folder of blobs. */
async function startTwo(host: string): Promise<[LadingProcess, LadingProcess]> {
  const shared = {
    LADING_DATABASE_URL: postgres.url,
    LADING_INSTALLATION_KEY: Buffer.alloc(32, 5).toString('base64url'),
    LADING_WEBHOOK_ALLOWED_HOSTS: host,
    LADING_WEBHOOK_TIMEOUT: '1s',
  }
  const settings: Record<string, string> = { ...(await freshSettings()), ...shared }
  const first = await startLading(settings)
  const other: Record<string, string> = { ...(await freshSettings()), ...shared }
  await mkdir(other.LADING_DATA ?? '', { recursive: true, mode: 0o700 })
  await symlink(join(settings.LADING_DATA ?? '', 'blobs'), join(other.LADING_DATA ?? '', 'blobs'))
  return [first, await startLading(other)]
}

test.skipIf(binaries === undefined)(
  'two processes send each repository’s events in order, none of them twice, and a stream of one tells of both',
  async () => {
    await using receiver = startReceiver(() => Bun.sleep(2).then(() => 204))
    const [one, other] = await startTwo(receiver.host)
    await using _one = one
    await using _other = other
    const pattern = { detail: { 'action-type': ['PUSH'] } }
    await manage(one, 'PUT', '/webhooks/ci', { url: receiver.url, format: 'eventbridge', pattern })
    const query = `pattern=${encodeURIComponent(JSON.stringify(pattern))}`
    const stream = await fetch(`${other.addresses[0]}/api/v1/events/stream?${query}`, {
      headers: { authorization: AUTHORIZATION },
    })
    let told = ''
    const reading = (async () => {
      for await (const chunk of stream.body ?? []) told += new TextDecoder().decode(chunk)
    })().catch(() => {})
    // Each push by turns at either of them: what happens in a repository is in the order in which it was committed.
    await Promise.all(
      REPOSITORIES.map(async (repository) => {
        for (const [index, tag] of TAGS.entries()) await pushTag(index % 2 === 0 ? one : other, repository, tag)
      }),
    )
    const all = REPOSITORIES.length * TAGS.length
    await until('all of them arrive', () => receiver.accepted().length >= all)
    await until('all of them are told', () => told.split('\ndata: ').length > all)
    expect(orderOf(receiver.accepted())).toEqual(Object.fromEntries(REPOSITORIES.map((name) => [name, TAGS])))
    expect(receiver.received).toHaveLength(all)
    const ids = told.match(/^id: \d+$/gm)?.map((line) => Number(line.slice(4))) ?? []
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    expect(await Promise.all([one.end('SIGTERM'), other.end('SIGTERM')])).toEqual([0, 0])
    await reading
  },
  90_000,
)
