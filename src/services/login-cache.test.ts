import { expect, test } from 'bun:test'
import { anonymousPrincipal } from '../core/principal.ts'
import { LoginCache } from './login-cache.ts'

const SOMEBODY = anonymousPrincipal('000000000000')

test('LoginCache remembers for a second, and nothing that is padded to great length', () => {
  const logins = new LoginCache()
  const padded = `Basic ${' '.repeat(2000)}QQ==`
  for (const header of ['Basic QQ==', padded]) logins.remember(header, SOMEBODY, 0)
  expect(logins.find('Basic QQ==', 999)).toBe(SOMEBODY)
  expect(logins.find('Basic QQ==', 1000)).toBeUndefined()
  expect(logins.find(padded, 1)).toBeUndefined()
})
