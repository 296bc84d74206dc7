import { expect, test } from 'bun:test'
import { linesOf } from './lines-of.ts'

async function* chunks(...parts: readonly (string | readonly number[])[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : Uint8Array.from(part)
}
const lines = async (...parts: readonly (string | readonly number[])[]) =>
  await Array.fromAsync(linesOf(chunks(...parts)))

test('lines are what stands between line feeds, however it comes', async () => {
  expect(await lines('a\nb', 'c\n', '\nd')).toEqual(['a', 'bc', '', 'd'])
  expect(await lines('a\n')).toEqual(['a'])
  expect(await lines()).toEqual([])
  expect(await lines([0xc3], [0xa9, 10])).toEqual(['é'])
})

test('nothing is mended: other ends of lines stay, and so does the mark at the beginning', async () => {
  expect(await lines('a\r\nb\u2028c\n')).toEqual(['a\r', 'b\u2028c'])
  expect(await lines([0xef, 0xbb, 0xbf], 'a')).toEqual(['\ufeffa'])
})

test('what is not UTF-8 is no line that could be good', async () => {
  const [line = ''] = await lines('{"a":"', [0xff], '"}\n')
  expect(() => JSON.parse(line)).toThrow()
})

test('a line without an end is cut, and the next one is read', async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (let megabyte = 0; megabyte < 8; megabyte++) yield Buffer.alloc(1024 * 1024, 'x')
    yield Buffer.from('\nnext\n')
  }
  const [long = '', next] = await Array.fromAsync(linesOf(endless()))
  expect([long.length, next]).toEqual([2 * 1024 * 1024, 'next'])
})
