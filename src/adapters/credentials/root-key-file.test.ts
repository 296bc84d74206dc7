import { expect, test } from 'bun:test'
import { chmod, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRootKey } from './root-key-file.ts'

async function freshPath(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'lading-key-')), 'root-credentials.json')
}

test('openRootKey() makes a key of AWS shape once, and finds the same one again', async () => {
  const path = await freshPath()
  const made = await openRootKey(path)
  expect(made.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/)
  expect(made.secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/)
  expect(made.wasMade).toBe(true)
  expect(await openRootKey(path)).toEqual({ ...made, wasMade: false })
  expect((await openRootKey(await freshPath())).secretAccessKey).not.toBe(made.secretAccessKey)
})

test('openRootKey() leaves one file behind, readable by its owner only, in the form of a credential_process', async () => {
  const path = await freshPath()
  const made = await openRootKey(path)
  expect(await readdir(join(path, '..'))).toEqual(['root-credentials.json'])
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
    Version: 1,
    AccessKeyId: made.accessKeyId,
    SecretAccessKey: made.secretAccessKey,
  })
})

test('openRootKey() closes a file that others could read, and says so', async () => {
  const path = await freshPath()
  await openRootKey(path)
  await chmod(path, 0o644)
  expect((await openRootKey(path)).wasExposed).toBe(true)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await openRootKey(path)).wasExposed).toBe(false)
})

test('openRootKey() never overwrites a file that it does not understand', async () => {
  for (const text of ['', 'not json', '{"AccessKeyId": 1}', 'null']) {
    const path = await freshPath()
    await writeFile(path, text)
    await expect(openRootKey(path)).rejects.toThrow('does not hold a root key')
    expect(await readFile(path, 'utf8')).toBe(text)
  }
})
