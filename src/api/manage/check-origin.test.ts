import { expect, test } from 'bun:test'
import { checkOrigin } from './check-origin.ts'

const OWN = { host: 'registry.example.com:5000', externalUrl: 'https://registry.example.com' }

const isTaken = (headers: Record<string, string>, own: Parameters<typeof checkOrigin>[1] = OWN): boolean => {
  try {
    checkOrigin(new Headers(headers), own)
    return true
  } catch {
    return false
  }
}

test('whoever is no browser sends neither header, and is let through', () => {
  expect(isTaken({})).toBe(true)
})

test.each([
  'http://registry.example.com:5000',
  'https://registry.example.com:5000',
  'https://registry.example.com',
  'https://REGISTRY.example.com',
])('a page of our own is let through: %s', (origin) => {
  expect(isTaken({ origin })).toBe(true)
})

test.each([
  'https://registry.example.com.evil.example',
  'https://evil.example',
  'http://registry.example.com:5001',
  'null',
  '',
  'registry.example.com',
  'file://',
  'https://registry.example.com@evil.example',
])('a page of somebody else’s is refused: %p', (origin) => {
  expect(isTaken({ origin })).toBe(false)
})

test('the default port is the same as none', () => {
  expect(
    isTaken({ origin: 'http://registry.example.com' }, { host: 'registry.example.com:80', externalUrl: undefined }),
  ).toBe(true)
})

test('what the browser says of the site counts where it sends no origin', () => {
  expect(
    ['same-origin', 'none', 'same-site', 'cross-site', ''].map((site) => isTaken({ 'sec-fetch-site': site })),
  ).toEqual([true, true, false, false, false])
})
