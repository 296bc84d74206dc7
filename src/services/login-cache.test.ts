import { expect, test } from 'bun:test'
import { rootPrincipal } from '../core/principal.ts'
import { LoginCache } from './login-cache.ts'

const ROOT = rootPrincipal('000000000000', 'AKIAROOT')

test('a header is known for a second, and gone when another comes after that', () => {
  const logins = new LoginCache()
  for (let index = 0; index < 100; index++) logins.remember(`header ${index}`, ROOT, 0)
  expect(logins.find('header 5', 999)).toBe(ROOT)
  expect(logins.find('header 5', 1000)).toBeUndefined()
  expect(logins.find('another', 0)).toBeUndefined()
  logins.remember('header 7', ROOT, 500)
  logins.remember('another', ROOT, 1200)
  expect(logins.size).toBe(2)
  expect(logins.find('header 7', 1400)).toBe(ROOT)
})

test('headers are bounded by their length, one by one and together', () => {
  const logins = new LoginCache()
  logins.remember('x'.repeat(8193), ROOT, 0)
  expect(logins.size).toBe(0)
  for (let index = 0; index < 9000; index++) logins.remember(`${index}`.padStart(8192, 'x'), ROOT, 0)
  expect(logins.size).toBe(1024)
  expect(logins.find('8999'.padStart(8192, 'x'), 0)).toBe(ROOT)
  for (let index = 0; index < 9000; index++) logins.remember('the same', ROOT, 1)
  expect(logins.size).toBeLessThanOrEqual(1025)
})

test('a temporary credential is forgotten when it ends, and every credential when rights have changed', () => {
  const logins = new LoginCache()
  const session = { issuedAtMs: 0, expiresAtMs: 400, policyLayers: [], tags: [], transitiveTagKeys: [] }
  const temporary = { ...ROOT, session }
  logins.remember('temporary', temporary, 0)
  logins.remember('lasting', ROOT, 0)
  expect(logins.find('temporary', 399)).toBe(temporary)
  expect(logins.find('temporary', 400)).toBeUndefined()
  const { version } = logins
  logins.clear()
  expect(logins.version).not.toBe(version)
  expect([logins.size, logins.find('lasting', 1)]).toEqual([0, undefined])
})
