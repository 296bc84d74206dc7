import { expect, test } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readValue } from './setting-value.ts'

test('a value is JSON, but that of a policy is its text', async () => {
  expect(await readValue('quota', '{"images":3}')).toEqual({ images: 3 })
  expect(await readValue('scanOnPush', 'true')).toBe(true)
  expect(await readValue('lifecyclePolicy', '{ "rules": [] }')).toBe('{ "rules": [] }')
})

test('a value may be in a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lading-value-'))
  const file = join(folder, 'policy.json')
  await writeFile(file, '{"rules":[]}\n')
  expect(await readValue('lifecyclePolicy', `@${file}`)).toBe('{"rules":[]}\n')
  await rm(folder, { recursive: true })
  await expect(readValue('quota', `@${file}`)).rejects.toThrow('cannot be read')
})

test('what is no JSON is refused with what was expected', async () => {
  await expect(readValue('quota', '3 images')).rejects.toThrow('The value of quota is no JSON')
})
