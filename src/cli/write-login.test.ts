import { expect, test } from 'bun:test'
import { lstat, mkdtemp, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeLogin } from './write-login.ts'

const REGISTRY = 'registry.example.com:5000'

async function freshPath(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'lading-login-')), '.docker', 'config.json')
}

const read = async (path: string) => JSON.parse(await readFile(path, 'utf8'))

test('a login is written where there was no file, for nobody else to read', async () => {
  const path = await freshPath()
  await writeLogin(path, REGISTRY, 'v1.token')
  expect(await read(path)).toEqual({ auths: { [REGISTRY]: { auth: btoa('AWS:v1.token') } } })
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('all else in the file stays, and a link stays a link', async () => {
  const link = join(await mkdtemp(join(tmpdir(), 'lading-login-')), 'config.json')
  const target = join(await mkdtemp(join(tmpdir(), 'lading-login-')), 'real.json')
  await writeFile(target, JSON.stringify({ auths: { other: { auth: 'x' } }, credHelpers: { a: 'b' }, proxies: {} }))
  await symlink(target, link)
  await writeLogin(link, REGISTRY, 'v1.token')
  expect((await lstat(link)).isSymbolicLink()).toBe(true)
  expect(await read(target)).toEqual({
    auths: { other: { auth: 'x' }, [REGISTRY]: { auth: btoa('AWS:v1.token') } },
    credHelpers: { a: 'b' },
    proxies: {},
  })
})

test('a login that docker would not look for is refused, and so is a file that is not docker’s', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'lading-login-')), 'config.json')
  for (const text of ['{"credsStore":"desktop"}', `{"credHelpers":{"${REGISTRY}":"lading"}}`, '[]', '{', 'text']) {
    await writeFile(path, text)
    await expect(writeLogin(path, REGISTRY, 'v1.token')).rejects.toThrow(path)
    expect(await readFile(path, 'utf8')).toBe(text)
  }
})
