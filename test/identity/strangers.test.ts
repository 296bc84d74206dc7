import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { AccessKeyRecord, IdentityKind } from '../../src/ports/metadata/identity.ts'
import { basic, makeAccount, makeRole, makeUser, policy, type TestKey } from '../support/accounts.ts'
import { callEcr } from '../support/aws-requests.ts'
import { type Answer, type Call, type Credential, EVERY_CALL, type Names } from '../support/every-call.ts'
import { insertIdentities } from '../support/identities.ts'
import { makeProvider, TestIssuer } from '../support/identity-provider.ts'
import { pushImage } from '../support/images.ts'
import { callManage } from '../support/manage-requests.ts'
import { assume, EVERYTHING, tokenLogin } from '../support/session-world.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

const HOME = '000000000000'
const OTHER = '111111111111'
const THIRD = '333333333333'
const FOURTH = '444444444444'
const KINDS: readonly IdentityKind[] = ['user', 'group', 'role', 'policy', 'oidc-provider', 'access-key']
const TRUST_HOME = policy({ Effect: 'Allow', Principal: { AWS: HOME }, Action: 'sts:AssumeRole' })

let registry: TestRegistry
let there: Names
let never: Names
let writes = 0

/** A registry where there is one of everything, called `there`. */
beforeEach(async () => {
  registry = await openTestRegistry()
  await createRepository(registry, 'there/app')
  const digest = await pushImage(registry, 'there/app', 'v1')
  for (const accountId of [OTHER, THIRD]) await makeAccount(registry, accountId)
  const { user, key } = await makeUser(registry, 'there', { policies: [EVERYTHING] })
  // A path that nobody has told a stranger.
  await registry.services.metadata.transact(async (transaction) => {
    await (await transaction.changeIdentities(HOME)).replace({ ...user, path: '/secret/' })
  })
  await makeRole(registry, 'there', TRUST_HOME.replace(HOME, '999999999999'), { policies: [EVERYTHING] })
  await makeProvider(registry, 'there.example', new TestIssuer('https://there.example'))
  const common = { name: 'there', path: '/', createdAtMs: 1, tags: [] }
  const versions = [{ id: 'v1', text: EVERYTHING, createdAtMs: 1 }]
  const made = { updatedAtMs: 1, description: '', defaultVersion: 'v1', versions, versionsMade: 1 }
  await insertIdentities(registry, [
    { ...common, path: '/secret/', kind: 'group', id: 'AGPATHERE', inlinePolicies: [], attachedPolicies: [] },
    { ...common, ...made, kind: 'policy', id: 'ANPATHERE' },
  ])
  const text = policy({ Effect: 'Deny', Principal: { AWS: OTHER }, Action: 'ecr:*' })
  await callEcr(registry, 'SetRepositoryPolicy', { repositoryName: 'there/app', policyText: text })
  await callEcr(registry, 'CreateRepositoryCreationTemplate', { prefix: 'there', appliedFor: ['CREATE_ON_PUSH'] })
  await callManage(registry, 'PUT', '/webhooks/there', { body: { url: 'https://hooks.example.com/' } })
  there = { name: 'there', registryId: HOME, accountId: THIRD, accessKeyId: key.accessKeyId, digest }
  const noDigest = `sha256:${'0'.repeat(64)}`
  const noKey = 'AKIANEVERNEVERNEVER0'
  never = { name: 'never', registryId: HOME, accountId: '222222222222', accessKeyId: noKey, digest: noDigest }
  const { metadata } = registry.services
  const transact = metadata.transact.bind(metadata)
  metadata.transact = (work) => {
    writes++
    return transact(work)
  }
})
afterEach(async () => await registry[Symbol.asyncDispose]())

const ofKey = (key: TestKey): Credential => ({ aws: key, basic: basic(key.accessKeyId, key.secret) })

async function sessionOf(role: string): Promise<Credential> {
  const { key } = await makeUser(registry, `user-of-${role}`, { policies: [EVERYTHING] })
  const aws = await assume(registry, key, role, { DurationSeconds: '900' })
  return { aws, basic: await tokenLogin(registry, aws) }
}

async function changeKey({ accessKeyId }: TestKey, change: Partial<AccessKeyRecord> | 'deleted'): Promise<void> {
  const found = await registry.services.metadata.findIdentityById('access-key', accessKeyId)
  if (found === undefined) throw new Error('there is no such key')
  await registry.services.metadata.transact(async (transaction) => {
    const identities = await transaction.changeIdentities(found.accountId)
    if (change === 'deleted') await identities.delete('access-key', accessKeyId)
    else await identities.replace({ ...found.identity, ...change })
  })
}

/** Those whose credentials are not good, and one whose is and who may do nothing. */
const STRANGERS: Readonly<Record<string, () => Promise<Credential>>> = {
  nobody: async () => ({ aws: { unsigned: true }, basic: null }),
  'a user without a permission': async () => ofKey((await makeUser(registry, 'bare')).key),
  'a session of a role that was deleted': async () => {
    const role = await makeRole(registry, 'gone', TRUST_HOME, { policies: [EVERYTHING] })
    const session = await sessionOf('gone')
    await registry.services.metadata.transact(async (transaction) => {
      await (await transaction.changeIdentities(HOME)).delete('role', role.id)
    })
    return session
  },
  'a session that has expired': async () => {
    await makeRole(registry, 'short', TRUST_HOME, { policies: [EVERYTHING] })
    const session = await sessionOf('short')
    registry.clock.advance(900_000)
    return session
  },
  'an inactive key': async () => {
    const { key } = await makeUser(registry, 'idle', { policies: [EVERYTHING] })
    await changeKey(key, { state: 'inactive' })
    return ofKey(key)
  },
  'a key that was deleted, after it was used': async () => {
    const { key } = await makeUser(registry, 'left', { policies: [EVERYTHING] })
    const authorization = basic(key.accessKeyId, key.secret)
    expect((await registry.send('GET', '/v2/', { authorization })).status).toBe(200)
    expect((await callEcr(registry, 'DescribeRegistry', {}, key)).status).toBe(200)
    await changeKey(key, 'deleted')
    return ofKey(key)
  },
}

