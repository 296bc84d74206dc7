import { expect, test } from 'bun:test'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findHost } from './hosts-file.ts'

async function fileWith(text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'lading-hosts-')), 'hosts.json')
  await writeFile(path, text)
  return path
}

test('a host has what is said of it, and another has nothing', async () => {
  const entry = { endpoint: 'https://api.example.com/', profile: 'lading' }
  const path = await fileWith(JSON.stringify({ 'registry.example.com': entry }))
  expect(await findHost(path, 'registry.example.com')).toEqual({
    endpoint: 'https://api.example.com',
    profile: 'lading',
  })
  expect(await findHost(path, 'constructor')).toBeUndefined()
  expect(await findHost(join(path, '..', 'none.json'), 'registry.example.com')).toBeUndefined()
})

test.each(['{', '[]', '{"a.example":5}', '{"a.example":{"profil":"x"}}', '{"a.example":{"endpoint":"a.example"}}'])(
  'a file that cannot be used is refused: %s',
  async (text) => {
    await expect(findHost(await fileWith(text), 'a.example')).rejects.toThrow()
  },
)
