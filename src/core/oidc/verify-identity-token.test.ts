import { describe, expect, test } from 'bun:test'
import { makeSigner, newProvider } from '../../../test/support/identity-tokens.ts'
import { refusalOf } from '../../../test/support/refusal-of.ts'
import type { RefusalReason } from '../refusal.ts'
import { parseCompactToken } from './compact-token.ts'
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from './signature-algorithms.ts'
import type { TrustedProvider } from './trusted-provider.ts'
import type { VerificationKey } from './verification-key.ts'
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

interface Circumstances {
  readonly provider?: Partial<TrustedProvider>
  readonly keys?: readonly VerificationKey[]
  readonly nowMs?: number
}

function verify(text: string, { provider = {}, keys, nowMs }: Circumstances = {}) {
  return verifyIdentityToken({
    token: parseCompactToken(text),
    provider: newProvider(provider),
    keys: keys ?? [rsa.verificationKey],
    nowMs: nowMs ?? NOW_SECONDS * 1000,
  })
}

describe('a good token', () => {
  test('says who it is for whom', () => {
    expect(verify(rsa.sign(CLAIMS))).toMatchObject({
      issuer: 'https://issuer.example.com',
      subject: 'somebody',
      audience: 'registry.example.com',
      issuedAtMs: (NOW_SECONDS - 60) * 1000,
      expiresAtMs: (NOW_SECONDS + 600) * 1000,
      tokenId: 'token-1',
    })
  })

  test.each(SIGNATURE_ALGORITHMS)('may be signed with %s', (name) => {
    // The list is made of the type's members.
    const signer = makeSigner(name as SignatureAlgorithm)
    expect(verify(signer.sign(CLAIMS), { keys: [signer.verificationKey] }).subject).toBe('somebody')
    const other = makeSigner(name as SignatureAlgorithm)
    expect(refusalOf(() => verify(other.sign(CLAIMS), { keys: [signer.verificationKey] })).message).toMatch(/signature/)
  })

  test('may leave out which key it was signed with: those of its kind are tried', () => {
    const keys = [stranger, ec, ed, rsa].map((signer) => signer.verificationKey)
    for (const signer of [rsa, ec, ed])
      expect(verify(signer.sign(CLAIMS, { kid: undefined }), { keys }).tokenId).toBe('token-1')
  })

  test('without a key id is tried with twenty keys, and not with more', () => {
    const others = (count: number) => Array.from({ length: count }, () => stranger.verificationKey)
    const text = rsa.sign(CLAIMS, { kid: undefined })
    expect(verify(text, { keys: [...others(19), rsa.verificationKey] }).subject).toBe('somebody')
    expect(refusalOf(() => verify(text, { keys: [...others(20), rsa.verificationKey] })).message).toMatch(/signature/)
  })

  test('may be a minute past its end or before its beginning, as clocks differ', () => {
    const text = rsa.sign({ ...CLAIMS, nbf: NOW_SECONDS })
    expect(verify(text, { nowMs: (CLAIMS.exp + 59) * 1000 }).subject).toBe('somebody')
    expect(verify(text, { nowMs: (NOW_SECONDS - 60) * 1000 }).subject).toBe('somebody')
  })

  test('may live as long as the issuer likes', () => {
    expect(verify(rsa.sign({ ...CLAIMS, exp: NOW_SECONDS + 10 * 365 * 86_400 })).subject).toBe('somebody')
  })

  test('may have the longest subject that Kubernetes makes', () => {
    const sub = `system:serviceaccount:${'n'.repeat(63)}:${'s'.repeat(253)}`
    expect(verify(rsa.sign({ ...CLAIMS, sub })).subject).toBe(sub)
  })
})

describe('the audience', () => {
  const provider = { clientIds: ['first', 'second', 'third'] }
  test.each([
    [{ aud: 'second' }, 'second'],
    [{ aud: ['second'] }, 'second'],
    [{ aud: ['else', 'third', 'second'] }, 'third'],
    [{ aud: ['third', 'second'], azp: 'second' }, 'second'],
    [{ aud: ['third', 'second'], azp: 'first' }, 'third'],
    [{ aud: ['third', 'else'], azp: 'else' }, 'third'],
    [{ aud: 'second', azp: 'somebody' }, 'second'],
  ])('of %j is %s', (claims, expected) => {
    expect(verify(rsa.sign({ ...CLAIMS, ...claims }), { provider }).audience).toBe(expected)
  })

  test.each([
    { aud: 'else' },
    { aud: 'FIRST' },
    { aud: 'first ' },
    { aud: ['else'] },
    { aud: 'else', azp: 'first' },
    { aud: [] },
    { aud: '' },
    { aud: [''] },
    { aud: undefined },
    { aud: null },
    { aud: 7 },
    { aud: { 0: 'first' } },
    { aud: ['first', 7] },
    { aud: [['first']] },
    { aud: Array.from({ length: 51 }, () => 'first') },
    { aud: ['first', 'x'.repeat(256)] },
  ])('of %j is none of ours', (claims) => {
    const refusal = refusalOf(() => verify(rsa.sign({ ...CLAIMS, ...claims }), { provider }))
    expect(refusal.reason).toBe('identity-token-rejected')
  })

  test('is told when it is missed, and none is everything', () => {
    const text = rsa.sign({ ...CLAIMS, aud: 'else' })
    expect(refusalOf(() => verify(text, { provider })).message).toBe(
      'Incorrect token audience: the provider\'s tokens must be for "first" or "second" or "third".',
    )
    expect(refusalOf(() => verify(text, { provider: { clientIds: [] } })).reason).toBe('identity-token-rejected')
  })
})

