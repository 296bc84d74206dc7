import { expect, test } from 'bun:test'
import { RandomIds } from '../../adapters/random-ids.ts'
import { openSecret, sealSecret } from './access-key-secret.ts'
import { InstallationKeys } from './installation-keys.ts'
import { openText, type Sealing, sealText } from './sealed-text.ts'

const ids = new RandomIds()
const OLD = new Uint8Array(32).fill(1)
const NEW = new Uint8Array(32).fill(2)
const services = { ids, keys: new InstallationKeys([OLD]) }
const SEALING: Sealing = { use: 'session tokens', binding: 'who it is for' }

test('openText() gives what sealText() sealed, and no two sealings are the same', () => {
  for (const text of ['', 'secret', 'ünïcode', 'x'.repeat(20_000)]) {
    const sealed = sealText(services, SEALING, text)
    expect(sealed).not.toBe(sealText(services, SEALING, text))
    expect(sealed).toMatch(/^k1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+$/)
    expect(openText(services, SEALING, sealed)).toBe(text)
  }
})

test('openText() opens nothing for another use or binding, or by another key', () => {
  const sealed = sealText(services, SEALING, 'secret')
  expect(openText(services, { ...SEALING, binding: 'somebody else' }, sealed)).toBeUndefined()
  expect(openText(services, { ...SEALING, use: 'access key secrets' }, sealed)).toBeUndefined()
  expect(openText({ keys: new InstallationKeys([NEW]) }, SEALING, sealed)).toBeUndefined()
})

test('openText() takes no text but the one that was sealed, to the last bit', () => {
  const sealed = sealText(services, SEALING, 'ab')
  for (let at = 0; at < sealed.length; at++) {
    const other = sealed.charAt(at) === 'A' ? 'B' : 'A'
    expect(openText(services, SEALING, sealed.slice(0, at) + other + sealed.slice(at + 1))).toBeUndefined()
  }
  for (const text of ['', 'k1', `${sealed}A`, `${sealed}=`, sealed.slice(0, -1), sealed.slice(0, 20), ` ${sealed}`]) {
    expect(openText(services, SEALING, text)).toBeUndefined()
  }
})

test('a key that was replaced opens what it made and makes nothing new', () => {
  const sealed = sealText(services, SEALING, 'secret')
  const both = { ids, keys: new InstallationKeys([NEW, OLD]) }
  expect(openText(both, SEALING, sealed)).toBe('secret')
  expect(openText(services, SEALING, sealText(both, SEALING, 'secret'))).toBeUndefined()
})

test('keys of different uses have nothing in common, and an id gives nothing away', () => {
  const { keys } = services
  const { keyId, key } = keys.current('audit')
  expect(keys.find('audit', keyId)).toBe(keys.current('audit'))
  expect(Buffer.from(key).equals(keys.current('session tokens').key)).toBe(false)
  expect(Buffer.from(OLD).toString('hex')).not.toContain(keyId)
  expect(keys.find('audit', '00000000')).toBeUndefined()
})

test('InstallationKeys takes at least one key, of 32 bytes each, each once', () => {
  for (const wrong of [[], [new Uint8Array(31)], [OLD, new Uint8Array(33)], [OLD, OLD]]) {
    expect(() => new InstallationKeys(wrong)).toThrow(RangeError)
  }
})

test("an access key's secret opens for this key of this account alone", () => {
  const sealedSecret = sealSecret(services, '000000000000', { accessKeyId: 'AKIA1', secret: 'its secret' })
  expect(sealedSecret).not.toContain('its secret')
  expect(openSecret(services, '000000000000', { id: 'AKIA1', sealedSecret })).toBe('its secret')
  expect(() => openSecret(services, '000000000000', { id: 'AKIA2', sealedSecret })).toThrow('AKIA2 cannot be opened')
  expect(() => openSecret(services, '000000000001', { id: 'AKIA1', sealedSecret })).toThrow('cannot be opened')
})
