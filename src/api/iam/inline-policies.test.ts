import { expect, test } from 'bun:test'
import * as sdk from '@aws-sdk/client-iam'
import { openIamServer } from '../../../test/support/iam-server.ts'

function allowing(sid: string): string {
  const statement = { Sid: sid, Effect: 'Allow', Action: 'ecr:*', Resource: '*' }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}

test('inline policies of a group are put, told, listed and deleted', async () => {
  await using server = await openIamServer()
  const { client } = server
  const GroupName = 'devs'
  await client.send(new sdk.CreateGroupCommand({ GroupName }))
  for (const PolicyName of ['b', 'a', 'c']) {
    const PolicyDocument = allowing(PolicyName)
    await client.send(new sdk.PutGroupPolicyCommand({ GroupName, PolicyName, PolicyDocument }))
  }
  const pretty = JSON.stringify(JSON.parse(allowing('again')), null, 2)
  await client.send(new sdk.PutGroupPolicyCommand({ GroupName, PolicyName: 'a', PolicyDocument: pretty }))
  const found = await client.send(new sdk.GetGroupPolicyCommand({ GroupName: 'DEVS', PolicyName: 'a' }))
  expect(found).toMatchObject({ GroupName, PolicyName: 'a' })
  expect(decodeURIComponent(found.PolicyDocument ?? '')).toBe(pretty)
  const names: string[] = []
  for await (const page of sdk.paginateListGroupPolicies({ client, pageSize: 2 }, { GroupName })) {
    names.push(...(page.PolicyNames ?? []))
  }
  expect(names).toEqual(['a', 'b', 'c'])
  await client.send(new sdk.DeleteGroupPolicyCommand({ GroupName, PolicyName: 'a' }))
  for (const command of [
    new sdk.GetGroupPolicyCommand({ GroupName, PolicyName: 'a' }),
    new sdk.DeleteGroupPolicyCommand({ GroupName, PolicyName: 'a' }),
  ]) {
    // The two have one type of input and different types of output, which are not looked at.
    await expect(client.send(command as sdk.GetGroupPolicyCommand)).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      message: 'The group policy with name a cannot be found.',
    })
  }
})

test.each([
  ['user', 2048],
  ['group', 5120],
  ['role', 10_240],
] as const)('all inline policies of a %s together have %d characters at most', async (kind, most) => {
  await using server = await openIamServer()
  const { client } = server
  const trust = allowing('x').replace('"Resource":"*"', '"Principal":"*"').replace('ecr:*', 'sts:AssumeRole')
  await client.send(new sdk.CreateUserCommand({ UserName: 'x' }))
  await client.send(new sdk.CreateGroupCommand({ GroupName: 'x' }))
  await client.send(new sdk.CreateRoleCommand({ RoleName: 'x', AssumeRolePolicyDocument: trust }))
  const put = async (PolicyName: string, PolicyDocument: string) => {
    const policy = { PolicyName, PolicyDocument }
    if (kind === 'user') return await client.send(new sdk.PutUserPolicyCommand({ UserName: 'x', ...policy }))
    if (kind === 'group') return await client.send(new sdk.PutGroupPolicyCommand({ GroupName: 'x', ...policy }))
    return await client.send(new sdk.PutRolePolicyCommand({ RoleName: 'x', ...policy }))
  }
  const half = allowing('y'.repeat(most / 2 - allowing('').length))
  expect(half).toHaveLength(most / 2)
  await put('one', JSON.stringify(JSON.parse(half), null, 8))
  await put('two', half)
  await expect(put('three', allowing('z'))).rejects.toMatchObject({
    name: 'LimitExceededException',
    message: `Maximum policy size of ${most} bytes exceeded for ${kind} x`,
  })
  await put('two', allowing('z'))
  await put('three', allowing('z'))
})

test('nobody is told apart from nobody: policies of whoever is not there', async () => {
  await using server = await openIamServer()
  const input = { UserName: 'nobody', PolicyName: 'p', PolicyDocument: allowing('x') }
  const put = server.client.send(new sdk.PutUserPolicyCommand(input))
  await expect(put).rejects.toMatchObject({ message: 'The user with name nobody cannot be found.' })
  const list = server.client.send(new sdk.ListAttachedRolePoliciesCommand({ RoleName: 'nobody' }))
  await expect(list).rejects.toMatchObject({ message: 'The role with name nobody cannot be found.' })
})
