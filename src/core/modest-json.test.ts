import { expect, test } from 'bun:test'
import { isModestJson } from './modest-json.ts'

const modest = (text: string) => isModestJson(new TextEncoder().encode(text))

test('64 levels are modest and 65 are not, whatever they are of', () => {
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const) {
    expect(modest(`${open.repeat(64)}1${close.repeat(64)}`)).toBe(true)
    expect(modest(`${open.repeat(65)}1${close.repeat(65)}`)).toBe(false)
  }
  expect(modest('['.repeat(2_500_000))).toBe(false)
  expect(modest(`[${'[],'.repeat(1000)}1]`)).toBe(true)
})

test('many parts are not modest', () => {
  expect(modest(`{"z":[${'[],'.repeat(9000)}1]}`)).toBe(true)
  expect(modest(`{"z":[${'[],'.repeat(11_000)}1]}`)).toBe(false)
  expect(modest(`[${'1,'.repeat(30_000)}1]`)).toBe(false)
  expect(modest(`{${'"a":1,'.repeat(15_000)}"b":1}`)).toBe(false)
})

test('what is in quotes counts for nothing, also behind escapes', () => {
  const filler = '[{:,'.repeat(100_000)
  expect(modest(JSON.stringify({ manifest: filler }))).toBe(true)
  expect(modest(JSON.stringify({ manifest: `"${filler}\\"` }))).toBe(true)
  expect(modest(`{"a":"\\\\",${'"b":1,'.repeat(15_000)}"c":"`)).toBe(false)
})

test('the end of a string is found wherever it is, and however many backslashes are before a quote', () => {
  const bomb = `${'[1,1],'.repeat(8000)}1]`
  for (let length = 0; length < 200; length++) {
    for (let backslashes = 0; backslashes < 4; backslashes++) {
      const text = `["${'x'.repeat(length)}${'\\'.repeat(backslashes)}",${bomb}`
      // After an odd number of them the quote is a part of the string, which then never ends.
      expect([length, backslashes, modest(text)]).toEqual([length, backslashes, backslashes % 2 === 1])
    }
  }
})

test('what is no JSON is left to the parser', () => {
  for (const text of ['', ']]]]', '"', '"\\', 'x', '{"a":"']) expect(modest(text)).toBe(true)
})
