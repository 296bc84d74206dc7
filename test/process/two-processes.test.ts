import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import * as iam from '@aws-sdk/client-iam'
import * as sts from '@aws-sdk/client-sts'
import { findPostgres, startPostgres } from '../contracts/postgres-server.ts'
import { AUTHORIZATION, freshSettings, KEY_ID, type LadingProcess, SECRET, startLading } from './lading-process.ts'

/** What was changed at one process is in force at the other after this. */
const LIMIT_MS = 2000
const binaries = await findPostgres()
const name = 'team-blue/api'
const ALLOW = policy({ Effect: 'Allow', Action: 'ecr:*', Resource: '*' })

function policy(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}

let postgres: Awaited<ReturnType<typeof startPostgres>>
let changed: LadingProcess
let asked: LadingProcess
let client: iam.IAMClient
/** Settings of another process on the same database and blobs. */
let besides: () => Promise<Record<string, string>>
const credentials = { accessKeyId: KEY_ID, secretAccessKey: SECRET }

beforeAll(async () => {
  if (binaries === undefined) return
  postgres = await startPostgres(binaries)
  const shared = {
    LADING_DATABASE_URL: postgres.url,
    LADING_INSTALLATION_KEY: Buffer.alloc(32, 5).toString('base64url'),
  }
  const settings: Record<string, string> = { ...(await freshSettings()), ...shared }
  changed = await startLading(settings)
  besides = async () => {
    const other: Record<string, string> = { ...(await freshSettings()), ...shared }
    // Servers that share a database share the blobs as well.
    await mkdir(other.LADING_DATA ?? '', { recursive: true, mode: 0o700 })
    await symlink(join(settings.LADING_DATA ?? '', 'blobs'), join(other.LADING_DATA ?? '', 'blobs'))
    return other
  }
  asked = await startLading(await besides())
  const endpoint = changed.addresses[0] ?? ''
  client = new iam.IAMClient({ region: 'us-east-1', endpoint, credentials })
  const upload = `${endpoint}/v2/${name}/blobs/uploads/`
  expect((await fetch(upload, { method: 'POST', headers: { authorization: AUTHORIZATION } })).status).toBe(202)
}, 60_000)

afterAll(async () => {
  await changed?.[Symbol.asyncDispose]()
  await asked?.[Symbol.asyncDispose]()
  await postgres?.stop()
})

/** How long it takes until the process that nobody told answers a list of tags so. */
async function untilAnswered(status: number, authorization: string): Promise<number> {
  const beganMs = performance.now()
  while (performance.now() - beganMs < 3 * LIMIT_MS) {
    const answer = await fetch(`${asked.addresses[0]}/v2/${name}/tags/list`, { headers: { authorization } })
    if (answer.status === status) return performance.now() - beganMs
    await Bun.sleep(20)
  }
  return Number.POSITIVE_INFINITY
}

async function expectInForce(what: string, status: number, authorization: string): Promise<void> {
  const ms = await untilAnswered(status, authorization)
  console.log(`${what}: in force at the other process after ${Math.round(ms)} ms`)
  expect(ms).toBeLessThan(LIMIT_MS)
}

const basic = (user: string, password: string) => `Basic ${btoa(`${user}:${password}`)}`

async function makeUser(UserName: string): Promise<{ accessKeyId: string; authorization: string; secret: string }> {
  await client.send(new iam.CreateUserCommand({ UserName }))
  await client.send(new iam.PutUserPolicyCommand({ UserName, PolicyName: 'all', PolicyDocument: ALLOW }))
  const { AccessKey } = await client.send(new iam.CreateAccessKeyCommand({ UserName }))
  const { AccessKeyId: accessKeyId = '', SecretAccessKey: secret = '' } = AccessKey ?? {}
  const authorization = basic(accessKeyId, secret)
  await expectInForce('a new key', 200, authorization)
  return { accessKeyId, authorization, secret }
}

const withPostgres = test.skipIf(binaries === undefined)

