import { expect, test } from 'bun:test'
import * as sdk from '@aws-sdk/client-iam'
import { openIamServer } from '../../../test/support/iam-server.ts'

const ACCOUNT = '000000000000'
const PolicyArn = `arn:aws:iam::${ACCOUNT}:policy/team/pull`
const PULL_ONLY = 'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly'

function allowing(action: string): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] })
}

async function createPolicy(client: sdk.IAMClient, more: Partial<sdk.CreatePolicyCommandInput> = {}) {
  const input = { PolicyName: 'pull', Path: '/team/', PolicyDocument: allowing('ecr:BatchGetImage'), ...more }
  return (await client.send(new sdk.CreatePolicyCommand(input))).Policy
}

test('a managed policy is made, told and deleted', async () => {
  await using server = await openIamServer()
  const { client } = server
  const made = await createPolicy(client, { Description: 'Pulls', Tags: [{ Key: 'a', Value: 'b' }] })
  expect(made).toMatchObject({
    PolicyName: 'pull',
    PolicyId: expect.stringMatching(/^ANPA[A-Z0-9]{17}$/),
    Arn: PolicyArn,
    DefaultVersionId: 'v1',
    AttachmentCount: 0,
    IsAttachable: true,
  })
  const { Policy } = await client.send(new sdk.GetPolicyCommand({ PolicyArn }))
  expect(Policy).toMatchObject({ Description: 'Pulls', Tags: [{ Key: 'a', Value: 'b' }], CreateDate: expect.any(Date) })
  const again = createPolicy(client, { Path: '/', PolicyName: 'PULL' })
  await expect(again).rejects.toMatchObject({
    name: 'EntityAlreadyExistsException',
    message: 'A policy called PULL already exists. Duplicate names are not allowed.',
  })
  await client.send(new sdk.DeletePolicyCommand({ PolicyArn }))
  await expect(client.send(new sdk.GetPolicyCommand({ PolicyArn }))).rejects.toMatchObject({
    name: 'NoSuchEntityException',
    message: `Policy ${PolicyArn} was not found.`,
  })
})

test('a policy under another path is another one, and an ARN that is none is refused', async () => {
  await using server = await openIamServer()
  await createPolicy(server.client)
  for (const arn of [
    PolicyArn.replace('/team', ''),
    PolicyArn.replace('pull', 'Pull'),
    PolicyArn.replace(/0{12}/, '1'.repeat(12)),
  ]) {
    const get = server.client.send(new sdk.GetPolicyCommand({ PolicyArn: arn }))
    // Of another account's nothing is said, not even that it is not there.
    await expect(get).rejects.toMatchObject({ name: expect.stringMatching(/^(NoSuchEntityException|AccessDenied)$/) })
  }
  for (const arn of ['arn:aws:iam::000000000000:role/team/pull', 'x'.repeat(20), `${PolicyArn}\n`, `${PolicyArn}/`]) {
    const get = server.client.send(new sdk.GetPolicyCommand({ PolicyArn: arn }))
    await expect(get).rejects.toMatchObject({ name: 'ValidationError' })
  }
})

test('versions: five at most, no number twice, the default one stays', async () => {
  await using server = await openIamServer()
  const { client } = server
  await createPolicy(client)
  const create = (SetAsDefault: boolean) =>
    client.send(
      new sdk.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: allowing('ecr:ListImages'), SetAsDefault }),
    )
  const second = await create(true)
  expect(second.PolicyVersion).toMatchObject({ VersionId: 'v2', IsDefaultVersion: true })
  for (let made = 0; made < 3; made++) await create(false)
  await expect(create(false)).rejects.toMatchObject({
    name: 'LimitExceededException',
    message:
      'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
  })
  const remove = (VersionId: string) => client.send(new sdk.DeletePolicyVersionCommand({ PolicyArn, VersionId }))
  await expect(remove('v2')).rejects.toMatchObject({
    name: 'DeleteConflictException',
    message: 'Cannot delete the default version of a policy.',
  })
  await remove('v5')
  expect((await create(false)).PolicyVersion?.VersionId).toBe('v6')
  await client.send(new sdk.SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v6' }))
  const listed = []
  for await (const page of sdk.paginateListPolicyVersions({ client, pageSize: 2 }, { PolicyArn })) {
    listed.push(...(page.Versions ?? []).map(({ VersionId, IsDefaultVersion }) => [VersionId, IsDefaultVersion]))
  }
  expect(listed).toEqual([
    ['v6', true],
    ['v4', false],
    ['v3', false],
    ['v2', false],
    ['v1', false],
  ])
  const { PolicyVersion } = await client.send(new sdk.GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))
  expect(decodeURIComponent(PolicyVersion?.Document ?? '')).toBe(allowing('ecr:BatchGetImage'))
  await expect(client.send(new sdk.GetPolicyVersionCommand({ PolicyArn, VersionId: 'v5' }))).rejects.toMatchObject({
    name: 'NoSuchEntityException',
  })
  await expect(client.send(new sdk.DeletePolicyCommand({ PolicyArn }))).rejects.toMatchObject({
    name: 'DeleteConflictException',
    message: expect.stringContaining('more than one version'),
  })
})

