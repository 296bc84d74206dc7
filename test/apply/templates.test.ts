import { expect, test } from 'bun:test'
import { applyAll, planApply } from '../../src/cli/apply/apply-all.ts'
import { readDocument } from '../../src/core/apply/read-document.ts'
import { callEcr } from '../support/aws-requests.ts'
import { openTestRegistry } from '../support/test-registry.ts'
import { testApplyServer } from './test-apply-server.ts'

test('a template that is made again without what goes keeps what no file speaks of', async () => {
  await using registry = await openTestRegistry()
  const kept = { customRoleArn: 'arn:aws:iam::000000000000:role/x', encryptionConfiguration: { encryptionType: 'KMS' } }
  const made = { prefix: 'team', appliedFor: ['CREATE_ON_PUSH'], description: 'goes', ...kept }
  expect((await callEcr(registry, 'CreateRepositoryCreationTemplate', made)).status).toBe(200)
  const document = { apiVersion: 'lading/v1', kind: 'CreationTemplate', metadata: { name: 'team' } }
  const declared = { ...readDocument({ ...document, spec: { appliedFor: ['REPLICATION'] } }), at: 'here' }
  const server = testApplyServer(registry)
  await applyAll(server, await planApply(server, [declared], { prune: true, force: false }))
  const { json } = await callEcr(registry, 'DescribeRepositoryCreationTemplates', {})
  expect(json.repositoryCreationTemplates).toEqual([
    expect.objectContaining({ prefix: 'team', appliedFor: ['REPLICATION'], description: '', ...kept }),
  ])
})
