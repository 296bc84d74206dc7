import { expect, test } from 'bun:test'
import * as sdk from '@aws-sdk/client-iam'
import { openIamServer } from '../../../test/support/iam-server.ts'

const ACCOUNT = '000000000000'
const BLUE = `arn:aws:ecr:us-east-1:${ACCOUNT}:repository/blue`
const RED = `arn:aws:ecr:us-east-1:${ACCOUNT}:repository/red`

function policy(...statements: object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}
const allow = (Action: string, Resource = '*', Condition = {}) => ({ Effect: 'Allow', Action, Resource, Condition })
const deny = (Action: string, Resource = '*') => ({ Effect: 'Deny', Action, Resource })

function decisions({ EvaluationResults }: sdk.SimulateCustomPolicyCommandOutput) {
  return EvaluationResults?.map((result) => [result.EvalActionName, result.EvalResourceName, result.EvalDecision])
}

test('policies that are kept nowhere are asked: every action with every resource', async () => {
  await using server = await openIamServer()
  const input = {
    PolicyInputList: [policy(allow('ecr:*', BLUE), deny('ecr:PutImage', BLUE))],
    ActionNames: ['ecr:PutImage', 'ecr:ListImages'],
    ResourceArns: [BLUE, RED],
  }
  const answer = await server.client.send(new sdk.SimulateCustomPolicyCommand(input))
  expect(decisions(answer)).toEqual([
    ['ecr:PutImage', BLUE, 'explicitDeny'],
    ['ecr:PutImage', RED, 'implicitDeny'],
    ['ecr:ListImages', BLUE, 'allowed'],
    ['ecr:ListImages', RED, 'implicitDeny'],
  ])
  expect(answer.EvaluationResults?.[0]?.MatchedStatements).toEqual([
    { SourcePolicyId: 'PolicyInputList.1', SourcePolicyType: 'none' },
  ])
  expect(answer.EvaluationResults?.[1]?.MatchedStatements).toEqual([])
  const paged: unknown[] = []
  const pages = sdk.paginateSimulateCustomPolicy({ client: server.client, pageSize: 3 }, input)
  for await (const page of pages) paged.push(...(decisions(page) ?? []))
  expect(paged).toEqual(decisions(answer) ?? [])
})

test("a user's own policies, those of groups, and the boundary", async () => {
  await using server = await openIamServer()
  const { client } = server
  const UserName = 'bob'
  const GroupName = 'devs'
  const bounds = { PolicyName: 'bounds', PolicyDocument: policy(allow('ecr:List*'), allow('iam:GetUser')) }
  const { Policy } = await client.send(new sdk.CreatePolicyCommand(bounds))
  const Tags = [{ Key: 'team', Value: 'blue' }]
  await client.send(new sdk.CreateUserCommand({ UserName, Tags, PermissionsBoundary: Policy?.Arn }))
  const self = { UserName, PolicyName: 'self', PolicyDocument: policy(allow('iam:GetUser')) }
  await client.send(new sdk.PutUserPolicyCommand(self))
  await client.send(new sdk.CreateGroupCommand({ GroupName }))
  await client.send(new sdk.AddUserToGroupCommand({ UserName, GroupName }))
  const team = `arn:aws:ecr:*:*:repository/\${aws:PrincipalTag/team}`
  const group = { GroupName, PolicyName: 'team', PolicyDocument: policy(allow('ecr:*', team)) }
  await client.send(new sdk.PutGroupPolicyCommand(group))
  const answer = await client.send(
    new sdk.SimulatePrincipalPolicyCommand({
      PolicySourceArn: `arn:aws:iam::${ACCOUNT}:user/${UserName}`,
      ActionNames: ['ecr:ListImages', 'ecr:PutImage', 'iam:GetUser'],
      ResourceArns: [BLUE],
    }),
  )
  const found = answer.EvaluationResults?.map((result) => [
    result.EvalDecision,
    result.MatchedStatements?.map(({ SourcePolicyId, SourcePolicyType }) => [SourcePolicyId, SourcePolicyType]),
    result.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary,
  ])
  expect(found).toEqual([
    ['allowed', [['team', 'group']], true],
    ['implicitDeny', [], false],
    ['allowed', [['self', 'user']], true],
  ])
})