test('a policy in use cannot be deleted, whether it is attached or bounds somebody', async () => {
  await using server = await openIamServer()
  const { client } = server
  const UserName = 'bob'
  await createPolicy(client)
  await client.send(new sdk.CreateUserCommand({ UserName, PermissionsBoundary: PolicyArn }))
  const remove = () => client.send(new sdk.DeletePolicyCommand({ PolicyArn }))
  await expect(remove()).rejects.toMatchObject({ message: 'Cannot delete a policy attached to entities.' })
  const { Policy } = await client.send(new sdk.GetPolicyCommand({ PolicyArn }))
  expect([Policy?.AttachmentCount, Policy?.PermissionsBoundaryUsageCount]).toEqual([0, 1])
  await client.send(new sdk.DeleteUserPermissionsBoundaryCommand({ UserName }))
  const none = client.send(new sdk.DeleteUserPermissionsBoundaryCommand({ UserName }))
  await expect(none).rejects.toMatchObject({ name: 'NoSuchEntityException' })
  await client.send(new sdk.AttachUserPolicyCommand({ UserName, PolicyArn }))
  await expect(remove()).rejects.toMatchObject({ name: 'DeleteConflictException' })
  await client.send(new sdk.DetachUserPolicyCommand({ UserName, PolicyArn }))
  await remove()
})

test("AWS's managed policies can be read and attached, and not changed", async () => {
  await using server = await openIamServer()
  const { client } = server
  const { Policy } = await client.send(new sdk.GetPolicyCommand({ PolicyArn: PULL_ONLY }))
  expect(Policy).toMatchObject({ Arn: PULL_ONLY, DefaultVersionId: 'v1', AttachmentCount: 0 })
  const version = await client.send(new sdk.GetPolicyVersionCommand({ PolicyArn: PULL_ONLY, VersionId: 'v1' }))
  expect(decodeURIComponent(version.PolicyVersion?.Document ?? '')).toContain('ecr:BatchGetImage')
  const input = { PolicyArn: PULL_ONLY, PolicyDocument: allowing('*') }
  await expect(client.send(new sdk.CreatePolicyVersionCommand(input))).rejects.toMatchObject({ name: 'AccessDenied' })
  await expect(client.send(new sdk.DeletePolicyCommand({ PolicyArn: PULL_ONLY }))).rejects.toMatchObject({
    name: 'AccessDenied',
  })
  const Tags = [{ Key: 'a', Value: 'b' }]
  const tag = client.send(new sdk.TagPolicyCommand({ PolicyArn: PULL_ONLY, Tags }))
  await expect(tag).rejects.toMatchObject({ name: 'AccessDenied' })
  const unknown = client.send(new sdk.GetPolicyCommand({ PolicyArn: 'arn:aws:iam::aws:policy/AmazonS3FullAccess' }))
  await expect(unknown).rejects.toMatchObject({ name: 'NoSuchEntityException' })
})

test('policies are listed by scope, path and use, a page at a time', async () => {
  await using server = await openIamServer()
  const { client } = server
  await createPolicy(client)
  await createPolicy(client, { PolicyName: 'other', Path: '/' })
  await client.send(new sdk.CreateGroupCommand({ GroupName: 'devs' }))
  await client.send(new sdk.AttachGroupPolicyCommand({ GroupName: 'devs', PolicyArn }))
  await client.send(new sdk.AttachGroupPolicyCommand({ GroupName: 'devs', PolicyArn: PULL_ONLY }))
  const list = async (input: sdk.ListPoliciesCommandInput) => {
    const names: (string | undefined)[] = []
    for await (const page of sdk.paginateListPolicies({ client, pageSize: 3 }, input)) {
      names.push(...(page.Policies ?? []).map((policy) => policy.PolicyName))
    }
    return names
  }
  expect(await list({ Scope: 'Local' })).toEqual(['other', 'pull'])
  expect(await list({ Scope: 'AWS' })).toHaveLength(6)
  expect(await list({})).toHaveLength(8)
  expect(await list({ PathPrefix: '/team/' })).toEqual(['pull'])
  expect(await list({ OnlyAttached: true })).toEqual(['AmazonEC2ContainerRegistryPullOnly', 'pull'])
  expect(await list({ PolicyUsageFilter: 'PermissionsBoundary' })).toEqual([])
  await client.send(new sdk.CreateUserCommand({ UserName: 'bob', PermissionsBoundary: PolicyArn }))
  expect(await list({ PolicyUsageFilter: 'PermissionsBoundary' })).toEqual(['pull'])
})

