import { expect, test } from 'bun:test'
import { ANONYMOUS } from '../../test/support/test-registry.ts'
import { LoginCache } from './login-cache.ts'

test('a header is known for a second, and gone when another comes after that', () => {
  const logins = new LoginCache()
  for (let index = 0; index < 100; index++) logins.remember(`header ${index}`, ANONYMOUS, 0)
  expect(logins.find('header 5', 999)).toBe(ANONYMOUS)
  expect(logins.find('header 5', 1000)).toBeUndefined()
  expect(logins.find('another', 0)).toBeUndefined()
  logins.remember('header 7', ANONYMOUS, 500)
  logins.remember('another', ANONYMOUS, 1200)
  expect(logins.size).toBe(2)
  expect(logins.find('header 7', 1400)).toBe(ANONYMOUS)
})

test('headers are bounded by their length, one by one and together', () => {
  const logins = new LoginCache()
  logins.remember('x'.repeat(2049), ANONYMOUS, 0)
  expect(logins.size).toBe(0)
  for (let index = 0; index < 9000; index++) logins.remember(`${index}`.padStart(2048, 'x'), ANONYMOUS, 0)
  expect(logins.size).toBe(1024)
  expect(logins.find('8999'.padStart(2048, 'x'), 0)).toBe(ANONYMOUS)
  for (let index = 0; index < 9000; index++) logins.remember('the same', ANONYMOUS, 1)
  expect(logins.size).toBeLessThanOrEqual(1025)
})
