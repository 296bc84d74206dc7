import { expect, test } from 'bun:test'
import { displayable, displayableJson, formatTable, PagedTable } from './displayable.ts'

test('nothing of somebody else’s moves the cursor', () => {
  expect(displayable('a\u001b[31mb\r\nc\u202ed')).toBe('a\\u{1b}[31mb\\u{d}\\u{a}c\\u{202e}d')
})

test('columns are as wide as what is in them, and lines have no spaces behind', () => {
  expect(
    formatTable([
      ['A', 'B', 'C'],
      ['long', '', 'c'],
      ['x', 'y', ''],
    ]),
  ).toBe('A     B  C\nlong     c\nx     y\n')
})

test('JSON for a terminal is the same JSON', () => {
  const value = { a: 'x\u202ey\u{e0041}\n', b: [1] }
  const text = displayableJson(value)
  expect(JSON.parse(text)).toEqual(value)
  expect(text).toBe('{\n  "a": "x\\u202ey\\udb40\\udc41\\n",\n  "b": [\n    1\n  ]\n}')
})

test('a table that comes in pages has its headings once, and columns that do not become narrower', () => {
  const table = new PagedTable(['A', 'B'])
  const pages = [[['long', 'x']], [], [['y', 'z']], [['longer', 'w']]]
  expect(pages.map((page) => table.rows(page)).join('')).toBe('A     B\nlong  x\ny     z\nlonger  w\n')
  expect(new PagedTable(['A', 'B']).rows([])).toBe('')
})
