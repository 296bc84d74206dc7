import { expect, test } from 'bun:test'
import { rootPrincipal } from '../core/principal.ts'
import { LoginCache } from './login-cache.ts'

const ROOT = rootPrincipal('000000000000', 'AKIAROOT')
const HERE = { clientAddress: '192.0.2.1', secure: true, userAgent: 'docker/29' }

test('a header is known for a second, and gone when another comes after that', () => {
  const logins = new LoginCache()
  for (let index = 0; index < 100; index++) logins.remember(`header ${index}`, { principal: ROOT }, 0)
  expect(logins.find('header 5', 999, HERE)).toBe(ROOT)
  expect(logins.find('header 5', 1000, HERE)).toBeUndefined()
  expect(logins.find('another', 0, HERE)).toBeUndefined()
  logins.remember('header 7', { principal: ROOT }, 500)
  logins.remember('another', { principal: ROOT }, 1200)
  expect(logins.size).toBe(2)
  expect(logins.find('header 7', 1400, HERE)).toBe(ROOT)
})

test('headers are bounded by their length, one by one and together', () => {
  const logins = new LoginCache()
  logins.remember('x'.repeat(8193), { principal: ROOT }, 0)
  expect(logins.size).toBe(0)
  for (let index = 0; index < 9000; index++) logins.remember(`${index}`.padStart(8192, 'x'), { principal: ROOT }, 0)
  expect(logins.size).toBe(1024)
  expect(logins.find('8999'.padStart(8192, 'x'), 0, HERE)).toBe(ROOT)
  for (let index = 0; index < 9000; index++) logins.remember('the same', { principal: ROOT }, 1)
  expect(logins.size).toBeLessThanOrEqual(1025)
})

test('a temporary credential is forgotten when it ends, and every credential when rights have changed', () => {
  const logins = new LoginCache()
  const session = { issuedAtMs: 0, expiresAtMs: 400, policyLayers: [], tags: [], transitiveTagKeys: [] }
  const temporary = { ...ROOT, session }
  logins.remember('temporary', { principal: temporary }, 0)
  logins.remember('lasting', { principal: ROOT }, 0)
  expect(logins.find('temporary', 399, HERE)).toBe(temporary)
  expect(logins.find('temporary', 400, HERE)).toBeUndefined()
  const { version } = logins
  logins.clear()
  expect(logins.version).not.toBe(version)
  expect([logins.size, logins.find('lasting', 1, HERE)]).toEqual([0, undefined])
})

test('what was good because of where it came from is good from there alone', () => {
  const logins = new LoginCache()
  logins.remember('login', { principal: ROOT, from: HERE }, 0)
  expect(logins.find('login', 1, { ...HERE })).toBe(ROOT)
  for (const elsewhere of [{ clientAddress: '192.0.2.2' }, { secure: false }, { userAgent: undefined }]) {
    expect(logins.find('login', 1, { ...HERE, ...elsewhere })).toBeUndefined()
  }
})
