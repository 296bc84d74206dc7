import { expect, test } from 'bun:test'
import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LogLevel } from '../../ports/log.ts'
import { JsonLog } from './json-log.ts'

function logTo(level: LogLevel): { log: JsonLog; read: () => string } {
  const path = join(mkdtempSync(join(tmpdir(), 'lading-log-')), 'log')
  const fileDescriptor = openSync(path, 'a')
  const log = new JsonLog({ level, fileDescriptor })
  return { log, read: () => readFileSync(path, 'utf8') }
}

test('JsonLog writes one JSON object a line, in the order of the calls', () => {
  const { log, read } = logTo('info')
  log.write('info', 'one', { a: 1 })
  log.write('warn', 'two')
  log.flush()
  const lines = read()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines).toMatchObject([
    { level: 'info', msg: 'one', a: 1 },
    { level: 'warn', msg: 'two' },
  ])
  expect(Date.parse(lines[0].time)).toBeGreaterThan(Date.now() - 60_000)
})

test('JsonLog leaves out what is below its level', () => {
  const { log, read } = logTo('warn')
  log.write('info', 'quiet')
  log.write('error', 'loud')
  log.flush()
  expect(read()).not.toContain('quiet')
  expect(read()).toContain('loud')
  expect([log.writes('info'), log.writes('warn')]).toEqual([false, true])
})

test('JsonLog writes by itself after a moment, and at once when much is waiting', async () => {
  const { log, read } = logTo('info')
  log.write('info', 'x'.repeat(70_000))
  expect(read()).toContain('xxx')
  log.write('info', 'later')
  expect(read()).not.toContain('later')
  await Bun.sleep(300)
  expect(read()).toContain('later')
})

test('JsonLog escapes everything that could drive a terminal or forge a line', () => {
  const { log, read } = logTo('info')
  log.write('info', 'a\u001b[31m\u009b\u2028\nb', { path: '/\r\n{"level":"error"}' })
  log.flush()
  expect(read().trimEnd().split('\n')).toHaveLength(1)
  const controls = [...read().trimEnd()].filter((character) => /[\p{Cc}\p{Zl}\p{Zp}]/u.test(character))
  expect(controls).toEqual([])
  expect(JSON.parse(read()).msg).toBe('a\u001b[31m\u009b\u2028\nb')
})

test('JsonLog writes errors with stack and cause, and survives what JSON cannot hold', () => {
  const { log, read } = logTo('info')
  log.write('error', 'failed', { error: new Error('outer', { cause: new Error('inner') }) })
  const cycle: Record<string, unknown> = {}
  cycle.self = cycle
  log.write('error', 'cycle', cycle)
  log.flush()
  const [failed, cyclic] = read()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(failed.error).toMatchObject({ message: 'outer', cause: { message: 'inner' } })
  expect(failed.error.stack).toContain('json-log.test.ts')
  expect(cyclic.msg).toBe('cycle')
})

test('JsonLog never throws, not even when its file is closed', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'lading-log-')), 'log')
  const fileDescriptor = openSync(path, 'a')
  const log = new JsonLog({ level: 'info', fileDescriptor })
  closeSync(fileDescriptor)
  log.write('info', 'nobody hears this')
  expect(() => log.flush()).not.toThrow()
})
