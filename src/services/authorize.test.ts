import { expect, test } from 'bun:test'
import { createRepository, openTestRegistry } from '../../test/support/test-registry.ts'
import { allRepositoriesArn, repositoryArn } from '../core/ecr/repository-arn.ts'
import { anonymousPrincipal, rootPrincipal } from '../core/principal.ts'
import { type Access, authorize, isAllowed } from './authorize.ts'
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
