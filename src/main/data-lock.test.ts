import { expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lockData } from './data-lock.ts'

const HOLD = `
  const { lockData } = await import(${JSON.stringify(join(import.meta.dir, 'data-lock.ts'))})
  const lock = lockData(process.argv.at(-1))
  console.log('locked')
  setInterval(() => lock, 1000)
`

test('lockData() keeps a second process out, and lets it in when the first was killed', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'lading-lock-')), 'lock')
  const child = Bun.spawn([process.execPath, '-e', HOLD, path], { stdout: 'pipe' })
  const { value } = await child.stdout.getReader().read()
  expect(new TextDecoder().decode(value)).toBe('locked\n')
  expect(() => lockData(path)).toThrow('another process is using this data folder')
  child.kill('SIGKILL')
  await child.exited
  const lock = lockData(path)
  lock[Symbol.dispose]()
})

test('lockData() can be taken again once it was let go', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'lading-lock-')), 'lock')
  lockData(path)[Symbol.dispose]()
  const lock = lockData(path)
  expect(() => lockData(path)).toThrow('another process')
  lock[Symbol.dispose]()
})
