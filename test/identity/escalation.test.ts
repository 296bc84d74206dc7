import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { ECR_TABLE, unavailableOperations } from '../../src/api/ecr/table.ts'
import { IAM_TABLE } from '../../src/api/iam/table.ts'
import type { ManageOperation } from '../../src/api/manage/operations.ts'
import { MANAGE_TABLE } from '../../src/api/manage/table.ts'
import { IAM } from '../../src/api/query/query-api.ts'
import { STS_TABLE } from '../../src/api/sts/table.ts'
import { allow, policy } from '../support/accounts.ts'
import { callEcr } from '../support/aws-requests.ts'
import { callManage } from '../support/manage-requests.ts'
import { callQuery } from '../support/query-requests.ts'
import { assume, makeSessionWorld, type SessionWorld, tokenLogin } from '../support/session-world.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

let registry: TestRegistry
let world: SessionWorld
beforeEach(async () => {
  registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
  world = await makeSessionWorld(registry)
})
afterEach(async () => await registry[Symbol.asyncDispose]())

const RESTRICTED = 'has a session with a session policy, which cannot make or change'
const OWN = 'has temporary credentials of GetSessionToken'
const CHAIN = ['restricted', 'chained', 'chainedTwice'] as const

/** What becomes of permissions and credentials by an operation. */
type Effect =
  /** They change, so it is not for sessions with a session policy. */
  | 'changes permissions'
  /** The same, and what is made outlasts the session, so it is not for those of GetSessionToken either. */
  | 'makes what lasts'
  /** A credential is made that can do no more than its maker, nor for longer; each has a test of its own. */
  | 'passes itself on'
  | 'takes credentials away'
  | 'nothing'

