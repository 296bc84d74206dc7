import { expect, test } from 'bun:test'
import { isStorableText } from './storable-text.ts'

test('isStorableText() refuses a NUL anywhere and half of a surrogate pair, and nothing else', () => {
  for (const text of ['', 'a', 'ü', '🐳', '\n', '\u0001', '\uffff']) expect(isStorableText(text)).toBe(true)
  for (const text of ['\0', 'a\0', '\0a', '\ud800', 'a\udc00', '\udc00\ud800']) expect(isStorableText(text)).toBe(false)
})
