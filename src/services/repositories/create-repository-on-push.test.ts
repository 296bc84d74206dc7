import { expect, test } from 'bun:test'
import { openTestRegistry } from '../../../test/support/test-registry.ts'
import { rootPrincipal } from '../../core/principal.ts'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { createRepositoryOnPush } from './create-repository-on-push.ts'
import { createTemplate } from './creation-templates.ts'

const name = parseRepositoryName('team/app')

test('a template does not open the registry to those who may not create repositories', async () => {
  await using registry = await openTestRegistry()
  const { services, caller } = registry
  const template = { prefix: 'ROOT', appliedFor: ['CREATE_ON_PUSH'] as const, resourceTags: [] }
  await createTemplate(services, caller, template)
  const stranger = { ...caller, principal: rootPrincipal('999999999999', 'AKIASTRANGER') }
  await expect(createRepositoryOnPush(services, stranger, name)).rejects.toMatchObject({ reason: 'denied' })
  expect(await services.metadata.findRepository(caller.registry.id, name)).toBeUndefined()
  expect((await createRepositoryOnPush(services, caller, name)).name).toBe(name)
})

test('the policies of a template are kept with the repository, word for word', async () => {
  await using registry = await openTestRegistry()
  const { services, caller } = registry
  const texts = {
    repositoryPolicyText: '{ "Version": "2012-10-17", "Statement": [] }',
    lifecyclePolicyText: '{"rules": []}',
  }
  const template = { prefix: 'team', appliedFor: ['CREATE_ON_PUSH'] as const, resourceTags: [], ...texts }
  await createTemplate(services, caller, template)
  const { id } = await createRepositoryOnPush(services, caller, name)
  expect(await services.metadata.readPolicyTexts(id)).toEqual(texts)
})
