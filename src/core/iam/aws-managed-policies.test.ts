import { expect, test } from 'bun:test'
import { analysePolicy } from '../policy/analyse-policy.ts'
import { parsePolicy } from '../policy/parse-policy.ts'
import { AWS_MANAGED_POLICIES } from './aws-managed-policies.ts'
import { checkManagedPolicySize } from './policy-size.ts'

test('each of them is a good policy of known actions, under a name and an id of its own', () => {
  for (const { name, id, text } of AWS_MANAGED_POLICIES) {
    checkManagedPolicySize(text)
    const unknown = analysePolicy(parsePolicy(text, 'identity'), 'identity').filter(({ code }) =>
      code.includes('unknown'),
    )
    expect([name, unknown]).toEqual([name, []])
    expect(id).toMatch(/^ANPA[A-Z0-9]{17}$/)
  }
  expect(new Set(AWS_MANAGED_POLICIES.map(({ id }) => id)).size).toBe(6)
  expect(new Set(AWS_MANAGED_POLICIES.map(({ name }) => name)).size).toBe(6)
})

test('they stand in the order of their names, which lists go by', () => {
  const names = AWS_MANAGED_POLICIES.map(({ name }) => name)
  expect(names).toEqual(names.toSorted())
})

test('power users push and pull and delete nothing, and those who pull only do nothing else', () => {
  const texts = new Map(AWS_MANAGED_POLICIES.map(({ name, text }) => [name, text]))
  const actions = (name: string) => String(JSON.parse(texts.get(name) ?? '{}').Statement[0].Action)
  expect(actions('AmazonEC2ContainerRegistryPowerUser')).toContain('ecr:PutImage')
  expect(actions('AmazonEC2ContainerRegistryPowerUser')).not.toMatch(/Delete|SetRepositoryPolicy|\*/)
  expect(actions('AmazonEC2ContainerRegistryReadOnly')).not.toMatch(/Put|Delete|Upload|\*/)
  expect(actions('AmazonEC2ContainerRegistryPullOnly').split(',')).toHaveLength(4)
})
