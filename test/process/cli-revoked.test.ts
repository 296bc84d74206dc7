import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as iam from '@aws-sdk/client-iam'
import { freshHome, ROOT_KEY, runLading } from './cli-process.ts'
import { freshSettings, KEY_ID, type LadingProcess, SECRET, startLading } from './lading-process.ts'

const ACCOUNT = '000000000000'
const MAY_LOG_IN = policyOf({ Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' })

let server: LadingProcess
let endpoint: string
let client: iam.IAMClient

beforeAll(async () => {
  server = await startLading(await freshSettings())
  endpoint = server.addresses[0] ?? ''
  const credentials = { accessKeyId: KEY_ID, secretAccessKey: SECRET }
  client = new iam.IAMClient({ endpoint, region: 'us-east-1', credentials })
})
afterAll(async () => await server[Symbol.asyncDispose]())

function policyOf(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}

/** A user with a key; the home folder has a profile `user` with it, and `role` for what is assumed with it. */
async function makeUser(UserName: string, ...policies: string[]) {
  await client.send(new iam.CreateUserCommand({ UserName }))
  for (const PolicyDocument of policies)
    await client.send(new iam.PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }))
  const { AccessKey } = await client.send(new iam.CreateAccessKeyCommand({ UserName }))
  const accessKeyId = AccessKey?.AccessKeyId ?? ''
  const home = await freshHome()
  await mkdir(join(home, '.aws'))
  const key = `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${AccessKey?.SecretAccessKey}`
  await writeFile(join(home, '.aws/credentials'), `[user]\n${key}\n`)
  const role = `role_arn = arn:aws:iam::${ACCOUNT}:role/${UserName}\nsource_profile = user`
  await writeFile(join(home, '.aws/config'), `[profile role]\n${role}\n`)
  const run = (...args: string[]) =>
    runLading(args, { environment: { HOME: home, LADING_ENDPOINT: endpoint }, input: new URL(endpoint).host })
  return { accessKeyId, run }
}

const revoke = async (...who: string[]) => {
  const environment = { HOME: await freshHome(), LADING_ENDPOINT: endpoint, ...ROOT_KEY }
  expect((await runLading(['sessions', 'revoke', ...who], { environment })).status).toBe(0)
}

const statusWith = async (password: string) => {
  const headers = { authorization: `Basic ${btoa(`AWS:${password}`)}` }
  return (await fetch(`${endpoint}/v2/`, { headers })).status
}

test('after sessions revoke a user who asks again gets a token that is good', async () => {
  const { run } = await makeUser('dev1', MAY_LOG_IN)
  const token = async () => (await run('token', '--profile', 'user')).stdout.trim()
  const first = await token()
  expect(await token()).toBe(first)
  await revoke('--user', 'dev1')
  expect(await statusWith(first)).toBe(403)
  expect(await statusWith(await token())).toBe(200)
  await revoke('--user', 'dev1')
  const helped = await run('credential-helper', 'get', '--profile', 'user')
  expect(await statusWith(JSON.parse(helped.stdout).Secret)).toBe(200)
}, 30_000)

test('after sessions revoke a role is assumed again', async () => {
  const assume = { Effect: 'Allow', Action: 'sts:AssumeRole' }
  const { run } = await makeUser('dev2', policyOf({ ...assume, Resource: '*' }))
  const AssumeRolePolicyDocument = policyOf({ ...assume, Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/dev2` } })
  await client.send(new iam.CreateRoleCommand({ RoleName: 'dev2', AssumeRolePolicyDocument }))
  const role = { RoleName: 'dev2', PolicyName: 'p', PolicyDocument: MAY_LOG_IN }
  await client.send(new iam.PutRolePolicyCommand(role))
  const first = await run('token', '--profile', 'role')
  expect(first.stderr).toBe('')
  await revoke('--role', 'dev2')
  expect(await statusWith(first.stdout.trim())).toBe(403)
  expect(await statusWith((await run('token', '--profile', 'role')).stdout.trim())).toBe(200)
}, 30_000)

test('a key that is inactive is said, whatever the cache has', async () => {
  const { accessKeyId: AccessKeyId, run } = await makeUser('dev3', MAY_LOG_IN)
  expect((await run('token', '--profile', 'user')).status).toBe(0)
  await client.send(new iam.UpdateAccessKeyCommand({ UserName: 'dev3', AccessKeyId, Status: 'Inactive' }))
  const sentence = `${endpoint} gives no token: This access key is inactive.\n`
  for (const command of [['token'], ['login', '--write-config'], ['account', 'list'], ['credential-helper', 'get']]) {
    const { status, stderr } = await run(...command, '--profile', 'user')
    expect([command, status, stderr]).toEqual([command, 1, `lading: ${sentence}`])
  }
}, 30_000)

test('whoever lacks ecr:GetAuthorizationToken is told that every command needs it, and where', async () => {
  const { run } = await makeUser('dev4')
  const { status, stderr } = await run('account', 'list', '--profile', 'user')
  expect(status).toBe(1)
  expect(stderr).toContain(`User: arn:aws:iam::${ACCOUNT}:user/dev4 is not authorized to perform`)
  expect(stderr).toEndWith(
    'needs ecr:GetAuthorizationToken: an identity policy has to allow it, with "Resource": "*".\n',
  )
}, 30_000)