test('what a role may do with a resource that has a policy, asked with keys that are given', async () => {
  await using server = await openIamServer()
  const { client } = server
  const trust = policy({ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' })
  const { Role } = await client.send(new sdk.CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: trust }))
  const condition = { StringEquals: { 'aws:SourceVpc': 'vpc-1' } }
  const input = {
    PolicySourceArn: Role?.Arn,
    PolicyInputList: [policy(allow('ecr:ListImages', '*', condition))],
    ActionNames: ['ecr:ListImages', 'ecr:PutImage'],
    ResourceArns: [BLUE],
    ResourcePolicy: policy({ Effect: 'Allow', Principal: { AWS: Role?.Arn }, Action: 'ecr:PutImage' }),
  }
  const without = await client.send(new sdk.SimulatePrincipalPolicyCommand(input))
  expect(decisions(without)?.map(([, , decision]) => decision)).toEqual(['implicitDeny', 'allowed'])
  expect(without.EvaluationResults?.[0]?.MissingContextValues).toEqual(['aws:sourcevpc'])
  expect(without.EvaluationResults?.[1]?.MatchedStatements).toEqual([
    { SourcePolicyId: 'ResourcePolicy', SourcePolicyType: 'resource' },
  ])
  const ContextEntries = [
    { ContextKeyName: 'aws:SourceVpc', ContextKeyType: 'string' as const, ContextKeyValues: ['vpc-1'] },
  ]
  const given = await client.send(new sdk.SimulatePrincipalPolicyCommand({ ...input, ContextEntries }))
  expect(decisions(given)?.map(([, , decision]) => decision)).toEqual(['allowed', 'allowed'])
  expect(given.EvaluationResults?.[0]?.MissingContextValues).toEqual([])
})

test('a boundary that is given takes the place of the own one', async () => {
  await using server = await openIamServer()
  const answer = await server.client.send(
    new sdk.SimulateCustomPolicyCommand({
      PolicyInputList: [policy(allow('ecr:*'))],
      PermissionsBoundaryPolicyInputList: [policy(allow('ecr:List*'))],
      ActionNames: ['ecr:ListImages', 'ecr:PutImage'],
    }),
  )
  const found = answer.EvaluationResults?.map((result) => [
    result.EvalDecision,
    result.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary,
  ])
  expect(found).toEqual([
    ['allowed', true],
    ['implicitDeny', false],
  ])
})

test('what cannot be simulated is refused, and not passed over', async () => {
  await using server = await openIamServer()
  const { client } = server
  const simulate = (more: Partial<sdk.SimulateCustomPolicyCommandInput>) =>
    client.send(
      new sdk.SimulateCustomPolicyCommand({
        PolicyInputList: [policy(allow('ecr:*'))],
        ActionNames: ['ecr:ListImages'],
        ...more,
      }),
    )
  await expect(simulate({ PolicyInputList: ['{'] })).rejects.toMatchObject({ name: 'InvalidInputException' })
  await expect(simulate({ ActionNames: [] })).rejects.toMatchObject({ name: 'ValidationError' })
  await expect(simulate({ ActionNames: ['no action'] })).rejects.toMatchObject({ name: 'ValidationError' })
  await expect(simulate({ Marker: 'eA' })).rejects.toMatchObject({ name: 'ValidationError' })
  await expect(simulate({ CallerArn: `arn:aws:iam::${ACCOUNT}:user/nobody` })).rejects.toMatchObject({
    name: 'NoSuchEntityException',
  })
  const OrderedOrganizationPolicyInputList = [{ ServiceControlPolicyInputList: [policy(deny('*'))] }]
  await expect(simulate({ OrderedOrganizationPolicyInputList })).rejects.toMatchObject({ name: 'ValidationError' })
})

test('the keys that policies ask for', async () => {
  await using server = await openIamServer()
  const { client } = server
  const PolicyDocument = policy(allow('ecr:*', '*', { Bool: { 'aws:SecureTransport': 'true' } }))
  await client.send(new sdk.CreateUserCommand({ UserName: 'bob' }))
  await client.send(new sdk.PutUserPolicyCommand({ UserName: 'bob', PolicyName: 'p', PolicyDocument }))
  const given = policy(allow('ecr:*', `arn:aws:ecr:*:*:repository/\${aws:username}`))
  const custom = await client.send(new sdk.GetContextKeysForCustomPolicyCommand({ PolicyInputList: [given] }))
  expect(custom.ContextKeyNames).toEqual(['aws:username'])
  const PolicySourceArn = `arn:aws:iam::${ACCOUNT}:user/bob`
  const input = { PolicySourceArn, PolicyInputList: [given] }
  const both = await client.send(new sdk.GetContextKeysForPrincipalPolicyCommand(input))
  expect(both.ContextKeyNames).toEqual(['aws:securetransport', 'aws:username'])
})