const POLICY = policy({ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' })
const TEMPLATE = { prefix: 'made', appliedFor: ['CREATE_ON_PUSH'] }
const NONE: readonly [Effect] = ['nothing']

/** By operation, with an input that is good for those that change permissions, in an order in which all of them work. */
const ECR: Readonly<Record<string, readonly [Effect, object?]>> = {
  SetRepositoryPolicy: ['changes permissions', { repositoryName: 'team/app', policyText: POLICY }],
  DeleteRepositoryPolicy: ['changes permissions', { repositoryName: 'team/app' }],
  PutRegistryPolicy: [
    'changes permissions',
    { policyText: policy({ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage', Resource: '*' }) },
  ],
  DeleteRegistryPolicy: ['changes permissions', {}],
  CreateRepositoryCreationTemplate: ['changes permissions', TEMPLATE],
  UpdateRepositoryCreationTemplate: ['changes permissions', TEMPLATE],
  DeleteRepositoryCreationTemplate: ['changes permissions', { prefix: 'made' }],
  GetAuthorizationToken: ['passes itself on'],
  GetDownloadUrlForLayer: ['passes itself on'],
  BatchCheckLayerAvailability: NONE,
  BatchDeleteImage: NONE,
  BatchGetImage: NONE,
  CompleteLayerUpload: NONE,
  CreateRepository: NONE,
  DeleteRepository: NONE,
  DeleteLifecyclePolicy: NONE,
  DescribeImages: NONE,
  DescribeRegistry: NONE,
  DescribeRepositories: NONE,
  DescribeRepositoryCreationTemplates: NONE,
  GetAccountSetting: NONE,
  GetLifecyclePolicy: NONE,
  GetLifecyclePolicyPreview: NONE,
  GetRegistryPolicy: NONE,
  GetRepositoryPolicy: NONE,
  InitiateLayerUpload: NONE,
  ListImageReferrers: NONE,
  ListImages: NONE,
  ListTagsForResource: NONE,
  PutAccountSetting: NONE,
  PutImage: NONE,
  PutImageScanningConfiguration: NONE,
  PutImageTagMutability: NONE,
  PutLifecyclePolicy: NONE,
  StartLifecyclePolicyPreview: NONE,
  TagResource: NONE,
  UntagResource: NONE,
  UpdateImageStorageClass: NONE,
  UploadLayerPart: NONE,
}

const STS: { readonly [Operation in keyof typeof STS_TABLE]: Effect } = {
  AssumeRole: 'passes itself on',
  AssumeRoleWithWebIdentity: 'passes itself on',
  GetCallerIdentity: 'nothing',
  GetSessionToken: 'passes itself on',
}

const OTHER = '123456789012'
const SCOPE_POLICY = { settings: { repositoryPolicy: { value: POLICY } } }
const MANAGE: { readonly [Operation in ManageOperation]: readonly [Effect, string?, object?] } = {
  CreateAccount: ['makes what lasts', '/accounts', { accountId: OTHER, name: 'Team' }],
  UpdateAccount: ['makes what lasts', `/accounts/${OTHER}`, { state: 'enabled' }],
  CreateAccountRootKey: ['makes what lasts', `/accounts/${OTHER}/root-keys`],
  DeleteAccountRootKey: ['makes what lasts', `/accounts/${OTHER}/root-keys/AKIA0000000000000000`],
  PutOidcProvider: [
    'makes what lasts',
    '/oidc-providers/ci',
    { issuer: 'https://issuer.example.com', clientIds: ['lading'] },
  ],
  DeleteOidcProvider: ['makes what lasts', '/oidc-providers/ci'],
  // It goes on telling others what happens when the session is over.
  PutWebhook: ['makes what lasts', '/webhooks/ci', { url: 'https://hooks.example.com/lading' }],
  RotateWebhookSecret: ['makes what lasts', '/webhooks/ci/rotate-secret', {}],
  PutSettings: ['changes permissions', '/settings?namespace=team/', SCOPE_POLICY],
  DeleteSetting: ['changes permissions', '/settings/repositoryPolicy?namespace=team/'],
  PutInstallationSettings: ['changes permissions', '/installation/settings', SCOPE_POLICY],
  DeleteInstallationSetting: ['changes permissions', '/installation/settings/repositoryPolicy'],
  RevokeRoleSessions: ['takes credentials away'],
  RevokeUserSessions: ['takes credentials away'],
  ExplainDecision: NONE,
  ExportAudit: NONE,
  GetAccount: NONE,
  GetAccountCosts: NONE,
  GetAuditKeys: NONE,
  GetImage: NONE,
  GetInstallationCosts: NONE,
  GetNamespaceCosts: NONE,
  GetOidcProvider: NONE,
  GetRepositoryCosts: NONE,
  GetTagReport: NONE,
  GetEffectiveSettings: NONE,
  GetInstallationSettings: NONE,
  GetSettings: NONE,
  GetUsage: NONE,
  ListAccounts: NONE,
  ListNamespaces: NONE,
  ListOidcProviders: NONE,
  ApplyPlan: NONE,
  CreatePlan: NONE,
  DeleteLifecyclePolicy: NONE,
  DiffLifecycle: NONE,
  ExplainLifecycle: NONE,
  FindPlan: NONE,
  GetLifecyclePolicy: NONE,
  GetPlan: NONE,
  GetTag: NONE,
  GetTagHistory: NONE,
  ListLocks: NONE,
  ListNamespaceTagChanges: NONE,
  ListPlanItems: NONE,
  ListPlans: NONE,
  ListTagChanges: NONE,
  ListTags: NONE,
  LockImage: NONE,
  PutLifecyclePolicy: NONE,
  RollBackTag: NONE,
  UndoPlan: NONE,
  UnlockImage: NONE,
  ValidatePolicy: NONE,
  CreateRepository: NONE,
  DeleteRepository: NONE,
  GetRepository: NONE,
  ListRepositories: NONE,
  TagResource: NONE,
  UntagResource: NONE,
  DeleteWebhook: NONE,
  DropDeadLetters: NONE,
  GetWebhook: NONE,
  ListDeadLetters: NONE,
  ListEvents: NONE,
  ListWebhooks: NONE,
  ReplayDeadLetters: NONE,
  StreamEvents: NONE,
  TestWebhook: NONE,
  WeighDeletion: NONE,
}

describe('every operation that makes credentials or changes permissions is known here', () => {
  test('of ECR, STS and the management API: an operation that is added has to be given its effect', () => {
    const unavailable = new Set<string>(unavailableOperations())
    const working = Object.keys(ECR_TABLE).filter((operation) => !unavailable.has(operation))
    expect(Object.keys(ECR).toSorted()).toEqual(working.toSorted())
    expect(Object.keys(STS).toSorted()).toEqual(Object.keys(STS_TABLE).toSorted())
    expect(Object.keys(MANAGE).toSorted()).toEqual(Object.keys(MANAGE_TABLE).toSorted())
  })
})

const isChange = ([, [effect]]: [string, readonly [Effect, ...unknown[]]]) =>
  effect === 'changes permissions' || effect === 'makes what lasts'

describe('a session with a session policy, and all that are made of it', () => {
  test('change nothing by ECR, where a free one does', async () => {
    for (const [operation, [, input = {}]] of Object.entries(ECR).filter(isChange)) {
      for (const name of CHAIN) {
        const { json } = await callEcr(registry, operation, input, world[name])
        expect([operation, name, json.__type, json.message]).toEqual([
          operation,
          name,
          'AccessDeniedException',
          expect.stringContaining(RESTRICTED),
        ])
      }
      expect([operation, (await callEcr(registry, operation, input, world.free)).status]).toEqual([operation, 200])
    }
  })

  test('change nothing by IAM; neither do those of GetSessionToken, which call nothing of it', async () => {
    for (const [operation, action] of Object.entries(IAM_TABLE)) {
      const said = async (name: keyof SessionWorld) =>
        (await callQuery(registry, 'iam', { Action: operation }, world[name])).xml
      expect(await said('own')).toContain(OWN)
      for (const name of action.changes ? CHAIN : []) expect(await said(name)).toContain(RESTRICTED)
      const freely = await said('free')
      expect(freely).not.toContain(RESTRICTED)
      expect(freely).not.toContain('<Code>AccessDenied</Code>')
    }
    expect(Object.keys(IAM_TABLE)).toEqual(Object.keys(IAM.table))
  })

  test('change nothing by the management API, by their tokens; neither do those of GetSessionToken', async () => {
    const rows = Object.entries(MANAGE).filter(isChange)
    for (const [operation, [, path = '', body]] of rows) {
      // The rows above have the names of the table.
      const method = MANAGE_TABLE[operation as ManageOperation].method.toUpperCase()
      const ask = async (name: keyof SessionWorld) => {
        const authorization = await tokenLogin(registry, world[name])
        return await callManage(registry, method, path, { authorization, ...(body !== undefined && { body }) })
      }
      for (const name of [...CHAIN, 'own'] as const) {
        const { status, json } = await ask(name)
        const sentence = expect.stringContaining(name === 'own' ? OWN : RESTRICTED)
        expect([operation, name, status, json.error?.message]).toEqual([operation, name, 403, sentence])
      }
      // Only that it is not refused: there is no such root key.
      expect((await ask('free')).status, operation).toBeOneOf([200, 201, 204, 404])
    }
  })

  test('may disable an account for all that, as nobody gets anything by it', async () => {
    expect((await callManage(registry, 'POST', '/accounts', { body: { accountId: OTHER, name: 'Team' } })).status).toBe(
      201,
    )
    for (const name of ['chained', 'own'] as const) {
      const authorization = await tokenLogin(registry, world[name])
      const set = (state: string) =>
        callManage(registry, 'PATCH', `/accounts/${OTHER}`, { authorization, body: { state } })
      expect([name, (await set('disabled')).status, (await set('enabled')).status]).toEqual([name, 200, 403])
    }
  })

  test('take credentials away where their policies let them, as that gives nothing to anybody', async () => {
    for (const path of ['/roles/third/revoke-sessions', '/users/admin/revoke-sessions']) {
      const authorization = await tokenLogin(registry, world.chained)
      expect((await callManage(registry, 'POST', path, { authorization })).status).toBe(200)
    }
    expect((await callQuery(registry, 'sts', { Action: 'GetCallerIdentity' }, world.chainedTwice)).status).toBe(403)
    expect((await callQuery(registry, 'sts', { Action: 'GetCallerIdentity' }, world.own)).status).toBe(403)
  })

  test('get no session of themselves that is free of it', async () => {
    for (const name of [...CHAIN, 'own'] as const) {
      const { status, text } = await callQuery(registry, 'sts', { Action: 'GetSessionToken' }, world[name])
      expect([name, status, text('Code')]).toEqual([name, 403, 'AccessDenied'])
    }
  })

  test('have their rights by every surface, and no others', async () => {
    const narrow = policy(allow(['ecr:GetAuthorizationToken', 'ecr:ListImages', 'sts:AssumeRole']))

    const first = await assume(registry, world.user, 'first', { Policy: narrow })
    const second = await assume(registry, first, 'second', { Policy: policy(allow('*')) })
    const third = await assume(registry, second, 'third')
    for (const session of [first, second, third]) {
      const authorization = await tokenLogin(registry, session)
      expect((await callEcr(registry, 'ListImages', { repositoryName: 'team/app' }, session)).status).toBe(200)
      expect((await callEcr(registry, 'DescribeRepositories', {}, session)).json.message).toContain('no session policy')
      expect((await registry.send('GET', '/v2/team/app/tags/list', { authorization })).status).toBe(200)
      expect((await registry.send('GET', '/v2/_catalog', { authorization })).status).toBe(403)
      expect((await callManage(registry, 'GET', '/accounts', { authorization })).status).toBe(403)
      expect((await callQuery(registry, 'iam', { Action: 'ListUsers' }, session)).status).toBe(403)
    }
  })
})
