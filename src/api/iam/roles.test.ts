import { expect, test } from 'bun:test'
import * as sdk from '@aws-sdk/client-iam'
import { openIamServer } from '../../../test/support/iam-server.ts'

const RoleName = 'builder'
const ACCOUNT = '000000000000'
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'sts:AssumeRole' }],
})

function trusting(principal: unknown): string {
  const statement = { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}

function decoded(document: string | undefined): unknown {
  return JSON.parse(decodeURIComponent(document ?? ''))
}

test('a role is made, told, changed and deleted', async () => {
  await using server = await openIamServer()
  const { client } = server
  const made = await client.send(
    new sdk.CreateRoleCommand({
      RoleName,
      Path: '/ci/',
      AssumeRolePolicyDocument: TRUST,
      Description: 'Builds; tests',
      Tags: [{ Key: 'team', Value: 'blue' }],
    }),
  )
  expect(made.Role).toMatchObject({
    Path: '/ci/',
    RoleName,
    RoleId: expect.stringMatching(/^AROA[A-Z0-9]{17}$/),
    Arn: `arn:aws:iam::${ACCOUNT}:role/ci/builder`,
    MaxSessionDuration: 3600,
  })
  expect(decoded(made.Role?.AssumeRolePolicyDocument)).toEqual(JSON.parse(TRUST))
  await client.send(new sdk.UpdateRoleCommand({ RoleName, MaxSessionDuration: 7200 }))
  await client.send(new sdk.UpdateRoleDescriptionCommand({ RoleName, Description: 'Builds' }))
  const { Role } = await client.send(new sdk.GetRoleCommand({ RoleName: 'BUILDER' }))
  expect(Role).toMatchObject({
    RoleName,
    Description: 'Builds',
    MaxSessionDuration: 7200,
    Tags: [{ Key: 'team', Value: 'blue' }],
    RoleLastUsed: {},
  })
  const profiles = await client.send(new sdk.ListInstanceProfilesForRoleCommand({ RoleName }))
  expect([profiles.InstanceProfiles, profiles.IsTruncated]).toEqual([[], false])
  await client.send(new sdk.DeleteRoleCommand({ RoleName }))
  await expect(client.send(new sdk.GetRoleCommand({ RoleName }))).rejects.toMatchObject({
    name: 'NoSuchEntityException',
    message: 'The role with name builder cannot be found.',
    $metadata: { httpStatusCode: 404 },
  })
  await expect(client.send(new sdk.ListInstanceProfilesForRoleCommand({ RoleName }))).rejects.toMatchObject({
    name: 'NoSuchEntityException',
  })
})

test('a document comes back as the same JSON, percent-encoded to the last character', async () => {
  await using server = await openIamServer()
  const condition = { StringLike: { 'aws:PrincipalTag/team': "it's (a) *test*! 100% ü" } }
  const statement = { Sid: 'One', ...JSON.parse(TRUST).Statement[0], Condition: condition }
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statement }, null, 4)
  await server.client.send(new sdk.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: text }))
  const { Role } = await server.client.send(new sdk.GetRoleCommand({ RoleName }))
  expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(text)
  expect(Role?.AssumeRolePolicyDocument).toMatch(/^[A-Za-z0-9%._~-]+$/)
})

test('names differ by more than case, and a second role of a name is refused', async () => {
  await using server = await openIamServer()
  const input = { RoleName, AssumeRolePolicyDocument: TRUST }
  await server.client.send(new sdk.CreateRoleCommand(input))
  const again = server.client.send(new sdk.CreateRoleCommand({ ...input, RoleName: 'Builder', Path: '/other/' }))
  await expect(again).rejects.toMatchObject({
    name: 'EntityAlreadyExistsException',
    message: 'Role with name Builder already exists.',
  })
})

test('trust is kept by unique id: shown as the ARN of today, and as the id when the role is gone', async () => {
  await using server = await openIamServer()
  const { client } = server
  const make = async (name: string, text = TRUST) =>
    (await client.send(new sdk.CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: text }))).Role
  const trusted = await make('trusted')
  const session = `arn:aws:sts::${ACCOUNT}:assumed-role/trusted/one@two`
  await make('trusting', trusting({ AWS: [trusted?.Arn, session, ACCOUNT] }))
  const shown = async () => {
    const { Role } = await client.send(new sdk.GetRoleCommand({ RoleName: 'trusting' }))
    return decoded(Role?.AssumeRolePolicyDocument)
  }
  expect(await shown()).toEqual(JSON.parse(trusting({ AWS: [trusted?.Arn, session, ACCOUNT] })))
  await client.send(new sdk.DeleteRoleCommand({ RoleName: 'trusted' }))
  await make('trusted')
  const gone = [trusted?.RoleId, `${trusted?.RoleId}:one@two`, ACCOUNT]
  expect(await shown()).toEqual(JSON.parse(trusting({ AWS: gone })))
  const again = client.send(
    new sdk.UpdateAssumeRolePolicyCommand({ RoleName: 'trusting', PolicyDocument: trusting({ AWS: gone }) }),
  )
  await expect(again).rejects.toMatchObject({
    message: `Invalid principal in policy: "AWS":"${trusted?.RoleId}"`,
  })
})

