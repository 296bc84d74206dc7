// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of policies
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { allow, basic, deny, makeAccount, makeRole, makeUser, policy } from '../support/accounts.ts'
import { type AwsSignOptions, callEcr } from '../support/aws-requests.ts'
import { pushImage } from '../support/images.ts'
import { callManage } from '../support/manage-requests.ts'
import { callQuery } from '../support/query-requests.ts'
import { sessionProbes } from '../support/session-probes.ts'
import { assume, EVERYTHING, tokenLogin } from '../support/session-world.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

const HOME = '000000000000'
const OTHER = '111111111111'
const TRUST_HOME = policy({
  Effect: 'Allow',
  Principal: { AWS: HOME },
  Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
})

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
  await pushImage(registry, 'team/app', 'v1')
})
afterEach(async () => await registry[Symbol.asyncDispose]())

const { whoIs, ask, pull, addressBy, download } = sessionProbes(() => registry)

const changeIdentities = (work: Parameters<typeof registry.services.metadata.transact<void>>[0]) =>
  registry.services.metadata.transact(work)

describe('what a session made ends with it', () => {
  async function made() {
    await makeRole(registry, 'pods', TRUST_HOME, { policies: [EVERYTHING] })
    const { key } = await makeUser(registry, 'user', { policies: [EVERYTHING] })
    const session = await assume(registry, key, 'pods', { DurationSeconds: '900' })
    return { session, authorization: await tokenLogin(registry, session), address: await addressBy(session) }
  }

  test('an authorization token and a download address, when it expires', async () => {
    const { authorization, address } = await made()
    registry.clock.advance(899_000)
    expect([await pull(authorization), await download(address)]).toEqual([200, 200])
    registry.clock.advance(1000)
    expect([await pull(authorization), await download(address)]).toEqual([403, 403])
  })

  test('when its role is revoked, in the very millisecond', async () => {
    const { session, authorization, address } = await made()
    expect(await pull(authorization)).toBe(200)
    expect((await callManage(registry, 'POST', '/roles/pods/revoke-sessions')).status).toBe(200)
    expect([await pull(authorization), await download(address)]).toEqual([403, 403])
    expect(await whoIs(session)).toBe('InvalidClientTokenId')
  })

  test('when its role is deleted, also when one is made again under its name', async () => {
    const { session, authorization, address } = await made()
    const found = await registry.services.metadata.findIdentity(HOME, 'role', 'pods')
    await changeIdentities(async (one) => {
      await (await one.changeIdentities(HOME)).delete('role', found?.id ?? '')
    })
    await makeRole(registry, 'pods', TRUST_HOME, { policies: [EVERYTHING] })
    expect([await pull(authorization), await download(address)]).toEqual([403, 403])
    expect(await whoIs(session)).toBe('InvalidClientTokenId')
  })

  test('when its role may no longer do it', async () => {
    const { authorization, address } = await made()
    const found = await registry.services.metadata.findIdentity(HOME, 'role', 'pods')
    if (found === undefined) throw new Error('the role is gone')
    await changeIdentities(async (one) => {
      await (await one.changeIdentities(HOME)).replace({ ...found, inlinePolicies: [] })
    })
    expect([await pull(authorization), await download(address)]).toEqual([403, 403])
  })
})

