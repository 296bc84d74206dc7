import { expect, test } from 'bun:test'
import { insertIdentities, newRole, roleSession } from '../../../test/support/identities.ts'
import { openTestRegistry } from '../../../test/support/test-registry.ts'
import { createTemplate, deleteTemplate } from './creation-templates.ts'

const ROLE = newRole('builder')
const RESTRICTED = roleSession(ROLE, {
  policyLayers: [{ texts: [], arns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }],
})
const DENIAL = { Effect: 'Deny', Principal: '*', Action: 'ecr:BatchDeleteImage' }
const SETTINGS = { appliedFor: ['CREATE_ON_PUSH'], resourceTags: [] } as const

test('a session with a session policy deletes no template, as another one may fit then', async () => {
  await using registry = await openTestRegistry()
  const { services, caller } = registry
  await insertIdentities(registry, [ROLE])
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [DENIAL] })
  await createTemplate(services, caller, { ...SETTINGS, prefix: 'kept', repositoryPolicyText: policy })
  await createTemplate(services, caller, { ...SETTINGS, prefix: 'plain' })
  const by = { ...caller, principal: RESTRICTED }
  for (const prefix of ['kept', 'plain']) {
    await expect(deleteTemplate(services, by, prefix)).rejects.toMatchObject({ reason: 'denied' })
  }
  expect(await services.metadata.findCreationTemplate(caller.registry.id, 'kept')).toBeDefined()
})
