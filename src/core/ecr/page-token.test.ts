import { expect, test } from 'bun:test'
import { formatPageToken, parsePageToken } from './page-token.ts'

test('a token gives back the key that it was made of', () => {
  const token = formatPageToken('images', ['sha256:ab', null])
  expect(token).toMatch(/^[A-Za-z0-9_-]+$/)
  expect(parsePageToken('images', token, 2)).toEqual(['sha256:ab', null])
})

test('anything else is refused: another list, another key, junk behind it, other JSON, too long', () => {
  const token = formatPageToken('images', ['a'])
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const wrong = [
    formatPageToken('tags', ['a']),
    formatPageToken('images', ['a', 'b']),
    `${token}x`,
    `${token}=`,
    token.slice(0, -1),
    '',
    'not a token',
    encode(null),
    encode({ 0: 'images' }),
    encode(['images', 5]),
    encode(['images', ['a']]),
    Buffer.from(' ["images","a"]').toString('base64url'),
    formatPageToken('images', ['a'.repeat(5000)]),
  ]
  for (const text of wrong) {
    expect(() => parsePageToken('images', text, 1)).toThrow(expect.objectContaining({ reason: 'page-invalid' }))
  }
})