/** What a valid credential is enough for. */
const FREE = new Set(['version', 'extensions-discover', 'GetCallerIdentity', 'GetSessionToken'])
/** Its proof is a token and not a signature: the same for everybody. */
const UNSIGNED = 'AssumeRoleWithWebIdentity'
const REFUSED = new RegExp(
  [
    'UNAUTHORIZED|DENIED|NotAuthenticated|InvalidCredentials|AccessDenied|MissingAuthenticationToken|InvalidClientTokenId',
    'ExpiredToken|SignatureDoesNotMatch|InvalidSignature|UnrecognizedClient|CredentialsExpired|CredentialsRevoked',
    'InvalidIdentityToken',
  ].join('|'),
)

/** What is random aside, and what was asked about, and by whom. */
function told({ status, text, headers }: Answer, about: Names, itself: readonly string[] = []): unknown {
  const { name, accountId, accessKeyId, digest } = about
  const neutral = (value: string) =>
    [accessKeyId, digest, accountId, name, ...itself]
      .reduce((rest, known, index) => rest.replaceAll(known, `ABOUT-${index}`), value)
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
      .replaceAll(/\b(?:AIDA|AROA|AGPA|ANPA|AKIA|ASIA)[A-Z0-9]{12,}/g, 'IDENTITY')
      .replaceAll(/"authorizationToken":"[^"]+"/g, 'TOKEN')
      .replaceAll(/whsec_[A-Za-z0-9+/]+/g, 'SECRET')
      .replaceAll(/<(SecretAccessKey|SessionToken)>[^<]+/g, '<$1>')
  return [status, neutral(text), headers.map(([header, value]) => [header, neutral(value)])]
}

async function dump(): Promise<unknown> {
  const { metadata } = registry.services
  const page = { after: undefined, limit: 1000 }
  const identities = await Promise.all(KINDS.map((kind) => metadata.listIdentities(HOME, kind, page)))
  const described = async (operation: string, input: object = {}) => (await callEcr(registry, operation, input)).json
  return {
    identities,
    accounts: await metadata.findAccount(THIRD),
    repositories: await described('DescribeRepositories'),
    images: await described('DescribeImages', { repositoryName: 'there/app' }),
    policy: await described('GetRepositoryPolicy', { repositoryName: 'there/app' }),
    registryPolicy: await described('GetRegistryPolicy'),
    setting: await described('GetAccountSetting', { name: 'BLOB_MOUNTING' }),
    templates: await described('DescribeRepositoryCreationTemplates'),
    webhooks: await metadata.listWebhooks(registry.services.defaultRegistry.id, page),
  }
}

const label = ({ surface, operation }: Call) => `${surface} ${operation}`

describe.each(Object.keys(STRANGERS))('%s', (who) => {
  test('is refused by every row of every table, told nothing by it, and changes nothing', async () => {
    const credential = (await STRANGERS[who]?.()) ?? { aws: {}, basic: null }
    const before = await dump()
    writes = 0
    for (const call of EVERY_CALL) {
      if (who === 'a user without a permission' && FREE.has(call.operation)) continue
      const about = await call.send(registry, credential, there)
      const what = `${label(call)}: ${about.status} ${about.text}`
      expect(about.status, what).toBeOneOf([400, 401, 403])
      if (about.text !== '') expect(about.text, what).toMatch(REFUSED)
      expect([label(call), told(await call.send(registry, credential, never), never)]).toEqual([
        label(call),
        told(about, there),
      ])
    }
    expect(writes).toBe(0)
    expect(await dump()).toEqual(before)
  })
})

test('the root user of another account changes nothing here, and is told nothing of what is here', async () => {
  // One asks for what is there and one for what is not, so that what each makes in its own account is the same.
  const rootOf = async (accountId: string) => {
    const { key } = await makeUser(registry, 'root', { accountId })
    await changeKey(key, { ownerId: accountId })
    return { credential: ofKey(key), itself: [accountId, key.accessKeyId] as const }
  }
  await makeAccount(registry, FOURTH)
  const [one, another] = [await rootOf(OTHER), await rootOf(FOURTH)]
  const before = await dump()
  // Its own trail is its own, and has its own times.
  for (const call of EVERY_CALL.filter(({ operation }) => operation !== 'ExportAudit')) {
    const about = told(await call.send(registry, one.credential, there), there, one.itself)
    const others = told(await call.send(registry, another.credential, never), never, another.itself)
    expect([label(call), others]).toEqual([label(call), about])
  }
  expect(await dump()).toEqual(before)
})

test('every table takes part', () => {
  const surfaces = new Set(EVERY_CALL.map(({ surface }) => surface))
  expect(surfaces.size).toBe(6)
  expect(EVERY_CALL.length).toBeGreaterThan(150)
  expect(EVERY_CALL.some(({ operation }) => operation === UNSIGNED)).toBe(true)
})
