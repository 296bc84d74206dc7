import { describe, expect, test } from 'bun:test'
import { makeSigner, newProvider, type TokenSigner } from '../../../test/support/identity-tokens.ts'
import { ManualClock } from '../../../test/support/manual-clock.ts'
import { refusalFrom } from '../../../test/support/refusal-of.ts'
import { Refusal } from '../../core/refusal.ts'
import type { OidcProvider } from '../../ports/metadata/identity.ts'
import type { PublicDocuments } from '../../ports/public-documents.ts'
import { authenticateIdentityToken } from './authenticate-identity-token.ts'
import { ProviderKeys } from './provider-keys.ts'
import type { ProviderKeysEvent } from './provider-keys-event.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const ISSUER = 'https://issuer.example.com'
const CONFIGURATION = `${ISSUER}/.well-known/openid-configuration`
const JWKS = 'https://keys.example.com/jwks'

const first = makeSigner('RS256', 'first')
const second = makeSigner('ES256', 'second')
const third = makeSigner('EdDSA', 'third')
const FIRST = { algorithm: 'RS256', keyId: 'first' } as const
const SECOND = { algorithm: 'ES256', keyId: 'second' } as const

/** Documents by address, as somebody out there publishes them. */
class PublishedDocuments implements PublicDocuments {
  readonly asked: string[] = []
  readonly texts = new Map<string, string>()
  /** Answers wait for this. */
  gate: Promise<void> = Promise.resolve()

  async get(url: string): Promise<Uint8Array> {
    this.asked.push(url)
    await this.gate
    const text = this.texts.get(url)
    if (text === undefined) throw new Refusal('identity-provider-unreachable', "The identity provider's host is away.")
    return new TextEncoder().encode(text)
  }

  publish(issuer: string, ...signers: readonly TokenSigner[]): void {
    const address = `${JWKS}?of=${issuer}`
    this.texts.set(`${issuer}/.well-known/openid-configuration`, JSON.stringify({ issuer, jwks_uri: address }))
    this.texts.set(address, JSON.stringify({ keys: signers.map(({ publicJwk }) => publicJwk) }))
  }
}

function open(mostKeys?: number) {
  const documents = new PublishedDocuments()
  const clock = new ManualClock()
  const events: ProviderKeysEvent[] = []
  const observe = (event: ProviderKeysEvent) => void events.push(event)
  const keys = new ProviderKeys({ documents, clock, observe, ...(mostKeys !== undefined && { mostKeys }) })
  return { documents, clock, events, keys }
}

async function namesOf(promise: ReturnType<ProviderKeys['find']>): Promise<(string | undefined)[]> {
  return (await promise).map(({ keyId }) => keyId)
}

async function sentenceOf(promise: Promise<unknown>): Promise<string> {
  const { reason, message } = await refusalFrom(promise)
  return `${reason}: ${message}`
}