test('ListEntitiesForPolicy names whom a policy is attached to and whom it bounds', async () => {
  await using server = await openIamServer()
  const { client } = server
  await createPolicy(client)
  await client.send(new sdk.CreateUserCommand({ UserName: 'bound', PermissionsBoundary: PolicyArn }))
  await client.send(new sdk.CreateUserCommand({ UserName: 'has', Path: '/x/' }))
  await client.send(new sdk.AttachUserPolicyCommand({ UserName: 'has', PolicyArn }))
  await client.send(new sdk.CreateGroupCommand({ GroupName: 'devs' }))
  await client.send(new sdk.AttachGroupPolicyCommand({ GroupName: 'devs', PolicyArn }))
  const list = async (input: Partial<sdk.ListEntitiesForPolicyCommandInput>) => {
    const names: (string | undefined)[] = []
    const pages = sdk.paginateListEntitiesForPolicy({ client, pageSize: 1 }, { PolicyArn, ...input })
    for await (const page of pages) {
      names.push(...(page.PolicyGroups ?? []).map((group) => group.GroupName))
      names.push(...(page.PolicyUsers ?? []).map((user) => user.UserName))
    }
    return names
  }
  expect(await list({})).toEqual(['devs', 'has', 'bound'])
  expect(await list({ EntityFilter: 'User' })).toEqual(['has', 'bound'])
  expect(await list({ PolicyUsageFilter: 'PermissionsBoundary' })).toEqual(['bound'])
  expect(await list({ PathPrefix: '/x/' })).toEqual(['has'])
})

test('ten policies may be attached to one, and the same one once', async () => {
  await using server = await openIamServer()
  const { client } = server
  const UserName = 'bob'
  await client.send(new sdk.CreateUserCommand({ UserName }))
  const attach = (arn: string) => client.send(new sdk.AttachUserPolicyCommand({ UserName, PolicyArn: arn }))
  for (let index = 0; index < 10; index++) {
    const policy = await createPolicy(client, { PolicyName: `p${index}` })
    await attach(policy?.Arn ?? '')
  }
  await attach(`arn:aws:iam::${ACCOUNT}:policy/team/p0`)
  await expect(attach(PULL_ONLY)).rejects.toMatchObject({
    name: 'LimitExceededException',
    message: 'Cannot exceed quota for PoliciesPerUser: 10',
  })
  await expect(attach(PolicyArn)).rejects.toMatchObject({
    name: 'NoSuchEntityException',
    message: `Policy ${PolicyArn} does not exist or is not attachable.`,
  })
  const names = []
  for await (const page of sdk.paginateListAttachedUserPolicies({ client, pageSize: 4 }, { UserName })) {
    names.push(...(page.AttachedPolicies ?? []).map((policy) => policy.PolicyName))
  }
  expect(names).toEqual(Array.from({ length: 10 }, (_, index) => `p${index}`))
  const detach = client.send(new sdk.DetachUserPolicyCommand({ UserName, PolicyArn: PULL_ONLY }))
  await expect(detach).rejects.toMatchObject({ name: 'NoSuchEntityException' })
})

test.each([
  ['not JSON', '{'],
  ['a key twice', '{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}'],
  ['an unknown element', '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Sum":1}}'],
  ['a principal', allowing('*').replace('"Effect"', '"Principal":"*","Effect"')],
  ['no resource', '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*"}}'],
  ['deep nesting', `${'['.repeat(6000)}`],
  ['patterns that are slow', allowing(`ecr:${'*a*?'.repeat(1000)}`)],
  [
    'white space in a text',
    allowing('ecr:x').replace('}]', `,"Condition":{"StringEquals":{"aws:x":"${' '.repeat(60_000)}"}}}]`),
  ],
])('a policy document with %s is refused, with where', async (_, PolicyDocument) => {
  await using server = await openIamServer()
  await expect(createPolicy(server.client, { PolicyDocument })).rejects.toMatchObject({
    name: 'MalformedPolicyDocumentException',
  })
})

test('how large policies are is counted without white space, and what is mostly that is kept without', async () => {
  await using server = await openIamServer()
  const { client } = server
  const sid = (length: number) => allowing('*').replace('"Effect"', `"Sid":"${'x'.repeat(length)}","Effect"`)
  const full = sid(6144 - sid(0).length)
  expect(full).toHaveLength(6144)
  await expect(createPolicy(client, { PolicyDocument: sid(6145 - sid(0).length) })).rejects.toMatchObject({
    name: 'LimitExceededException',
    message: 'Cannot exceed quota for PolicySize: 6144',
  })
  await createPolicy(client, { PolicyDocument: full.replace('{', `{${' \n\t'.repeat(20_000)}`) })
  const { PolicyVersion } = await client.send(new sdk.GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }))
  expect(decodeURIComponent(PolicyVersion?.Document ?? '')).toBe(full)
  const tooLong = createPolicy(client, { PolicyName: 'x', PolicyDocument: 'x'.repeat(131_073) })
  await expect(tooLong).rejects.toMatchObject({ name: 'ValidationError' })
  const emptyPart = createPolicy(client, { PolicyName: 'x', Path: '/a//b/' })
  await expect(emptyPart).rejects.toMatchObject({ name: 'ValidationError' })
  const latin = createPolicy(client, { PolicyName: 'x', PolicyDocument: allowing('ecr:€') })
  await expect(latin).rejects.toMatchObject({ name: 'ValidationError' })
})