describe('claims that are not good', () => {
  const REJECTED = 'identity-token-rejected'
  const INVALID = 'identity-token-invalid'
  const CASES: readonly (readonly [object, RefusalReason, RegExp])[] = [
    [{ iss: 'https://issuer.example.com/' }, INVALID, /slash/],
    [{ iss: 'https://Issuer.example.com' }, INVALID, /another issuer/],
    [{ iss: 'http://issuer.example.com' }, INVALID, /another issuer/],
    [{ iss: 'https://issuer.example.com.evil.test' }, INVALID, /another issuer/],
    [{ iss: undefined }, INVALID, /"iss"/],
    [{ iss: ['https://issuer.example.com'] }, INVALID, /"iss"/],
    [{ sub: undefined }, REJECTED, /"sub"/],
    [{ sub: '' }, REJECTED, /"sub"/],
    [{ sub: 7 }, REJECTED, /"sub"/],
    [{ sub: 'x'.repeat(1025) }, REJECTED, /"sub"/],
    [{ sub: 'a\0b' }, REJECTED, /NUL/],
    [{ exp: undefined }, INVALID, /"exp"/],
    [{ exp: String(NOW_SECONDS + 600) }, INVALID, /"exp"/],
    [{ exp: null }, INVALID, /"exp"/],
    [{ exp: -1 }, INVALID, /"exp"/],
    [{ exp: 9e15 }, INVALID, /"exp"/],
    [{ exp: NOW_SECONDS - 60 }, 'credential-expired', /Token expired/],
    [{ exp: 0 }, 'credential-expired', /Token expired/],
    [{ iat: undefined }, INVALID, /"iat"/],
    [{ iat: NOW_SECONDS + 61 }, REJECTED, /not valid yet/],
    [{ nbf: NOW_SECONDS + 61 }, REJECTED, /not valid yet/],
    [{ nbf: NOW_SECONDS, iat: NOW_SECONDS + 61 }, REJECTED, /not valid yet/],
    [{ nbf: NOW_SECONDS + 1e9 }, REJECTED, /not valid yet/],
    [{ nbf: 'tomorrow' }, INVALID, /"nbf"/],
    [{ jti: 'x'.repeat(257) }, REJECTED, /"jti"/],
    [{ jti: 7 }, REJECTED, /"jti"/],
    [{ SUB: 'admin' }, REJECTED, /case/],
    [{ a: { b: 'c' }, 'a/b': 'd' }, REJECTED, /nested/],
    [{ deep: JSON.parse(`${'{"a":'.repeat(9)}1${'}'.repeat(9)}`) }, REJECTED, /nested deeper/],
    [Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`c${index}`, 1])), REJECTED, /more than 200/],
    [{ list: Array.from({ length: 201 }, () => 1) }, REJECTED, /200 values/],
    [{ ['x'.repeat(5000)]: Object.fromEntries(Array.from({ length: 20 }, (_, n) => [n, 1])) }, REJECTED, /40000/],
  ]
  test.each(CASES)('%j', (claims, reason, sentence) => {
    const refusal = refusalOf(() => verify(rsa.sign({ ...CLAIMS, ...claims })))
    expect(refusal.reason).toBe(reason)
    expect(refusal.message).toMatch(sentence)
  })

  test('an expired token is told the times in seconds', () => {
    const text = rsa.sign({ ...CLAIMS, exp: NOW_SECONDS - 100 })
    expect(refusalOf(() => verify(text)).message).toBe(
      `Token expired: current date/time ${NOW_SECONDS} must be before the expiration date/time ${NOW_SECONDS - 100}.`,
    )
  })

  test('nothing of them is told before the signature is good', () => {
    const text = stranger.sign({ ...CLAIMS, exp: 0, aud: 'else', sub: '' })
    expect(refusalOf(() => verify(text)).message).toMatch(/signature/)
  })
})
