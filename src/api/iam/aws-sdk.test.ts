import { afterAll, beforeAll, expect, test } from 'bun:test'
import * as iam from '@aws-sdk/client-iam'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { requestContext } from '../../../test/support/request-context.ts'
import { openTestRegistry, TEST_KEY_ID, TEST_SECRET, type TestRegistry } from '../../../test/support/test-registry.ts'
import { SystemClock } from '../../adapters/system-clock.ts'
import { handleAwsRequest } from '../handle-aws-request.ts'
import * as accessKeys from './access-keys.ts'
import * as account from './account.ts'
import * as groups from './groups.ts'
import * as notKept from './not-kept.ts'
import * as users from './users.ts'

let registry: TestRegistry
let server: ReturnType<typeof Bun.serve>
let client: iam.IAMClient
/** Every operation that this file has called; the last test looks for the ones it has not. */
const called = new Set<string>()

beforeAll(async () => {
  registry = await openTestRegistry()
  // The SDK signs with the real time.
  const services = { ...registry.services, clock: new SystemClock() }
  server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) =>
      handleAwsRequest(services, request, requestContext({ host: new URL(request.url).host }), { version: '9.9.9' }),
  })
  client = new iam.IAMClient(connection())
})

afterAll(async () => {
  client.destroy()
  await server.stop(true)
  await registry[Symbol.asyncDispose]()
})

function connection() {
  const credentials = { accessKeyId: TEST_KEY_ID, secretAccessKey: TEST_SECRET }
  return { region: 'us-east-1', endpoint: server.url.origin, credentials, maxAttempts: 1 }
}

type Send = typeof client.send

/** Sends a command and notes which. */
const send: Send = ((command: { constructor: { name: string } }) => {
  called.add(command.constructor.name.replace(/Command$/, ''))
  // The client's own overloads give each command its output; this only passes them through.
  return client.send(command as Parameters<Send>[0])
}) as Send

test('GetCallerIdentity through the client of STS', async () => {
  const sts = new STSClient(connection())
  expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: '000000000000',
    Arn: 'arn:aws:iam::000000000000:root',
    UserId: '000000000000',
  })
})

test('users through the SDK: times are dates, lists are lists, no tags are an empty list', async () => {
  const UserName = 'bob'
  const Tags = [{ Key: 'team', Value: 'a+b =c' }]
  const { User } = await send(new iam.CreateUserCommand({ UserName, Path: '/a/', Tags }))
  expect(User).toMatchObject({ UserName, Path: '/a/', Tags, Arn: 'arn:aws:iam::000000000000:user/a/bob' })
  expect(User?.CreateDate).toBeInstanceOf(Date)
  await send(new iam.CreateUserCommand({ UserName: 'none', Tags: [] }))
  expect((await send(new iam.GetUserCommand({}))).User).toMatchObject({ Arn: 'arn:aws:iam::000000000000:root' })
  await send(new iam.TagUserCommand({ UserName, Tags: [{ Key: 'x', Value: '' }] }))
  await send(new iam.UntagUserCommand({ UserName, TagKeys: ['team'] }))
  expect((await send(new iam.ListUserTagsCommand({ UserName }))).Tags).toEqual([{ Key: 'x', Value: '' }])
  await send(new iam.UpdateUserCommand({ UserName, NewUserName: 'rob' }))
  const names: (string | undefined)[] = []
  for await (const page of iam.paginateListUsers({ client, pageSize: 1 }, {})) {
    called.add('ListUsers')
    expect(page.Users).toHaveLength(1)
    names.push(...(page.Users ?? []).map((user) => user.UserName))
  }
  expect(names).toEqual(['none', 'rob'])
  await send(new iam.DeleteUserCommand({ UserName: 'rob' }))
  await expect(send(new iam.GetUserCommand({ UserName: 'rob' }))).rejects.toBeInstanceOf(iam.NoSuchEntityException)
})

