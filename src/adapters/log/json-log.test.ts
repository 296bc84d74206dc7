import { expect, test } from 'bun:test'
import { closeSync, constants, mkdtempSync, openSync, readFileSync } from 'node:fs'
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

test('JsonLog writes one JSON object a line, in the order of the calls', async () => {
  const { log, read } = logTo('info')
  log.write('info', 'one', { a: 1 })
  log.write('warn', 'two')
  await log.flush(1000)
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

test('JsonLog leaves out what is below its level', async () => {
  const { log, read } = logTo('warn')
  log.write('info', 'quiet')
  log.write('error', 'loud')
  await log.flush(1000)
  expect(read()).not.toContain('quiet')
  expect(read()).toContain('loud')
  expect([log.writes('info'), log.writes('warn')]).toEqual([false, true])
})

test('JsonLog writes by itself after a moment, and at once when much is waiting', async () => {
  const { log, read } = logTo('info')
  log.write('info', 'x'.repeat(70_000))
  await Bun.sleep(50)
  expect(read()).toContain('xxx')
  log.write('info', 'later')
  expect(read()).not.toContain('later')
  await Bun.sleep(300)
  expect(read()).toContain('later')
})

test('JsonLog escapes everything that could drive a terminal or forge a line', async () => {
  const { log, read } = logTo('info')
  log.write('info', 'a\u001b[31m\u009b\u2028\nb', { path: '/\r\n{"level":"error"}' })
  await log.flush(1000)
  expect(read().trimEnd().split('\n')).toHaveLength(1)
  const controls = [...read().trimEnd()].filter((character) => /[\p{Cc}\p{Zl}\p{Zp}]/u.test(character))
  expect(controls).toEqual([])
  expect(JSON.parse(read()).msg).toBe('a\u001b[31m\u009b\u2028\nb')
})

test('JsonLog writes errors with stack and cause, and survives what JSON cannot hold', async () => {
  const { log, read } = logTo('info')
  log.write('error', 'failed', { error: new Error('outer', { cause: new Error('inner') }) })
  const cycle: Record<string, unknown> = {}
  cycle.self = cycle
  log.write('error', 'cycle', cycle)
  await log.flush(1000)
  const [failed, cyclic] = read()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(failed.error).toMatchObject({ message: 'outer', cause: { message: 'inner' } })
  expect(failed.error.stack).toContain('json-log.test.ts')
  expect(cyclic.msg).toBe('cycle')
})

test('JsonLog never throws, not even when its file is closed', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'lading-log-')), 'log')
  const fileDescriptor = openSync(path, 'a')
  const log = new JsonLog({ level: 'info', fileDescriptor })
  closeSync(fileDescriptor)
  log.write('info', 'nobody hears this')
  expect(await log.flush(1000)).toBe(true)
  expect(log.droppedLines).toBe(1)
})

/** A pipe that is full as soon as it gets 64 KiB, and is read when the test reads it. */
function pipe(): { descriptor: number; readAll: () => Promise<string>; close: () => void } {
  const path = join(mkdtempSync(join(tmpdir(), 'lading-log-')), 'pipe')
  expect(Bun.spawnSync(['mkfifo', path]).exitCode).toBe(0)
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const descriptor = openSync(path, 'w')
  return {
    descriptor,
    readAll: async () => {
      const child = Bun.spawn(['timeout', '1', 'cat'], { stdin: reader, stdout: 'pipe' })
      return await new Response(child.stdout).text()
    },
    close: () => {
      closeSync(reader)
      closeSync(descriptor)
    },
  }
}

test('JsonLog holds nobody up when nobody reads its pipe: lines beyond its bound are dropped, counted and told', async () => {
  const { descriptor, readAll, close } = pipe()
  const log = new JsonLog({ level: 'info', fileDescriptor: descriptor })
  const text = 'x'.repeat(1000)
  const startedMs = performance.now()
  for (let n = 0; n < 10_000; n++) {
    log.write('info', text, { n })
    if (n % 1000 === 0) await Bun.sleep(1)
  }
  expect(await log.flush(200)).toBe(false)
  expect(performance.now() - startedMs).toBeLessThan(5000)
  const { droppedLines } = log
  expect(droppedLines).toBeGreaterThan(4000)
  expect(droppedLines).toBeLessThan(7000)

  const reading = readAll()
  expect(await log.flush(5000)).toBe(true)
  log.write('info', 'heard again')
  expect(await log.flush(5000)).toBe(true)
  const lines = (await reading)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const numbers = lines.flatMap(({ n }) => (n === undefined ? [] : [n]))
  expect(numbers).toEqual(Array.from({ length: 10_000 - droppedLines }, (_, n) => n))
  const told = lines.filter(({ msg }) => msg === 'log lines were dropped')
  expect(told.reduce((sum, { lines: dropped }) => sum + dropped, 0)).toBe(droppedLines)
  expect(lines.at(-1).msg).toBe('heard again')
  close()
}, 20_000)