test.each([
  [{ AWS: `arn:aws:iam::${ACCOUNT}:role/nobody` }],
  [{ AWS: `arn:aws:iam::${ACCOUNT}:user/nobody` }],
  [{ AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/nobody/session` }],
  [{ AWS: 'arn:aws:iam::999999999999:root' }],
  [{ AWS: '999999999999' }],
  [{ AWS: `arn:aws:iam::${ACCOUNT}:group/all` }],
  [{ AWS: `arn:aws:iam::${ACCOUNT}:role/wrong/path/builder` }],
  [{ AWS: 'AROAAAAAAAAAAAAAAAAAA' }],
  [{ Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/unknown.example` }],
])('a trust policy that names nobody is refused: %j', async (principal) => {
  await using server = await openIamServer()
  const { client } = server
  await client.send(new sdk.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST }))
  const update = new sdk.UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trusting(principal) })
  await expect(client.send(update)).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' })
})

test('a role is deleted after its policies', async () => {
  await using server = await openIamServer()
  const { client } = server
  await client.send(new sdk.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST }))
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly'
  await client.send(new sdk.AttachRolePolicyCommand({ RoleName, PolicyArn }))
  const allow = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'ecr:*', Resource: '*' } }
  const PolicyDocument = JSON.stringify(allow)
  await client.send(new sdk.PutRolePolicyCommand({ RoleName, PolicyName: 'inline', PolicyDocument }))
  const remove = () => client.send(new sdk.DeleteRoleCommand({ RoleName }))
  await expect(remove()).rejects.toMatchObject({
    name: 'DeleteConflictException',
    message: 'Cannot delete entity, must detach all policies first.',
  })
  await client.send(new sdk.DetachRolePolicyCommand({ RoleName, PolicyArn }))
  await expect(remove()).rejects.toMatchObject({ message: 'Cannot delete entity, must delete policies first.' })
  await client.send(new sdk.DeleteRolePolicyCommand({ RoleName, PolicyName: 'inline' }))
  await remove()
})

test('roles are listed by path, a page at a time', async () => {
  await using server = await openIamServer()
  const { client } = server
  for (const [name, Path] of [
    ['a', '/x/'],
    ['B', '/x/y/'],
    ['c', '/'],
    ['d', '/x/'],
  ]) {
    await client.send(new sdk.CreateRoleCommand({ RoleName: name, Path, AssumeRolePolicyDocument: TRUST }))
  }
  const names: (string | undefined)[] = []
  const pages = sdk.paginateListRoles({ client, pageSize: 2 }, { PathPrefix: '/x/' })
  for await (const { Roles } of pages) names.push(...(Roles ?? []).map((role) => role.RoleName))
  expect(names).toEqual(['a', 'B', 'd'])
})

test('limits: the trust policy, the description, the duration, the tags', async () => {
  await using server = await openIamServer()
  const { client } = server
  const create = (more: Partial<sdk.CreateRoleCommandInput>) =>
    client.send(new sdk.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST, ...more }))
  const long = trusting({ AWS: Array.from({ length: 300 }, () => ACCOUNT) })
  await expect(create({ AssumeRolePolicyDocument: long })).rejects.toMatchObject({
    name: 'LimitExceededException',
    message: 'Cannot exceed quota for ACLSizePerRole: 4096',
  })
  await expect(create({ Description: 'x'.repeat(1001) })).rejects.toMatchObject({ name: 'ValidationError' })
  await expect(create({ MaxSessionDuration: 3599 })).rejects.toMatchObject({ name: 'ValidationError' })
  await expect(create({ MaxSessionDuration: 43_201 })).rejects.toMatchObject({ name: 'ValidationError' })
  await expect(create({ RoleName: 'x'.repeat(65) })).rejects.toMatchObject({ name: 'ValidationError' })
  const tags = (count: number) => Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: '' }))
  await expect(create({ Tags: tags(51) })).rejects.toMatchObject({ name: 'LimitExceededException' })
  await create({ Tags: tags(50) })
  const more = client.send(new sdk.TagRoleCommand({ RoleName, Tags: [{ Key: 'another', Value: '' }] }))
  await expect(more).rejects.toMatchObject({ name: 'LimitExceededException' })
  await client.send(new sdk.UntagRoleCommand({ RoleName, TagKeys: ['K0'] }))
  await client.send(new sdk.TagRoleCommand({ RoleName, Tags: [{ Key: 'K1', Value: 'new' }] }))
  const found = []
  for await (const { Tags } of sdk.paginateListRoleTags({ client, pageSize: 20 }, { RoleName }))
    found.push(...(Tags ?? []))
  expect(found).toHaveLength(49)
  expect(found).toContainEqual({ Key: 'K1', Value: 'new' })
})

test('what a policy is hardly meant to say is told in a header', async () => {
  await using server = await openIamServer()
  await server.client.send(new sdk.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST }))
  expect(server.lastHeaders().get('x-lading-policy-warnings')).toBeNull()
  const PolicyDocument = trusting('*')
  await server.client.send(new sdk.UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }))
  const warnings = JSON.parse(server.lastHeaders().get('x-lading-policy-warnings') ?? '[]')
  expect(warnings[0]).toMatchObject({ severity: 'warning', where: expect.stringContaining('Statement[0]') })
})