describe('keys that are fetched', () => {
  test('come by the configuration document, and are remembered for an hour', async () => {
    const { documents, clock, events, keys } = open()
    documents.publish(ISSUER, first, second)
    const provider = newProvider({ issuer: ISSUER })
    expect(await namesOf(keys.find(provider, FIRST))).toEqual(['first'])
    expect(documents.asked).toEqual([CONFIGURATION, `${JWKS}?of=${ISSUER}`])
    clock.advance(HOUR_MS - 1)
    expect(await namesOf(keys.find(provider, SECOND))).toEqual(['second'])
    expect(documents.asked.length).toBe(2)
    documents.publish(ISSUER, second)
    clock.advance(1)
    expect(await namesOf(keys.find(provider, FIRST))).toEqual([])
    expect(documents.asked.length).toBe(4)
    expect(events).toEqual([
      { kind: 'fetched', issuer: ISSUER, keys: 2 },
      { kind: 'fetched', issuer: ISSUER, keys: 1 },
    ])
  })

  test('are asked for once by all who wait', async () => {
    const { documents, events, keys } = open()
    documents.publish(ISSUER, first)
    const gate = Promise.withResolvers<void>()
    documents.gate = gate.promise
    const provider = newProvider({ issuer: ISSUER })
    const other = newProvider({ issuer: ISSUER, id: 'OIDC2' })
    const waiting = [provider, provider, other, provider].map((one) => keys.find(one, FIRST))
    gate.resolve()
    for (const found of await Promise.all(waiting)) expect(found.length).toBe(1)
    // The other provider shares what was under way, and nothing afterwards.
    expect(documents.asked.length).toBe(2)
    expect(events.length).toBe(2)
    documents.publish(ISSUER, second)
    const later = newProvider({ issuer: ISSUER, id: 'OIDC3' })
    expect(await namesOf(keys.find(later, SECOND))).toEqual(['second'])
    expect(await namesOf(keys.find(later, FIRST))).toEqual([])
    expect(await namesOf(keys.find(other, FIRST))).toEqual(['first'])
  })

  test('of an unknown id are asked for once more, at most once a minute', async () => {
    const { documents, clock, keys } = open()
    documents.publish(ISSUER, first)
    const provider = newProvider({ issuer: ISSUER })
    await keys.find(provider, FIRST)
    documents.publish(ISSUER, first, second)
    clock.advance(MINUTE_MS - 1)
    expect(await namesOf(keys.find(provider, SECOND))).toEqual([])
    clock.advance(1)
    expect(await namesOf(keys.find(provider, SECOND))).toEqual(['second'])
    expect(documents.asked.length).toBe(4)
    for (let count = 0; count < 100; count++) await keys.find(provider, { algorithm: 'RS256', keyId: `x${count}` })
    expect(documents.asked.length).toBe(4)
    clock.advance(MINUTE_MS)
    const both = [1, 2].map((count) => keys.find(provider, { algorithm: 'RS256', keyId: `y${count}` }))
    await Promise.all(both)
    expect(documents.asked.length).toBe(6)
  })

  test('stay good for a day when the issuer is away, and no longer', async () => {
    const { documents, clock, events, keys } = open()
    documents.publish(ISSUER, first)
    const provider = newProvider({ issuer: ISSUER })
    await keys.find(provider, FIRST)
    documents.texts.clear()
    clock.advance(24 * HOUR_MS - 1)
    expect(await namesOf(keys.find(provider, FIRST))).toEqual(['first'])
    expect(events.slice(1).map(({ kind }) => kind)).toEqual(['failed', 'served-stale'])
    expect(await sentenceOf(keys.find(provider, SECOND))).toStartWith('identity-provider-unreachable')
    clock.advance(1)
    expect(await sentenceOf(keys.find(provider, FIRST))).toStartWith('identity-provider-unreachable')
    clock.advance(10_000)
    documents.publish(ISSUER, first)
    expect(await namesOf(keys.find(provider, FIRST))).toEqual(['first'])
  })

  test('are not asked for again for ten seconds after a failure', async () => {
    const { documents, clock, keys } = open()
    const provider = newProvider({ issuer: ISSUER })
    const failed = () => sentenceOf(keys.find(provider, FIRST))
    expect(await failed()).toBe("identity-provider-unreachable: The identity provider's host is away.")
    documents.publish(ISSUER, first)
    clock.advance(9_999)
    expect(await failed()).toBe("identity-provider-unreachable: The identity provider's host is away.")
    expect(documents.asked.length).toBe(1)
    clock.advance(1)
    expect(await namesOf(keys.find(provider, FIRST))).toEqual(['first'])
  })

  test('are asked for anew when the issuer of a provider changes', async () => {
    const { documents, keys } = open()
    documents.publish(ISSUER, first)
    documents.publish('https://other.example.com', second)
    await keys.find(newProvider({ issuer: ISSUER }), FIRST)
    const changed = newProvider({ issuer: 'https://other.example.com' })
    expect(await namesOf(keys.find(changed, FIRST))).toEqual([])
    expect(await namesOf(keys.find(changed, SECOND))).toEqual(['second'])
  })

  test('of those that nobody asked for lately are forgotten when there are too many', async () => {
    const { documents, keys } = open(3)
    const providers = [1, 2, 3, 4].map((n) => newProvider({ id: `OIDC${n}`, issuer: `https://i${n}.example.com` }))
    for (const { issuer } of providers) documents.publish(issuer, first)
    const find = async (index: number) => await keys.find(providers[index] as OidcProvider, FIRST)
    for (const index of [0, 1, 2, 0, 3]) await find(index)
    expect(documents.asked.length).toBe(8)
    for (const index of [0, 2, 3]) await find(index)
    expect(documents.asked.length).toBe(8)
    await find(1)
    expect(documents.asked.length).toBe(10)
  })

  test.each([
    ['a path and a slash at its end', 'https://issuer.example.com/a/', 'https://issuer.example.com/a'],
    ['a path', 'https://issuer.example.com/a', 'https://issuer.example.com/a'],
  ])('an issuer with %s has its document below', async (_, issuer, base) => {
    const { documents, keys } = open()
    documents.publish(base, first)
    documents.texts.set(
      `${base}/.well-known/openid-configuration`,
      JSON.stringify({ issuer, jwks_uri: `${JWKS}?of=${base}` }),
    )
    expect(await namesOf(keys.find(newProvider({ issuer }), FIRST))).toEqual(['first'])
  })

  const configuration = (members: object) => JSON.stringify({ issuer: ISSUER, jwks_uri: JWKS, ...members })
  const set = (...keys: readonly object[]) => JSON.stringify({ keys })
  test.each([
    [configuration({ issuer: `${ISSUER}/` }), set(first.publicJwk), /as its issuer, to the letter/],
    [configuration({ issuer: 'https://evil.test' }), set(first.publicJwk), /as its issuer, to the letter/],
    [configuration({ issuer: undefined }), set(first.publicJwk), /as its issuer, to the letter/],
    [configuration({ jwks_uri: undefined }), set(first.publicJwk), /jwks_uri/],
    [configuration({ jwks_uri: [JWKS] }), set(first.publicJwk), /jwks_uri/],
    [configuration({ jwks_uri: 'x'.repeat(3000) }), set(first.publicJwk), /jwks_uri/],
    [configuration({}), 'no JSON', /JSON/],
    [configuration({}), '{"keys":[],"keys":[]}', /once/],
    [configuration({}), set(), /a public key/],
    [configuration({}), set({ kty: 'oct', k: 'AAAA' }), /a public key/],
    [configuration({}), '[]', /a public key/],
    ['<html>', '', /JSON/],
    ['[]', '', /as its issuer/],
  ])('documents that are not good: %s, %s', async (text, keySet, sentence) => {
    const { documents, keys } = open()
    documents.texts.set(CONFIGURATION, text).set(JWKS, keySet)
    const said = await sentenceOf(keys.find(newProvider({ issuer: ISSUER }), FIRST))
    expect(said).toStartWith('identity-provider-unreachable')
    expect(said).toMatch(sentence)
  })
})

