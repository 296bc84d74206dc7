import { expect, test } from 'bun:test'
import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { encode, makeSigner, newProvider, signToken } from '../../../test/support/identity-tokens.ts'
import { refusalOf } from '../../../test/support/refusal-of.ts'
import { parseCompactToken } from './compact-token.ts'
import { importKey, type VerificationKey } from './verification-key.ts'
import { verifyIdentityToken } from './verify-identity-token.ts'

const NOW_SECONDS = 1_790_000_000
const CLAIMS = {
  iss: 'https://issuer.example.com',
  sub: 'somebody',
  aud: 'registry.example.com',
  iat: NOW_SECONDS - 60,
  exp: NOW_SECONDS + 600,
  jti: 'token-1',
}
const rsa = makeSigner('RS256')
const ec = makeSigner('ES256')
const ed = makeSigner('EdDSA')
const stranger = makeSigner('RS256')

function verify(text: string, keys: readonly VerificationKey[] = [rsa.verificationKey]) {
  return verifyIdentityToken({
    token: parseCompactToken(text),
    provider: newProvider(),
    keys,
    nowMs: NOW_SECONDS * 1000,
  })
}

const good = rsa.sign(CLAIMS)
const [header = '', payload = '', signature = ''] = good.split('.')
const publicPem = createPublicKey({ key: rsa.publicJwk, format: 'jwk' }).export({ format: 'pem', type: 'spki' })
const hmac = (secret: string | Buffer, alg: string) => {
  const text = `${encode({ alg, kid: rsa.keyId })}.${payload}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}
const withHeader = (members: object) => signToken({ alg: 'RS256', kid: rsa.keyId, ...members }, CLAIMS, rsa.privateKey)
const own = stranger.publicJwk

test.each([
  ['nothing', ''],
  ['three characters', 'a.b'],
  ['dots', '...'],
  ['two parts', `${header}.${payload}`],
  ['four parts', `${good}.${signature}`],
  ['five parts, as encrypted ones have', `${good}.${signature}.${signature}`],
  ['no header', `.${payload}.${signature}`],
  ['no payload', `${header}..${signature}`],
  ['no signature', `${header}.${payload}.`],
  ['a space at the end', `${good} `],
  ['a line feed at the end', `${good}\n`],
  ['padding', `${good}=`],
  ['base64 instead of base64url', `${header}.${payload}.${signature.replaceAll('-', '+').replaceAll('_', '/')}+/`],
  ['junk in base64', `${header}.${payload.slice(0, 8)}*${payload.slice(8)}.${signature}`],
  ['a header of a megabyte', `${'A'.repeat(1024 * 1024)}.${payload}.${signature}`],
  ['one character too many', `${header}.${'A'.repeat(20_000)}.${signature}`],
  ['alg none', `${encode({ alg: 'none' })}.${payload}.AA`],
  ['alg none without a signature', `${encode({ alg: 'none' })}.${payload}.`],
  ['alg NONE', `${encode({ alg: 'NONE' })}.${payload}.${signature}`],
  ['no alg', signToken({ kid: rsa.keyId }, CLAIMS, rsa.privateKey)],
  ['alg that is a list', signToken({ alg: ['RS256'] }, CLAIMS, rsa.privateKey)],
  ['alg of the prototype', `${encode({ alg: 'constructor' })}.${payload}.${signature}`],
  ['alg in lower case', signToken({ alg: 'rs256', kid: rsa.keyId }, CLAIMS, rsa.privateKey)],
  ['HS256 with the public key as its secret', hmac(publicPem, 'HS256')],
  ['HS256 with the modulus as its secret', hmac(String(rsa.publicJwk.n), 'HS256')],
  ['an HMAC that says RS256', hmac(publicPem, 'RS256')],
  ['another RSA algorithm than that of the key', signToken({ alg: 'RS512', kid: rsa.keyId }, CLAIMS, rsa.privateKey)],
  ['the key of an algorithm for curves', signToken({ alg: 'ES256', kid: rsa.keyId }, CLAIMS, rsa.privateKey)],
  ["a stranger's key under the right id", stranger.sign(CLAIMS)],
  ["a stranger's key that the header brings along", stranger.sign(CLAIMS, { jwk: own })],
  ["a stranger's key without an id, brought along", stranger.sign(CLAIMS, { kid: undefined, jwk: own })],
  ['an address of keys', stranger.sign(CLAIMS, { jku: 'https://evil.test/keys' })],
  ['an address of certificates', stranger.sign(CLAIMS, { x5u: 'https://evil.test/certificate' })],
  ['certificates', stranger.sign(CLAIMS, { x5c: ['MIIB'] })],
  ['an id of another key', rsa.sign(CLAIMS, { kid: 'key-2' })],
  ['an id that is no text', withHeader({ kid: 1 })],
  ['an id that is too long', withHeader({ kid: 'k'.repeat(257) })],
  ['an extension', withHeader({ crit: ['b64'], b64: false })],
  ['an empty list of extensions', withHeader({ crit: [] })],
  ['a member of the header twice', signToken('{"alg":"RS256","alg":"RS256"}', CLAIMS, rsa.privateKey)],
  ['a claim twice', rsa.sign(`{"sub":"admin",${JSON.stringify(CLAIMS).slice(1)}`)],
  ['a claim twice, once escaped', rsa.sign(`{"s\\u0075b":"admin",${JSON.stringify(CLAIMS).slice(1)}`)],
  ['a header that is a list', signToken('["RS256"]', CLAIMS, rsa.privateKey)],
  ['a payload that is a list', rsa.sign(JSON.stringify([CLAIMS]))],
  ['a payload that is null', rsa.sign('null')],
  ['a payload that is a text', rsa.sign('"somebody"')],
  ['a payload with something behind it', rsa.sign(`${JSON.stringify(CLAIMS)}x`)],
  ['a payload with a byte order mark', rsa.sign(`\ufeff${JSON.stringify(CLAIMS)}`)],
  ['a payload that is nested without end', rsa.sign('['.repeat(14_000))],
  ['a payload with a number beyond all', rsa.sign(`{"exp":1e999,${JSON.stringify(CLAIMS).slice(1)}`)],
])('%s', (_, text) => {
  const refusal = refusalOf(() => verify(text))
  expect(refusal.reason).toBe('identity-token-invalid')
  expect(refusal.message.length).toBeLessThan(200)
  for (const part of text.split('.').filter((piece) => piece.length > 5)) expect(refusal.message).not.toContain(part)
})

test('the token that they are made of is good', () => {
  expect(verify(good).subject).toBe('somebody')
})

test('a flipped bit anywhere is noticed', () => {
  for (const signer of [rsa, ec, ed]) {
    const text = signer.sign(CLAIMS)
    for (let at = 0; at < text.length; at += 3) {
      const flipped = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1)
      const reason = refusalOf(() => verify(flipped, [signer.verificationKey])).reason
      // The issuer is compared first, and others may have their members broken.
      expect(reason).toBe('identity-token-invalid')
    }
  }
})

test('a truncated token is none, wherever it ends', () => {
  for (let length = 0; length < good.length; length++) {
    expect(refusalOf(() => verify(good.slice(0, length))).reason).toBe('identity-token-invalid')
  }
})

test('a second spelling of the last byte is another token', () => {
  const last = signature.at(-1) ?? ''
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const twin = alphabet[alphabet.indexOf(last) ^ 1] ?? ''
  expect(Buffer.from(signature.slice(0, -1) + twin, 'base64url')).toEqual(Buffer.from(signature, 'base64url'))
  expect(refusalOf(() => verify(good.slice(0, -1) + twin)).message).toMatch(/base64url/)
})

test('a signature in the other encoding of curves is none', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = importKey({ ...publicKey.export({ format: 'jwk' }) })
  const text = signToken({ alg: 'ES256' }, CLAIMS, privateKey)
  expect(verify(text, [key]).subject).toBe('somebody')
  const [head, body, raw = ''] = text.split('.')
  const bytes = Buffer.from(raw, 'base64url')
  const malleable = Buffer.concat([bytes, Buffer.alloc(1)]).toString('base64url')
  expect(refusalOf(() => verify(`${head}.${body}.${malleable}`, [key])).message).toMatch(/signature/)
})

test('of more than 20,000 characters is not read, and of fewer is', () => {
  const filled = (characters: number) => rsa.sign({ ...CLAIMS, filler: 'x'.repeat(characters) })
  expect(verify(filled(14_300)).subject).toBe('somebody')
  expect(refusalOf(() => verify(filled(15_000))).message).toBe('An identity token has 4 to 20000 characters.')
})

test('whatever its parts hold, it is refused and nothing is thrown beside', () => {
  const part = fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' }))
  const keys = [rsa, ec, ed].map((signer) => signer.verificationKey)
  fc.assert(
    fc.property(fc.array(fc.tuple(part, fc.boolean()), { maxLength: 4 }), (parts) => {
      const text = parts.map(([content, encoded]) => (encoded ? encode(content) : content)).join('.')
      expect(refusalOf(() => verify(text, keys)).reason).toBe('identity-token-invalid')
    }),
  )
})

test('none takes long', () => {
  const names = Array.from({ length: 1500 }, (_, index) => `"${index}":[]`).join()
  const texts = [rsa.sign(`{${names}}`), rsa.sign(`{"a":[${'1,'.repeat(7000)}1]}`), rsa.sign('['.repeat(14_000))]
  const startedMs = performance.now()
  for (const text of texts) refusalOf(() => verify(text))
  expect(performance.now() - startedMs).toBeLessThan(200)
})