describe('what a session hands on', () => {
  test('transitive tags go along all roles: nobody changes, doubles or sheds them', async () => {
    const onlyBlue = policy({ ...allow('*'), Condition: { StringEquals: { 'aws:PrincipalTag/team': 'blue' } } })
    for (const name of ['a', 'b', 'c']) await makeRole(registry, name, TRUST_HOME, { policies: [onlyBlue] })
    const { key } = await makeUser(registry, 'user', { policies: [EVERYTHING] })
    const tag = (Key: string, Value: string) => ({ 'Tags.member.1.Key': Key, 'Tags.member.1.Value': Value })
    const a = await assume(registry, key, 'a', { ...tag('team', 'blue'), 'TransitiveTagKeys.member.1': 'TEAM' })
    const b = await assume(registry, a, 'b')
    for (const Key of ['team', 'TEAM', 'Team']) {
      expect([Key, await ask(b, 'c', tag(Key, 'green'))]).toEqual([Key, 'ValidationError'])
    }
    expect(await ask(b, 'c', { 'TransitiveTagKeys.member.1': 'other' })).toBe('ValidationError')
    const c = await assume(registry, b, 'c', { 'TransitiveTagKeys.member.1': 'team' })
    expect((await callEcr(registry, 'DescribeRepositories', {}, c)).status).toBe(200)
    const shed = await assume(registry, key, 'a', tag('team', 'blue'))
    const without = await assume(registry, shed, 'b').catch(String)
    expect((await callEcr(registry, 'DescribeRepositories', {}, without as object)).status).toBe(403)
  })

  test('letters that fold to others are the same key, and a key is no member of every object', async () => {
    await makeRole(registry, 'a', TRUST_HOME, { policies: [EVERYTHING] })
    const { key } = await makeUser(registry, 'user', { policies: [EVERYTHING] })
    const tags = (...keys: readonly string[]) =>
      Object.fromEntries(
        keys.flatMap((name, index) => [
          [`Tags.member.${index + 1}.Key`, name],
          [`Tags.member.${index + 1}.Value`, 'x'],
        ]),
      )
    // U+212A, the sign of kelvins, is a small k in small letters.
    expect(await ask(key, 'a', tags('key', '\u212aEY'))).toBe('ValidationError')
    expect(await ask(key, 'a', tags('team', 'TEAM'))).toBe('ValidationError')
    // The others are letters of their own: a dotted capital I, a dotless i, a sharp s.
    expect(await ask(key, 'a', tags('i', '\u0130', '\u0131', 'ss', '\u00df'))).toBe('made')
    expect(await ask(key, 'a', tags('__proto__', 'constructor', 'hasOwnProperty', 'toString'))).toBe('made')
    expect(await ask(key, 'a', tags('AWS:team'))).toBe('ValidationError')
  })

  test('a key of every object is no tag until somebody sets it', async () => {
    const reads = (name: string) =>
      policy({ ...allow('*'), Condition: { Null: { [`aws:PrincipalTag/${name}`]: 'false' } } })
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const { key } = await makeUser(registry, `user${name}`, { policies: [reads(name)] })
      expect((await callEcr(registry, 'DescribeRepositories', {}, key)).status).toBe(403)
    }
  })

  test('a source identity stays, and cannot be another', async () => {
    for (const name of ['a', 'b', 'c']) await makeRole(registry, name, TRUST_HOME, { policies: [EVERYTHING] })
    const { key } = await makeUser(registry, 'user', { policies: [EVERYTHING] })
    const b = await assume(registry, await assume(registry, key, 'a', { SourceIdentity: 'alice' }), 'b')
    expect(await ask(b, 'c', { SourceIdentity: 'bob' })).toBe('AccessDenied')
    expect(await ask(b, 'c', { SourceIdentity: 'Alice' })).toBe('AccessDenied')
    expect(await ask(b, 'c', { SourceIdentity: 'alice' })).toBe('made')
    const forBob = policy({ ...allow('*'), Condition: { StringEquals: { 'aws:SourceIdentity': 'alice' } } })
    await makeRole(registry, 'd', TRUST_HOME, { policies: [forBob] })
    const of = async (by: AwsSignOptions) =>
      (await callEcr(registry, 'DescribeRepositories', {}, await assume(registry, by, 'd'))).status
    expect([await of(b), await of(await assume(registry, key, 'a'))]).toEqual([200, 403])
  })

  test('a session by a session has an hour at most', async () => {
    for (const name of ['a', 'b']) await makeRole(registry, name, TRUST_HOME, { policies: [EVERYTHING] })
    const { key } = await makeUser(registry, 'user', { policies: [EVERYTHING] })
    const a = await assume(registry, key, 'a')
    expect(await ask(a, 'b', { DurationSeconds: '3601' })).toBe('ValidationError')
    expect(await ask(a, 'b', { DurationSeconds: '3600' })).toBe('made')
  })

  test('values of tags are letters to a policy, never patterns or variables', async () => {
    const own = policy(allow('ecr:ListImages', 'arn:aws:ecr:*:*:repository/${aws:PrincipalTag/team}/*'))
    await makeRole(registry, 'a', TRUST_HOME, { policies: [own] })
    const { key } = await makeUser(registry, 'user', { policies: [EVERYTHING] })
    const listed = async (value: string) => {
      const session = await assume(registry, key, 'a', { 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': value })
      return (await callEcr(registry, 'ListImages', { repositoryName: 'team/app' }, session)).status
    }
    expect([await listed('team'), await listed('TEAM'), await listed('')]).toEqual([200, 403, 403])
    // Session tags have no `*`, `?` or `$`; those of users may have been written before they were checked.
    for (const value of ['*', 't?am', '${*}', '${aws:username}', 'team/app']) {
      const { key: tagged } = await makeUser(registry, `u${Buffer.from(value).toString('hex')}`, {
        policies: [own],
        tags: [{ key: 'team', value }],
      })
      const { status } = await callEcr(registry, 'ListImages', { repositoryName: 'team/app' }, tagged)
      expect([value, status]).toEqual([value, 403])
    }
  })
})

describe('names', () => {
  test('of sessions and roles hold nothing that could end them', async () => {
    await makeRole(registry, 'a', TRUST_HOME, { policies: [EVERYTHING] })
    const { key } = await makeUser(registry, 'user', { policies: [EVERYTHING] })
    for (const name of [
      'a:b',
      'a/b',
      '../b',
      'a b',
      'a\nb',
      'é1',
      'a*',
      'a?',
      '${x}',
      'x',
      'x'.repeat(65),
      'a\u0000',
    ]) {
      expect([name, await ask(key, 'a', { RoleSessionName: name })]).toEqual([name, 'ValidationError'])
    }
    for (const arn of [
      'arn:aws:iam::000000000000:role/*',
      'arn:aws:iam::*:role/aaa',
      'arn:aws:iam::000000000000:role/${aws:username}',
      'arn:aws:iam::000000000000:role/x/a',
      'arn:aws:iam::000000000000:user/user',
      'arn:aws:iam::000000000000:role/A',
    ]) {
      expect([arn, await ask(key, arn)]).toEqual([arn, 'AccessDenied'])
    }
  })

  test('are not who somebody is: a trusted user who was renamed is trusted, whoever has the name then is not', async () => {
    const { user, key } = await makeUser(registry, 'alice', { policies: [EVERYTHING] })
    await makeRole(registry, 'a', policy({ Effect: 'Allow', Principal: { AWS: user.id }, Action: 'sts:AssumeRole' }))
    const rename = { Action: 'UpdateUser', UserName: 'alice', NewUserName: 'alice2' }
    expect((await callQuery(registry, 'iam', rename)).status).toBe(200)
    const again = await makeUser(registry, 'alice', { policies: [EVERYTHING] })
    await makeAccount(registry, OTHER)
    const elsewhere = await makeUser(registry, 'alice2', { accountId: OTHER, policies: [EVERYTHING] })
    expect([await whoIs(key), await ask(key, 'a')]).toEqual(['arn:aws:iam::000000000000:user/alice2', 'made'])
    expect([await ask(again.key, 'a'), await ask(elsewhere.key, 'a')]).toEqual(['AccessDenied', 'AccessDenied'])
  })

  test('in other letters are the same: a denial holds for them too', async () => {
    await makeUser(registry, 'Bob')
    await callQuery(registry, 'iam', { Action: 'CreateGroup', GroupName: 'Devs' })
    const { key } = await makeUser(registry, 'mover', {
      policies: [
        policy(allow('iam:*'), deny('iam:*', ['arn:aws:iam::*:user/admin/Bob', 'arn:aws:iam::*:group/admin/Devs'])),
      ],
    })
    for (const input of [
      { Action: 'UpdateUser', UserName: 'BOB', NewPath: '/admin/' },
      { Action: 'UpdateGroup', GroupName: 'DEVS', NewPath: '/admin/' },
    ]) {
      const answer = await callQuery(registry, 'iam', input, key)
      expect([input.Action, answer.status, answer.text('Code')]).toEqual([input.Action, 403, 'AccessDenied'])
    }
    const moved = { Action: 'UpdateUser', UserName: 'BOB', NewPath: '/other/' }
    expect((await callQuery(registry, 'iam', moved, key)).status).toBe(200)
  })

  test('a policy of a resource means the one it was written for, of that account', async () => {
    const { key } = await makeUser(registry, 'ci')
    await makeAccount(registry, OTHER)
    const elsewhere = await makeUser(registry, 'ci', { accountId: OTHER, policies: [EVERYTHING] })
    const text = policy({ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${HOME}:user/ci` }, Action: 'ecr:*' })
    await callEcr(registry, 'SetRepositoryPolicy', { repositoryName: 'team/app', policyText: text })
    const login = ({ accessKeyId, secret }: { accessKeyId: string; secret: string }) => basic(accessKeyId, secret)
    expect([await pull(login(key)), await pull(login(elsewhere.key))]).toEqual([200, 403])
  })
})
