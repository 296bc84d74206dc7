import { describe, expect, test } from 'bun:test'
import { basic, makeAccount, makeUser, policy } from '../../test/support/accounts.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../../test/support/test-registry.ts'
import { allRepositoriesArn, repositoryArn } from '../core/ecr/repository-arn.ts'
import { anonymousPrincipal, rootPrincipal } from '../core/principal.ts'
import { authenticateBasic } from './authenticate-basic.ts'
import { type Access, authorize, isAllowed } from './authorize.ts'
import type { Caller } from './context.ts'
import { registryOfAccount } from './registry-for.ts'

test('isAllowed() lets root do everything in its own account, and nothing to what is of another', async () => {
  await using registry = await openTestRegistry()
  const { services, caller } = registry
  const repository = await createRepository(registry, 'team/app')
  const access: Access = { action: 'ecr:PutImage', resource: repositoryArn(caller.registry, 'team/app'), repository }
  const stranger = { ...caller, principal: rootPrincipal('999999999999', 'AKIASTRANGER') }
  const foreign = { ...access, resource: access.resource.replace('000000000000', '999999999999') }
  expect(await isAllowed(services, caller, access)).toBe(true)
  expect(await isAllowed(services, caller, { ...access, resource: '*', repository: undefined })).toBe(true)
  expect(await isAllowed(services, caller, foreign)).toBe(false)
  for (const resource of [access.resource, allRepositoriesArn(caller.registry), '*', foreign.resource]) {
    expect([resource, await isAllowed(services, stranger, { ...access, resource })]).toEqual([resource, false])
  }
})

test('isAllowed() lets nobody do anything where there is no registry, its own account neither', async () => {
  await using registry = await openTestRegistry()
  const { services, caller } = registry
  const principal = rootPrincipal('999999999999', 'AKIAOTHER')
  const named = await registryOfAccount(services, { ...caller.registry, accountId: '999999999999' })
  const access: Access = { action: 'ecr:CreateRepository', resource: '*', repository: undefined }
  expect(await isAllowed(services, { ...caller, principal, registry: named }, access)).toBe(false)
})

test('isAllowed() lets anybody read who came in at the anonymous listener, and nothing else', async () => {
  await using registry = await openTestRegistry()
  const anonymous = { ...registry.caller, principal: anonymousPrincipal('000000000000') }
  const may = (action: Access['action']) =>
    isAllowed(registry.services, anonymous, { action, resource: '*', repository: undefined })
  expect(await may('ecr:BatchGetImage')).toBe(true)
  expect(await may('ecr:PutImage')).toBe(false)
})

test('authorize() says the same of a repository that exists and of one that does not', async () => {
  await using registry = await openTestRegistry()
  const { services, caller } = registry
  const repository = await createRepository(registry, 'team/app')
  const stranger = { ...caller, principal: rootPrincipal('999999999999', 'AKIASTRANGER') }
  const access: Access = { action: 'ecr:ListImages', resource: repositoryArn(caller.registry, 'team/app'), repository }
  const refusals = await Promise.all(
    [access, { ...access, repository: undefined }].map((asked) =>
      authorize(services, stranger, asked).catch(({ reason, message, detail }) => ({
        reason,
        message: message.replace(detail.decisionId, 'ID'),
        members: Object.keys(detail),
      })),
    ),
  )
  expect(refusals[0]).toEqual(refusals[1])
  expect(refusals[0]).toEqual({
    reason: 'denied',
    message:
      'User: arn:aws:iam::999999999999:root is not authorized to perform: ecr:ListImages on resource: ' +
      'arn:aws:ecr:us-east-1:000000000000:repository/team/app because no resource-based policy allows the ' +
      'ecr:ListImages action (decision ID)',
    members: ['decisionId'],
  })
})

const EXISTING = '111111111111'
const UNKNOWN = '222222222222'
const DISABLED = '333333333333'
const HOME = '000000000000'
const LIST = 'ecr:ListImages'
const everything = policy({ Effect: 'Allow', Action: '*', Resource: '*' })
const nothing = policy({ Effect: 'Deny', Action: 'ecr:*', Resource: '*' })

/** The sentence that refuses what is asked of an account, with the account's number left out. */
async function sentenceOf(
  { services, caller }: TestRegistry,
  principal: Caller['principal'],
  { accountId, region = 'us-east-1', action }: { accountId: string; region?: string; action: Access['action'] },
): Promise<string> {
  const registry = await registryOfAccount(services, { accountId, region })
  const resource = action === LIST ? repositoryArn(registry, 'team/app') : '*'
  const asked = authorize(services, { ...caller, principal, registry }, { action, resource, repository: undefined })
  const { reason, message } = await asked.then(
    () => ({ reason: 'allowed', message: '' }),
    (error) => error,
  )
  return `${reason}: ${message.replace(/ \(decision .*\)$/, '').replace(`:${accountId}:`, ':N:')}`
}

describe('authorize() says the same to a stranger of an account that exists, one that does not and a disabled one', () => {
  const NO_GRANT = 'because no resource-based policy allows'
  test.each<[who: string, policies: readonly string[] | 'root', clause: string]>([
    ['root', 'root', NO_GRANT],
    ['a user without policies', [], 'because no identity-based policy allows'],
    ['a user who may do everything', [everything], NO_GRANT],
    ['a user with a denial', [everything, nothing], 'with an explicit deny in an identity-based policy'],
  ])('to %s', async (_who, policies, clause) => {
    await using registry = await openTestRegistry()
    const { services } = registry
    for (const accountId of [EXISTING, DISABLED]) await makeAccount(registry, accountId)
    await services.metadata.transact((transaction) => transaction.updateAccount(DISABLED, { state: 'disabled' }))
    const principal = policies === 'root' ? registry.caller.principal : await userWith(registry, policies)
    for (const action of [LIST, 'ecr:CreateRepository', 'ecr:GetAuthorizationToken'] as const) {
      const sentences = await Promise.all(
        [EXISTING, UNKNOWN, DISABLED].map((accountId) => sentenceOf(registry, principal, { accountId, action })),
      )
      expect(sentences[0]).toStartWith('denied: ')
      expect(sentences[0]).toContain(clause)
      expect(new Set(sentences).size).toBe(1)
      const elsewhere = await Promise.all(
        [EXISTING, UNKNOWN, DISABLED].map((accountId) =>
          sentenceOf(registry, principal, { accountId, action, region: 'eu-west-1' }),
        ),
      )
      expect(elsewhere[0]).toContain(clause)
      expect(new Set(elsewhere).size).toBe(1)
    }
  })
})

async function userWith(registry: TestRegistry, policies: readonly string[]): Promise<Caller['principal']> {
  const { key } = await makeUser(registry, 'stranger', { policies })
  const header = basic(key.accessKeyId, key.secret)
  return await authenticateBasic(registry.services, { header, service: 'ecr' }, registry.caller.origin)
}

test('authorize() tells whoever asks for their own account in another region where it is', async () => {
  await using registry = await openTestRegistry()
  const asked = { accountId: HOME, region: 'eu-west-1', action: LIST } as const
  const why = 'because the registry of account 000000000000 is in region us-east-1, and not in eu-west-1'
  for (const principal of [registry.caller.principal, await userWith(registry, [everything])]) {
    expect(await sentenceOf(registry, principal, asked)).toEndWith(why)
  }
  expect(await sentenceOf(registry, anonymousPrincipal(HOME), asked)).not.toContain('us-east-1')
  expect(await sentenceOf(registry, rootPrincipal(EXISTING, 'AKIA1'), asked)).not.toContain('us-east-1')
})
