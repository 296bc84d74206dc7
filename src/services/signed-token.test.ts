import { expect, test } from 'bun:test'
import { openToken, signToken } from './signed-token.ts'

const KEY = new Uint8Array(32).fill(1)
const CLAIMS = { k: 'ü:', e: 5 }

test('openToken() gives what signToken() was given, and the text can stand in a path and in a password', () => {
  const token = signToken(KEY, 'layer', CLAIMS)
  expect(token).toMatch(/^v1\.[\w-]+\.[\w-]{43}$/)
  expect(openToken(KEY, 'layer', token)).toEqual(CLAIMS)
})

test('openToken() opens nothing of another key, for another purpose, of another version or with a changed letter', () => {
  const token = signToken(KEY, 'layer', CLAIMS)
  expect(openToken(new Uint8Array(32), 'layer', token)).toBeUndefined()
  expect(openToken(KEY, 'authorization', token)).toBeUndefined()
  for (let index = 0; index < token.length; index++) {
    const changed = `${token.slice(0, index)}${token[index] === 'A' ? 'B' : 'A'}${token.slice(index + 1)}`
    expect([changed, openToken(KEY, 'layer', changed)]).toEqual([changed, undefined])
  }
  for (const text of [
    '',
    '.',
    '..',
    'v1..',
    token.slice(0, -1),
    `${token}=`,
    `${token} `,
    `.${token}`,
    'x'.repeat(1e6),
  ]) {
    expect(openToken(KEY, 'layer', text)).toBeUndefined()
  }
})
