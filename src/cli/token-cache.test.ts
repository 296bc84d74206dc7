import { expect, test } from 'bun:test'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CachedToken, cacheName, isFresh, TokenCache } from './token-cache.ts'

const TOKEN: CachedToken = {
  host: 'registry.example.com',
  password: 'v1.secret',
  issuedAtMs: 1000,
  expiresAtMs: 3000,
  credentials: 'abc',
}
const NAME = cacheName(['one'])

async function freshFolder(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'lading-tokens-')), 'lading', 'tokens')
}

const modeOf = async (path: string) => (await stat(path)).mode & 0o777

test('a token is found again, in a file and a folder of nobody else', async () => {
  const folder = await freshFolder()
  const cache = new TokenCache(folder)
  expect(await cache.find(NAME)).toBeUndefined()
  await cache.put(NAME, TOKEN)
  expect(await cache.find(NAME)).toEqual(TOKEN)
  expect(await cache.find(cacheName(['other']))).toBeUndefined()
  expect([await modeOf(folder), await modeOf(join(folder, NAME))]).toEqual([0o700, 0o600])
  await cache.put(NAME, { ...TOKEN, credentials: undefined })
  expect(await cache.find(NAME)).toEqual({ ...TOKEN, credentials: undefined })
  expect(await readdir(folder)).toEqual([NAME])
  expect(NAME).toMatch(/^[0-9a-f]{64}$/)
})

test('what was removed is not found, and removing nothing is no error', async () => {
  const cache = new TokenCache(await freshFolder())
  await cache.remove(NAME)
  await cache.put(NAME, TOKEN)
  await cache.remove(NAME)
  expect([await cache.find(NAME), await cache.list()]).toEqual([undefined, []])
})

test('a folder that others can look into is closed before anything is put there, and not believed before', async () => {
  const folder = await freshFolder()
  await mkdir(folder, { recursive: true, mode: 0o755 })
  await writeFile(join(folder, NAME), JSON.stringify(TOKEN), { mode: 0o600 })
  const cache = new TokenCache(folder)
  expect(await cache.find(NAME)).toBeUndefined()
  await cache.put(cacheName(['other']), TOKEN)
  expect(await modeOf(folder)).toBe(0o700)
})

test('a file that others can read or write is not believed', async () => {
  const folder = await freshFolder()
  const cache = new TokenCache(folder)
  for (const mode of [0o644, 0o640, 0o602]) {
    await cache.put(NAME, TOKEN)
    await chmod(join(folder, NAME), mode)
    expect([mode, await cache.find(NAME)]).toEqual([mode, undefined])
  }
})

test.skipIf(process.getuid?.() !== 0)(
  'what somebody else owns is not believed, and no token is put there',
  async () => {
    const folder = await freshFolder()
    const cache = new TokenCache(folder)
    await cache.put(NAME, TOKEN)
    await chown(join(folder, NAME), 12_345, 12_345)
    expect(await cache.find(NAME)).toBeUndefined()
    await chown(folder, 12_345, 12_345)
    const other = cacheName(['other'])
    await cache.put(other, TOKEN)
    expect(await readdir(folder)).toEqual([NAME])
  },
)

test('a link is followed neither to read nor to write', async () => {
  const folder = await freshFolder()
  const cache = new TokenCache(folder)
  await cache.put(NAME, TOKEN)
  const linked = cacheName(['linked'])
  await symlink(join(folder, NAME), join(folder, linked))
  expect(await cache.find(linked)).toBeUndefined()
  await cache.put(linked, { ...TOKEN, password: 'v1.new' })
  expect((await cache.find(NAME))?.password).toBe('v1.secret')
  expect((await cache.find(linked))?.password).toBe('v1.new')
})

test.each([
  '',
  '{',
  'null',
  '[]',
  '{"host":1}',
  JSON.stringify({ ...TOKEN, expiresAtMs: 'soon' }),
  '\0',
  'x'.repeat(100_000),
])('a file that is damaged counts as none: %p', async (text) => {
  const folder = await freshFolder()
  const cache = new TokenCache(folder)
  await cache.put(NAME, TOKEN)
  await writeFile(join(folder, NAME), text)
  expect(await cache.find(NAME)).toBeUndefined()
  expect(await cache.list()).toEqual([])
  await cache.put(NAME, TOKEN)
  expect(await cache.find(NAME)).toEqual(TOKEN)
})

test('a cache that cannot be written keeps nobody from a token', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'lading-tokens-')), 'file')
  await writeFile(file, 'here')
  const cache = new TokenCache(join(file, 'tokens'))
  await cache.put(NAME, TOKEN)
  expect(await cache.find(NAME)).toBeUndefined()
  expect(await cache.list()).toEqual([])
  expect(await readFile(file, 'utf8')).toBe('here')
})

test('readers see the old token or the new one while it is replaced', async () => {
  const cache = new TokenCache(await freshFolder())
  await cache.put(NAME, TOKEN)
  let isWriting = true
  const writing = (async () => {
    for (let index = 0; index < 50; index++)
      await cache.put(NAME, { ...TOKEN, password: `v1.${'x'.repeat(index * 100)}` })
    isWriting = false
  })()
  while (isWriting) expect(await cache.find(NAME)).toBeDefined()
  await writing
})

test('a token is fresh for half of its life, and not before it was made', () => {
  expect([999, 1000, 1999, 2000, 3000].map((nowMs) => isFresh(TOKEN, nowMs))).toEqual([false, true, true, false, false])
})
