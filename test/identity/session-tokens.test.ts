import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { allow, basic, makeRole, makeUser, policy } from '../support/accounts.ts'
import { AWS_HOST, type AwsSignOptions, awsSigner, callEcr } from '../support/aws-requests.ts'
import { callQuery, credentialOf } from '../support/query-requests.ts'
import {
  answerOf,
  authorization,
  expectOutcome as expectSent,
  type Message,
  type Outcome,
  queryText,
  type Signing,
  SURFACE_NAMES,
  type Surface,
  signMessage,
  withHeader,
} from '../support/signed-messages.ts'
import { openTestRegistry, TEST_KEY_ID, TEST_SECRET, type TestRegistry } from '../support/test-registry.ts'

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
})
afterEach(async () => await registry[Symbol.asyncDispose]())

const sign = (surface: Surface, options: Signing = {}) => signMessage(registry, surface, options)
const expectOutcome = (surface: Surface, what: string, message: Message, outcome: Outcome) =>
  expectSent(registry, { surface, what, message }, outcome)

/** A user's key, and two sessions of a role, of which the first is good for 15 minutes. */
async function makeSessions() {
  const trust = policy({ Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' })
  await makeRole(registry, 'pods', trust, { policies: [policy(allow('*'))] })
  const { key } = await makeUser(registry, 'user', { policies: [policy(allow('sts:AssumeRole'))] })
  const assume = async (DurationSeconds: string) => {
    const RoleArn = 'arn:aws:iam::000000000000:role/pods'
    const input = { Action: 'AssumeRole', RoleArn, RoleSessionName: 'job', DurationSeconds }
    return credentialOf(await callQuery(registry, 'sts', input, key))
  }
  return { key, session: await assume('900'), other: await assume('3600') }
}

describe.each(SURFACE_NAMES)('session tokens at %s', (surface) => {
  test('a token is good with its own key, to the letter, until its session ends', async () => {
    const { key, session, other } = await makeSessions()
    const { sessionToken } = session
    const { json } = await callEcr(registry, 'GetAuthorizationToken', {}, session)
    const password = atob(json.authorizationData[0].authorizationToken).split(':')[1] ?? ''
    const [head = '', keyId = '', sealed = ''] = sessionToken.split('.')
    const flip = (at: number) => `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`
    const standard = Buffer.from(sealed, 'base64url').toString('base64')
    const wrong: readonly (readonly [string, string])[] = [
      ['that of another session', other.sessionToken],
      ['with junk at the end', `${sessionToken}A`],
      ['with a byte at the end', `${sessionToken}AAAA`],
      ['with padding', `${sessionToken}=`],
      ['with more padding', `${sessionToken}==`],
      ['with a dot', `${sessionToken}.`],
      ['in the other alphabet', `${head}.${keyId}.${standard}`],
      ['in the other alphabet, unpadded', `${head}.${keyId}.${standard.replaceAll('=', '')}+/`],
      ['cut short by a letter', sessionToken.slice(0, -1)],
      ['cut short by its tag', sessionToken.slice(0, -22)],
      ['cut to its head', `${head}.${keyId}.`],
      ['with its nonce changed', `${head}.${keyId}.${flip(0)}`],
      ['with its text changed', `${head}.${keyId}.${flip(40)}`],
      ['with its tag changed', `${head}.${keyId}.${flip(sealed.length - 8)}`],
      ['of another version', `k2.${keyId}.${sealed}`],
      ['of another key', `${head}.00000000.${sealed}`],
      ['in capitals', sessionToken.toUpperCase()],
      ['twice', `${sessionToken}, ${sessionToken}`],
      ['of sixteen kilobytes', 'A'.repeat(16_384)],
      ['of sixteen kilobytes, as ours begin', `${head}.${keyId}.${'A'.repeat(16_384)}`],
      ['that is a password for docker', password],
      ['that is nothing', 'x'],
    ]
    for (const [what, token] of wrong) {
      await expectOutcome(surface, what, await sign(surface, { ...session, sessionToken: token }), 'unknown')
    }
    const { accessKeyId, secret } = session
    await expectOutcome(surface, 'without', await sign(surface, { accessKeyId, secret }), 'mismatch')
    await expectOutcome(surface, 'a key of others', await sign(surface, { ...key, sessionToken }), 'unknown')
    const root = { accessKeyId: TEST_KEY_ID, secret: TEST_SECRET, sessionToken }
    await expectOutcome(surface, 'the root key', await sign(surface, root), 'unknown')
    await expectOutcome(
      surface,
      'another’s secret',
      await sign(surface, { ...session, secret: other.secret }),
      'mismatch',
    )
    const good = await sign(surface, session)
    await expectOutcome(surface, 'swapped', withHeader(good, 'x-amz-security-token', other.sessionToken), 'unknown')
    await expectOutcome(surface, 'its own', good, 'accepted')
    registry.clock.advance(899_000)
    await expectOutcome(surface, 'until it ends', await sign(surface, session), 'accepted')
    registry.clock.advance(1000)
    await expectOutcome(surface, 'after it', await sign(surface, session), 'expired')
    const later = { ...session, sessionToken: other.sessionToken }
    await expectOutcome(surface, 'renewed by another token', await sign(surface, later), 'unknown')
  })
})

test('a session token is no password, and a password for docker is no secret', async () => {
  const { session } = await makeSessions()
  const { accessKeyId, secret, sessionToken } = session
  for (const authorization of [
    basic('AWS', sessionToken),
    basic(accessKeyId, secret),
    basic(accessKeyId, sessionToken),
  ]) {
    expect((await registry.send('GET', '/v2/', { authorization })).status).toBe(401)
  }
})

describe('a presigned address', () => {
  async function presign(more: { query?: Record<string, string>; expiresIn?: number } & AwsSignOptions = {}) {
    const { query = { Action: 'GetCallerIdentity', Version: '2011-06-15' }, expiresIn = 60 } = more
    const request = {
      method: 'GET',
      protocol: 'http:',
      hostname: AWS_HOST,
      path: '/',
      query,
      headers: { host: AWS_HOST },
    }
    const signingDate = new Date(registry.clock.nowMs())
    const signed = await awsSigner({ service: 'sts', ...more }).presign(request, { signingDate, expiresIn })
    return queryText(signed.query ?? {})
  }
  const get = async (query: string, headers: Record<string, string> = {}, method = 'GET') =>
    (
      await answerOf(
        registry,
        new Request(`http://${AWS_HOST}/${query}`, { method, headers: { host: AWS_HOST, ...headers } }),
      )
    ).code

  test('is good for as long as it says, and for a quarter of an hour at most', async () => {
    const query = await presign()
    expect(await get(query)).toBe('accepted')
    registry.clock.advance(60_000)
    expect(await get(query)).toBe('accepted')
    registry.clock.advance(1000)
    expect(await get(query)).toBe('SignatureDoesNotMatch')
    expect(await get(await presign({ expiresIn: 900 }))).toBe('accepted')
    expect(await get(await presign({ expiresIn: 901 }))).toBe('IncompleteSignature')
    expect(await get(await presign({ expiresIn: 604_800 }))).toBe('IncompleteSignature')
  })

  test('says nothing else than what was signed', async () => {
    const query = await presign()
    const { session } = await makeSessions()
    const changed: readonly (readonly [string, string])[] = [
      [query.replace('GetCallerIdentity', 'GetSessionToken'), 'SignatureDoesNotMatch'],
      [query.replace('Expires=60', 'Expires=900'), 'SignatureDoesNotMatch'],
      [query.replace('Expires=60', 'Expires=0'), 'IncompleteSignature'],
      [query.replace('Expires=60', 'Expires=-1'), 'IncompleteSignature'],
      [query.replace('Expires=60', 'Expires=6e1'), 'IncompleteSignature'],
      [query.replace('&X-Amz-Expires=60', ''), 'IncompleteSignature'],
      [query.replace('X-Amz-Expires', 'X-Amz-expires'), 'IncompleteSignature'],
      [query.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256'), 'IncompleteSignature'],
      [`${query}&X-Amz-Security-Token=${session.sessionToken}`, 'InvalidClientTokenId'],
      [`${query}&DurationSeconds=900`, 'SignatureDoesNotMatch'],
      [`${query}&Action=GetSessionToken`, 'SignatureDoesNotMatch'],
      [`${query}&${query.slice(1)}`, 'IncompleteSignature'],
      [query.replace('%2Fsts%2F', '%2Fiam%2F'), 'SignatureDoesNotMatch'],
      [query.replace('%2Fsts%2F', '%2Fecr%2F'), 'IncompleteSignature'],
    ]
    for (const [other, code] of changed) {
      expect(other).not.toBe(query)
      expect([other, await get(other)]).toEqual([other, code])
    }
  })

  test('takes no header beside it that means something, and no other method', async () => {
    const query = await presign()
    expect(await get(query, { 'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.DeleteRepository' })).toBe(
      'IncompleteSignature',
    )
    expect(await get(query, { 'x-amz-security-token': 'x' })).toBe('IncompleteSignature')
    expect(await get(query, { 'content-type': 'application/x-amz-json-1.1' })).toBe('IncompleteSignature')
    expect(await get(query, { authorization: authorization(await sign('sts')) })).toBe('IncompleteSignature')
    expect(await get(query, { authorization: basic(TEST_KEY_ID, TEST_SECRET) })).toBe('IncompleteSignature')
    expect(await get(query, { host: 'registry.test' })).toBe('SignatureDoesNotMatch')
    expect(await get(query, {}, 'POST')).not.toBe('accepted')
  })

  test('of a session carries its token, and dies with it', async () => {
    const { session, other } = await makeSessions()
    const query = await presign({ ...session, expiresIn: 900 })
    expect(await get(query)).toBe('accepted')
    const token = encodeURIComponent(session.sessionToken)
    expect(await get(query.replace(token, encodeURIComponent(other.sessionToken)))).toBe('InvalidClientTokenId')
    expect(await get(query.replace(`&X-Amz-Security-Token=${token}`, ''))).toBe('SignatureDoesNotMatch')
    registry.clock.advance(900_000)
    expect(await get(query)).toBe('ExpiredToken')
  })

  test('of ECR is none', async () => {
    expect(await get(await presign({ service: 'ecr', query: {} }))).toBe('IncompleteSignature')
  })
})
