import { expect, test } from 'bun:test'
import * as sdk from '@aws-sdk/client-iam'
import { openIamServer } from '../../../test/support/iam-server.ts'

const ACCOUNT = '000000000000'

function policy(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] })
}
const PolicyDocument = policy({ Action: 'ecr:*', Resource: '*' })
const AssumeRolePolicyDocument = policy({ Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' })

async function fill(client: sdk.IAMClient): Promise<void> {
  await client.send(new sdk.CreatePolicyCommand({ PolicyName: 'p', PolicyDocument }))
  const PolicyArn = `arn:aws:iam::${ACCOUNT}:policy/p`
  await client.send(new sdk.CreateGroupCommand({ GroupName: 'devs' }))
  await client.send(new sdk.PutGroupPolicyCommand({ GroupName: 'devs', PolicyName: 'inline', PolicyDocument }))
  for (const UserName of ['a', 'b']) {
    await client.send(new sdk.CreateUserCommand({ UserName, PermissionsBoundary: PolicyArn }))
    await client.send(new sdk.AddUserToGroupCommand({ UserName, GroupName: 'devs' }))
  }
  await client.send(new sdk.CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument }))
  await client.send(new sdk.AttachRolePolicyCommand({ RoleName: 'r', PolicyArn }))
}

test('all that an account permits, a page at a time', async () => {
  await using server = await openIamServer()
  const { client } = server
  await fill(client)
  const users: sdk.UserDetail[] = []
  const groups: sdk.GroupDetail[] = []
  const roles: sdk.RoleDetail[] = []
  const policies: sdk.ManagedPolicyDetail[] = []
  let pages = 0
  for await (const page of sdk.paginateGetAccountAuthorizationDetails({ client, pageSize: 2 }, {})) {
    pages++
    users.push(...(page.UserDetailList ?? []))
    groups.push(...(page.GroupDetailList ?? []))
    roles.push(...(page.RoleDetailList ?? []))
    policies.push(...(page.Policies ?? []))
  }
  expect(pages).toBe(3)
  expect(
    users.map(({ UserName, GroupList, PermissionsBoundary }) => [
      UserName,
      GroupList,
      PermissionsBoundary?.PermissionsBoundaryArn,
    ]),
  ).toEqual([
    ['a', ['devs'], `arn:aws:iam::${ACCOUNT}:policy/p`],
    ['b', ['devs'], `arn:aws:iam::${ACCOUNT}:policy/p`],
  ])
  expect(groups).toMatchObject([{ GroupName: 'devs', GroupPolicyList: [{ PolicyName: 'inline' }] }])
  expect(decodeURIComponent(groups[0]?.GroupPolicyList?.[0]?.PolicyDocument ?? '')).toBe(PolicyDocument)
  expect(roles).toMatchObject([
    { RoleName: 'r', AttachedManagedPolicies: [{ PolicyName: 'p' }], InstanceProfileList: [] },
  ])
  expect(decodeURIComponent(roles[0]?.AssumeRolePolicyDocument ?? '')).toBe(AssumeRolePolicyDocument)
  const own = policies.filter(({ Arn }) => Arn?.includes(ACCOUNT))
  expect(own).toMatchObject([
    { PolicyName: 'p', AttachmentCount: 1, PermissionsBoundaryUsageCount: 2, PolicyVersionList: [{ VersionId: 'v1' }] },
  ])
  expect(policies).toHaveLength(7)
})

test('a filter leaves out the rest', async () => {
  await using server = await openIamServer()
  const { client } = server
  await fill(client)
  const get = async (Filter: sdk.EntityType[]) => {
    const found = await client.send(new sdk.GetAccountAuthorizationDetailsCommand({ Filter }))
    const lists = [found.UserDetailList, found.GroupDetailList, found.RoleDetailList, found.Policies]
    return lists.map((list) => list?.length ?? 0)
  }
  expect(await get(['User'])).toEqual([2, 0, 0, 0])
  expect(await get(['Group', 'Role'])).toEqual([0, 1, 1, 0])
  expect(await get(['LocalManagedPolicy'])).toEqual([0, 0, 0, 1])
  expect(await get(['AWSManagedPolicy'])).toEqual([0, 0, 0, 6])
})