describe('keys that are uploaded', () => {
  test('are the only ones, and nobody is asked', async () => {
    const { documents, keys } = open()
    documents.publish(ISSUER, first)
    const provider = newProvider({ issuer: ISSUER, keys: [second.publicJwk, third.publicJwk] })
    expect(await namesOf(keys.find(provider, FIRST))).toEqual([])
    expect(await namesOf(keys.find(provider, SECOND))).toEqual(['second'])
    expect(documents.asked).toEqual([])
  })

  test('of two providers with one issuer and one key id never cross', async () => {
    const { clock, keys } = open()
    const [prod, stage] = [makeSigner('RS256', 'same'), makeSigner('RS256', 'same')]
    const issuer = 'https://kubernetes.default.svc.cluster.local'
    const clusters = [prod, stage].map((signer, index) =>
      newProvider({ id: `OIDC${index}`, issuer, keys: [signer.publicJwk], kubernetesCluster: `cluster-${index}` }),
    )
    const seconds = clock.nowMs() / 1000
    const claims = { iss: issuer, sub: 'a', aud: 'registry.example.com', iat: seconds, exp: seconds + 600 }
    const verify = (provider: OidcProvider | undefined, signer: TokenSigner) =>
      authenticateIdentityToken({ providerKeys: keys, clock }, provider as OidcProvider, signer.sign(claims))
    expect((await verify(clusters[0], prod)).subject).toBe('a')
    expect((await verify(clusters[1], stage)).subject).toBe('a')
    expect(await sentenceOf(verify(clusters[0], stage))).toMatch(/identity-token-invalid.*signature/)
    expect(await sentenceOf(verify(clusters[1], prod))).toMatch(/identity-token-invalid.*signature/)
  })

  test('replaced ones take effect at once', async () => {
    const { keys } = open()
    await keys.find(newProvider({ issuer: ISSUER, keys: [first.publicJwk] }), FIRST)
    expect(await namesOf(keys.find(newProvider({ issuer: ISSUER, keys: [second.publicJwk] }), FIRST))).toEqual([])
  })
})

describe('authenticateIdentityToken()', () => {
  const { documents, clock, keys } = open()
  documents.publish(ISSUER, first)
  const seconds = clock.nowMs() / 1000
  const claims = { iss: ISSUER, sub: 'a', aud: 'registry.example.com', iat: seconds, exp: seconds + 600 }
  const authenticate = (text: string) =>
    authenticateIdentityToken({ providerKeys: keys, clock }, newProvider({ issuer: ISSUER }), text)

  test('makes no requests for tokens of others, or for what is no token', async () => {
    expect(await sentenceOf(authenticate(first.sign({ ...claims, iss: 'https://evil.test' })))).toMatch(
      /another issuer/,
    )
    expect(await sentenceOf(authenticate('junk'))).toMatch(/identity-token-invalid/)
    expect(documents.asked).toEqual([])
  })

  test('verifies with the keys of the issuer', async () => {
    expect(await authenticate(first.sign(claims))).toMatchObject({ issuer: ISSUER, subject: 'a' })
    expect(await sentenceOf(authenticate(makeSigner('RS256', 'first').sign(claims)))).toMatch(/signature/)
    expect(await sentenceOf(authenticate(second.sign(claims)))).toMatch(/no key/)
  })
})
