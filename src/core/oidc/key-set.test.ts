import { describe, expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { makeSigner } from '../../../test/support/identity-tokens.ts'
import { refusalOf } from '../../../test/support/refusal-of.ts'
import type { JsonValue } from '../strict-json.ts'
import { importPublishedKeys, parseUploadedKeys } from './key-set.ts'
import { importKey, UnusableKey } from './verification-key.ts'

const rsa = makeSigner('RS256').publicJwk
const ec = makeSigner('ES256', 'key-2').publicJwk
const ed = makeSigner('EdDSA', 'key-3').publicJwk
const privateJwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })
const bytes = (length: number, last: number) => Buffer.concat([Buffer.alloc(length - 1, 0xff), Buffer.from([last])])
const modulus = (bits: number) => bytes(bits / 8, 0xff).toString('base64url')

/** What is not good as a key, and what is said of it. */
const UNUSABLE: readonly (readonly [string, object, RegExp])[] = [
  ['a private RSA key', privateJwk, /secret/],
  ['a private Ed25519 key', { ...ed, d: ed.x }, /secret/],
  ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0' }, /secret/],
  ['a symmetric key without its secret', { kty: 'oct' }, /"kty"/],
  ['no kty', { n: rsa.n, e: rsa.e }, /"kty"/],
  ['an RSA key of 1024 bits', makeRsa({ n: modulus(1024) }), /2048/],
  [
    'an RSA key of 2047 bits',
    makeRsa({ n: Buffer.concat([Buffer.from([0x7f]), bytes(255, 0xff)]).toString('base64url') }),
    /2048/,
  ],
  [
    'an RSA key of 1024 bits with zeros before it',
    makeRsa({ n: Buffer.concat([Buffer.alloc(128), bytes(128, 0xff)]).toString('base64url') }),
    /2048/,
  ],
  ['an RSA key of 16384 bits', makeRsa({ n: modulus(16_384) }), /8192/],
  ['an RSA exponent of 1', makeRsa({ e: 'AQ' }), /exponent/],
  ['an RSA exponent of 0', makeRsa({ e: 'AA' }), /exponent/],
  ['an even RSA exponent', makeRsa({ e: 'AQAC' }), /exponent/],
  ['a huge RSA exponent', makeRsa({ e: modulus(2048) }), /exponent/],
  ['an RSA key with padding', makeRsa({ n: `${rsa.n}=` }), /base64url/],
  ['an RSA key with numbers', makeRsa({ e: 65_537 }), /base64url/],
  ['a point that is not on its curve', { ...ec, x: ec.y, y: ec.x }, /curve or modulus/],
  ['a coordinate that is too short', { ...ec, x: 'AQAB' }, /32 bytes/],
  ['a coordinate that is missing', { ...ec, y: undefined }, /32 bytes/],
  ['a curve of Bitcoin', { ...ec, crv: 'secp256k1', alg: undefined }, /P-256/],
  ['a curve for key agreement', { ...ed, crv: 'X25519', alg: undefined }, /Ed25519/],
  ['a key for encryption', { ...rsa, use: 'enc' }, /"use"/],
  ['a key for signing alone', { ...rsa, key_ops: ['sign'] }, /"key_ops"/],
  ['a key for HS256', { ...rsa, alg: 'HS256' }, /"alg"/],
  ['a key for RSA-OAEP', { ...rsa, alg: 'RSA-OAEP' }, /"alg"/],
  ['an RSA key for ES256', { ...rsa, alg: 'ES256' }, /"alg"/],
  ['a P-256 key for ES384', { ...ec, alg: 'ES384' }, /"alg"/],
  ['an id that is a number', { ...rsa, kid: 1 }, /"kid"/],
  ['an id that is too long', { ...rsa, kid: 'k'.repeat(257) }, /"kid"/],
]

function makeRsa(members: object): object {
  return { kty: 'RSA', n: rsa.n, e: 'AQAB', ...members }
}

test.each(UNUSABLE)('%s is no key', (_, key, reason) => {
  expect(() => importKey({ ...key })).toThrow(UnusableKey)
  const refusal = refusalOf(() => parseUploadedKeys(JSON.stringify({ keys: [ec, key] })))
  expect(refusal.reason).toBe('parameter-invalid')
  expect(refusal.message).toContain('key 2: ')
  expect(refusal.message).toMatch(reason)
  expect(refusal.message).not.toContain(String(privateJwk.d))
})

describe('parseUploadedKeys()', () => {
  test('takes a set or a list, and keeps nothing but public members', () => {
    const noisy = { ...rsa, x5c: ['MIIB'], x5t: 'AA', comment: 'mine' }
    const expected = [rsa, ec, ed].map(({ use: _, ...members }) => members)
    expect(parseUploadedKeys(JSON.stringify({ keys: [noisy, ec, ed], more: 1 }))).toEqual(expected)
    expect(parseUploadedKeys(JSON.stringify([noisy, ec, ed]))).toEqual(expected)
  })

  test.each([
    ['', /JSON/],
    ['-----BEGIN PUBLIC KEY-----', /JSON/],
    ['{"keys":[],"keys":[]}', /once/],
    ['{}', /1 to 20/],
    ['null', /1 to 20/],
    ['{"keys":{}}', /1 to 20/],
    ['[]', /1 to 20/],
    ['["key"]', /key 1: expected an object/],
    ['[[]]', /key 1: expected an object/],
    [JSON.stringify(Array.from({ length: 21 }, () => ec)), /1 to 20/],
    [`[${' '.repeat(200_000)}]`, /at most 131072 bytes/],
  ])('refuses %p', (text, reason) => {
    const refusal = refusalOf(() => parseUploadedKeys(text))
    expect(refusal.reason).toBe('parameter-invalid')
    expect(refusal.message).toMatch(reason)
  })
})

describe('importPublishedKeys()', () => {
  // What JSON.stringify makes of it is what a document would hold.
  const published = (keys: unknown): JsonValue => JSON.parse(JSON.stringify({ keys }))

  test('passes over what it does not know, and what gives its secret away', () => {
    const keys = importPublishedKeys(published([...UNUSABLE.map(([, key]) => key), 'junk', null, rsa, ec, ed]))
    expect(keys?.map(({ keyId }) => keyId)).toEqual(['key-1', 'key-2', 'key-3'])
  })

  test('takes fifty at most', () => {
    expect(importPublishedKeys(published(Array.from({ length: 60 }, () => ec)))).toHaveLength(50)
  })

  test.each([[null], ['keys'], [[]], [{}], [{ keys: {} }], [{ keys: 'all' }]])('%j is no set', (document) => {
    expect(importPublishedKeys(document)).toBeUndefined()
  })
})