withPostgres(
  'a disabled key ends at the other process too, and so does a deleted one',
  async () => {
    const UserName = 'disabled'
    const { accessKeyId: AccessKeyId, authorization } = await makeUser(UserName)
    await client.send(new iam.UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Inactive' }))
    await expectInForce('a disabled key', 403, authorization)
    await client.send(new iam.UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Active' }))
    await expectInForce('an enabled key', 200, authorization)
    await client.send(new iam.DeleteAccessKeyCommand({ UserName, AccessKeyId }))
    await expectInForce('a deleted key', 401, authorization)
  },
  30_000,
)

withPostgres(
  'a changed policy decides at the other process too',
  async () => {
    const UserName = 'changed'
    const { authorization } = await makeUser(UserName)
    await client.send(new iam.DeleteUserPolicyCommand({ UserName, PolicyName: 'all' }))
    await expectInForce('a deleted policy', 403, authorization)
    await client.send(new iam.PutUserPolicyCommand({ UserName, PolicyName: 'all', PolicyDocument: ALLOW }))
    await expectInForce('a new policy', 200, authorization)
  },
  30_000,
)

withPostgres(
  'older sessions of a role end at the other process too, by AWS’s policy and by ours',
  async () => {
    const { accessKeyId, secret } = await makeUser('assumer')
    await client.send(
      new iam.PutUserPolicyCommand({
        UserName: 'assumer',
        PolicyName: 'assume',
        PolicyDocument: policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }),
      }),
    )
    const RoleName = 'revoked'
    const trust = policy({ Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole' })
    await client.send(new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }))
    await client.send(new iam.PutRolePolicyCommand({ RoleName, PolicyName: 'all', PolicyDocument: ALLOW }))
    const endpoint = changed.addresses[0] ?? ''
    const user = { accessKeyId, secretAccessKey: secret }
    const assumer = new sts.STSClient({ region: 'us-east-1', endpoint, credentials: user })
    const token = async () => {
      const RoleArn = `arn:aws:iam::000000000000:role/${RoleName}`
      const { Credentials } = await assumer.send(new sts.AssumeRoleCommand({ RoleArn, RoleSessionName: 'session' }))
      return await tokenOf(endpoint, {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      })
    }
    const first = await token()
    await expectInForce('a new role', 200, first)
    const olderThan = { DateLessThan: { 'aws:TokenIssueTime': new Date(Date.now() + 1).toISOString() } }
    const denial = policy({ Effect: 'Deny', Action: '*', Resource: '*', Condition: olderThan })
    const PolicyName = 'AWSRevokeOlderSessions'
    await client.send(new iam.PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: denial }))
    await expectInForce('a policy that ends older sessions', 403, first)
    const later = await token()
    await expectInForce('a session that is younger', 200, later)
    const revoked = await fetch(`${endpoint}/api/v1/roles/${RoleName}/revoke-sessions`, {
      method: 'POST',
      headers: { authorization: AUTHORIZATION },
    })
    expect(revoked.status).toBeOneOf([200, 204])
    await expectInForce('revoked sessions', 403, later)
  },
  30_000,
)

/** An authorization token, as `docker login` takes it. */
async function tokenOf(
  endpoint: string,
  session: { accessKeyId: string; secretAccessKey: string; sessionToken: string },
) {
  const { ECRClient, GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr')
  const ecr = new ECRClient({ region: 'us-east-1', endpoint, credentials: session })
  const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}))
  return `Basic ${authorizationData?.[0]?.authorizationToken}`
}

test.skipIf(binaries === undefined)(
  'a process with another installation key does not start on the data',
  async () => {
    const lading = await startLading({
      ...(await besides()),
      LADING_INSTALLATION_KEY: Buffer.alloc(32, 6).toString('base64url'),
    })
    expect([lading.child.exitCode, lading.stderr()]).toEqual([
      1,
      expect.stringMatching(
        /^lading: cannot start: the data was written with installation key [0-9a-f]{8}, which is not among those in LADING_INSTALLATION_KEY.\n$/,
      ),
    ])
  },
  30_000,
)
