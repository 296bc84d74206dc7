import { expect, test } from 'bun:test'
import { InstallationKeys } from './identity/installation-keys.ts'
import { openToken, signToken } from './signed-token.ts'

const OLD = new Uint8Array(32).fill(1)
const NEW = new Uint8Array(32).fill(2)
const KEYS = new InstallationKeys([OLD])
const CLAIMS = { k: 'ü:', e: 5 }

test('openToken() gives what signToken() was given, and the text can stand in a path and in a password', () => {
  const token = signToken(KEYS, 'download addresses', CLAIMS)
  expect(token).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]+\.[\w-]{43}$/)
  expect(openToken(KEYS, 'download addresses', token)).toEqual(CLAIMS)
})

test('openToken() opens nothing of another key, for another purpose, of another version or with a changed letter', () => {
  const token = signToken(KEYS, 'download addresses', CLAIMS)
  expect(openToken(new InstallationKeys([NEW]), 'download addresses', token)).toBeUndefined()
  expect(openToken(KEYS, 'authorization tokens', token)).toBeUndefined()
  for (let index = 0; index < token.length; index++) {
    const changed = `${token.slice(0, index)}${token[index] === 'A' ? 'B' : 'A'}${token.slice(index + 1)}`
    expect([changed, openToken(KEYS, 'download addresses', changed)]).toEqual([changed, undefined])
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
    expect(openToken(KEYS, 'download addresses', text)).toBeUndefined()
  }
})

test('a token outlives its key being replaced, until the key is taken away', () => {
  const token = signToken(KEYS, 'authorization tokens', CLAIMS)
  const both = new InstallationKeys([NEW, OLD])
  expect(openToken(both, 'authorization tokens', token)).toEqual(CLAIMS)
  const newer = signToken(both, 'authorization tokens', CLAIMS)
  expect(openToken(new InstallationKeys([NEW]), 'authorization tokens', newer)).toEqual(CLAIMS)
  expect(openToken(KEYS, 'authorization tokens', newer)).toBeUndefined()
})
