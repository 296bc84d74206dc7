import { expect, test } from 'bun:test'
import { displayable, formatTable } from './displayable.ts'

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
