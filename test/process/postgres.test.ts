import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findPostgres, startPostgres } from '../contracts/postgres-server.ts'
import { AUTHORIZATION, freshSettings, startLading } from './lading-process.ts'

const headers = { authorization: AUTHORIZATION }
const HELLO = 'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
const binaries = await findPostgres()

test.skipIf(binaries === undefined)(
  'with LADING_DATABASE_URL the metadata is in PostgreSQL, and there again after a restart',
  async () => {
    const postgres = await startPostgres(binaries ?? '')
    try {
      const settings: Record<string, string> = { ...(await freshSettings()), LADING_DATABASE_URL: postgres.url }
      const first = await startLading(settings)
      const pushed = await fetch(`${first.addresses[0]}/v2/team/app/blobs/uploads/?digest=${HELLO}`, {
        method: 'POST',
        headers,
        body: 'hello',
      })
      expect(pushed.status).toBe(201)
      expect(await first.end('SIGTERM')).toBe(0)
      expect(existsSync(join(settings.LADING_DATA ?? '', 'metadata.db'))).toBe(false)

      await using second = await startLading(settings)
      const pulled = await fetch(`${second.addresses[0]}/v2/team/app/blobs/${HELLO}`, { headers })
      expect(await pulled.text()).toBe('hello')
      await postgres.crash()
      await Bun.sleep(1100)
      expect((await fetch(`${second.addresses[0]}/readyz`)).status).toBe(503)
      await postgres.restart()
      await Bun.sleep(1100)
      expect((await fetch(`${second.addresses[0]}/readyz`)).status).toBe(200)
    } finally {
      await postgres.stop()
    }
  },
  60_000,
)

test('a database that cannot be reached ends the start with one sentence that does not hold the password', async () => {
  const lading = await startLading({
    ...(await freshSettings()),
    LADING_DATABASE_URL: 'postgres://me:hush-hush@127.0.0.1:1/lading',
  })
  expect(lading.child.exitCode).toBe(1)
  expect(lading.stderr()).toMatch(/^lading: cannot start: [^\n]+\n$/)
  expect(lading.stderr()).not.toContain('hush')
}, 30_000)

test.skipIf(binaries === undefined)(
  'a database that is not there or not ours is refused in PostgreSQL’s own words; clients are told neither host nor code',
  async () => {
    const postgres = await startPostgres(binaries ?? '')
    try {
      const { host, pathname } = new URL(postgres.url)
      const startAt = async (url: string) =>
        (await startLading({ ...(await freshSettings()), LADING_DATABASE_URL: url })).stderr()
      expect(await startAt(`postgres://lading@${host}/nothing-here`)).toContain(
        `the metadata database nothing-here on ${host} cannot be used: database "nothing-here" does not exist; make the`,
      )
      expect(await startAt(`postgres://nobody:hush@${host}${pathname}`)).toContain(
        'role "nobody" does not exist; check the user',
      )
      const settings = { ...(await freshSettings()), LADING_DATABASE_URL: postgres.url }
      await using lading = await startLading(settings)
      await postgres.crash()
      const refused = await fetch(`${lading.addresses[0]}/v2/team/app/tags/list`, { headers })
      expect(refused.status).toBe(503)
      expect(await refused.text()).not.toMatch(/ERR_|127\.0\.0\.1|57P/)
      await Bun.sleep(300)
      expect(lading.stderr()).toMatch(/"status":503,"code":"UNAVAILABLE".*"cause":\{.*PostgresError/)
    } finally {
      await postgres.stop()
    }
  },
  60_000,
)