test('access keys through the SDK', async () => {
  const UserName = 'keys'
  await send(new iam.CreateUserCommand({ UserName }))
  const { AccessKey } = await send(new iam.CreateAccessKeyCommand({ UserName }))
  const AccessKeyId = AccessKey?.AccessKeyId ?? ''
  expect(AccessKey).toMatchObject({ UserName, Status: 'Active', SecretAccessKey: expect.stringMatching(/^.{40}$/) })
  await send(new iam.UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Inactive' }))
  const { AccessKeyMetadata } = await send(new iam.ListAccessKeysCommand({ UserName }))
  expect(AccessKeyMetadata).toMatchObject([{ AccessKeyId, Status: 'Inactive', CreateDate: expect.any(Date) }])
  const { AccessKeyLastUsed } = await send(new iam.GetAccessKeyLastUsedCommand({ AccessKeyId }))
  expect(AccessKeyLastUsed).toEqual({ ServiceName: 'N/A', Region: 'N/A' })
  await send(new iam.CreateAccessKeyCommand({ UserName }))
  const third = send(new iam.CreateAccessKeyCommand({ UserName }))
  await expect(third).rejects.toBeInstanceOf(iam.LimitExceededException)
  const inUse = send(new iam.DeleteUserCommand({ UserName }))
  await expect(inUse).rejects.toBeInstanceOf(iam.DeleteConflictException)
  await send(new iam.DeleteAccessKeyCommand({ UserName, AccessKeyId }))
})

test('groups through the SDK', async () => {
  const [UserName, GroupName] = ['member', 'devs']
  await send(new iam.CreateUserCommand({ UserName }))
  const { Group } = await send(new iam.CreateGroupCommand({ GroupName }))
  expect(Group).toMatchObject({ GroupName, Path: '/', CreateDate: expect.any(Date) })
  await send(new iam.AddUserToGroupCommand({ GroupName, UserName }))
  expect((await send(new iam.GetGroupCommand({ GroupName }))).Users).toMatchObject([{ UserName }])
  expect((await send(new iam.ListGroupsForUserCommand({ UserName }))).Groups).toMatchObject([{ GroupName }])
  expect((await send(new iam.ListGroupsCommand({ PathPrefix: '/' }))).Groups).toHaveLength(1)
  await send(new iam.RemoveUserFromGroupCommand({ GroupName, UserName }))
  await send(new iam.UpdateGroupCommand({ GroupName, NewGroupName: 'ops' }))
  await send(new iam.DeleteGroupCommand({ GroupName: 'ops' }))
  const again = send(new iam.CreateUserCommand({ UserName: 'MEMBER' }))
  await expect(again).rejects.toBeInstanceOf(iam.EntityAlreadyExistsException)
})

test('the account through the SDK, and what users do not have', async () => {
  const UserName = 'member'
  const { SummaryMap } = await send(new iam.GetAccountSummaryCommand({}))
  expect(SummaryMap).toMatchObject({ Users: 3, Groups: 0, GroupsPerUserQuota: 10, AccountAccessKeysPresent: 1 })
  expect((await send(new iam.ListAccountAliasesCommand({}))).AccountAliases).toEqual([])
  expect((await send(new iam.ListMFADevicesCommand({ UserName }))).MFADevices).toEqual([])
  expect((await send(new iam.ListVirtualMFADevicesCommand({}))).VirtualMFADevices).toEqual([])
  expect((await send(new iam.ListSSHPublicKeysCommand({ UserName }))).SSHPublicKeys).toEqual([])
  expect((await send(new iam.ListSigningCertificatesCommand({ UserName }))).Certificates).toEqual([])
  const credentials = await send(new iam.ListServiceSpecificCredentialsCommand({ UserName }))
  expect(credentials.ServiceSpecificCredentials).toEqual([])
  const profile = send(new iam.GetLoginProfileCommand({ UserName }))
  await expect(profile).rejects.toBeInstanceOf(iam.NoSuchEntityException)
  const deleted = send(new iam.DeleteLoginProfileCommand({ UserName }))
  await expect(deleted).rejects.toBeInstanceOf(iam.NoSuchEntityException)
})

test('every operation of these files was called', () => {
  const rows = [users, accessKeys, groups, account, notKept].flatMap((file) => Object.values(file))
  expect(rows.map(({ operation }) => operation).filter((operation) => !called.has(operation))).toEqual([])
})
