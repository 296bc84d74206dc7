import { expect, test } from 'bun:test'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTlsAuthority } from '../support/tls-authority.ts'
import { freshHome, ROOT_KEY, runLading } from './cli-process.ts'
import { assumedRoleAnswer, type SeenRequest, startFakeEndpoint, tokenAnswer } from './fake-endpoint.ts'

/** A server whose tokens count up, and which lets anybody assume any role. */
function startTokens() {
  let made = 0
  return startFakeEndpoint(({ body, path }) => {
    if (path === '/v2/') return Response.json({})
    if (path.startsWith('/idtoken')) return Response.json({ value: 'github.identity.token' })
    return body.includes('AssumeRoleWithWebIdentity') ? assumedRoleAnswer() : tokenAnswer(`v1.token-${++made}`)
  })
}

const kindsOf = (seen: readonly SeenRequest[]) =>
  seen.map(({ path, body }) => {
    if (path === '/v2/') return 'check'
    if (path.startsWith('/idtoken')) return 'github'
    return body.includes('AssumeRoleWithWebIdentity') ? 'assume' : 'token'
  })

function identityToken(subject: string): string {
  return `e30.${Buffer.from(JSON.stringify({ iss: 'i', sub: subject })).toString('base64url')}.c2ln`
}

test('a token is kept, and made anew for another key, profile or server', async () => {
  await using fake = startTokens()
  await using other = startTokens()
  const home = await freshHome()
  await mkdir(join(home, '.aws'))
  await writeFile(join(home, '.aws/credentials'), '[team]\naws_access_key_id = A\naws_secret_access_key = B\n')
  const environment = { HOME: home, LADING_ENDPOINT: fake.url, ...ROOT_KEY }
  const token = async (more: Record<string, string> = {}, ...args: string[]) =>
    (await runLading(['token', ...args], { environment: { ...environment, ...more } })).stdout.trim()
  expect([await token(), await token()]).toEqual(['v1.token-1', 'v1.token-1'])
  expect(await token({ AWS_SECRET_ACCESS_KEY: 'another' })).toBe('v1.token-2')
  expect([await token({}, '--profile', 'team'), await token({}, '--profile', 'team')]).toEqual([
    'v1.token-3',
    'v1.token-3',
  ])
  await writeFile(join(home, '.aws/credentials'), '[team]\naws_access_key_id = A\naws_secret_access_key = C\n')
  expect(await token({}, '--profile', 'team')).toBe('v1.token-4')
  expect(await token({ LADING_ENDPOINT: other.url })).toBe('v1.token-1')
  expect(fake.seen.filter(({ path }) => path === '/')[2]?.headers.get('authorization')).toContain('Credential=A/')
}, 30_000)

test('a token is replaced at half of its life', async () => {
  let made = 0
  await using fake = startFakeEndpoint(({ path }) =>
    path === '/v2/' ? Response.json({}) : tokenAnswer(`v1.token-${++made}`, 3000),
  )
  const environment = { HOME: await freshHome(), LADING_ENDPOINT: fake.url, ...ROOT_KEY }
  const token = async () => (await runLading(['token'], { environment })).stdout.trim()
  expect([await token(), await token()]).toEqual(['v1.token-1', 'v1.token-1'])
  await Bun.sleep(1600)
  expect(await token()).toBe('v1.token-2')
}, 30_000)

test.each([401, 403])(
  'a token of the cache that the registry answers with %d is thrown away, and not handed out when there is no new one',
  async (refused) => {
    let [made, bad] = [0, '']
    await using fake = startFakeEndpoint(({ path, headers }) => {
      const isBad = headers.get('authorization') === `Basic ${btoa(`AWS:${bad}`)}`
      if (path === '/v2/') return new Response('{}', { status: isBad ? refused : 200 })
      if (made < 2) return tokenAnswer(`v1.token-${++made}`)
      return Response.json({ __type: 'AccessDeniedException', message: 'This key is inactive.' }, { status: 400 })
    })
    const environment = { HOME: await freshHome(), LADING_ENDPOINT: fake.url, ...ROOT_KEY }
    const run = (...args: string[]) => runLading(args, { environment, input: fake.host })
    expect((await run('token')).stdout).toBe('v1.token-1\n')
    bad = 'v1.token-1'
    expect((await run('login', '--print')).stdout).toBe('v1.token-2\n')
    bad = 'v1.token-2'
    const helped = await run('credential-helper', 'get')
    const sentence = `${fake.url} gives no token: This key is inactive.\n`
    expect([helped.status, helped.stdout, helped.stderr]).toEqual([1, sentence, `lading: ${sentence}`])
    expect((await run('credential-helper', 'list')).stdout).toBe('{}\n')
  },
  30_000,
)

test('a token of the cache is handed out when nobody is there to be asked about it', async () => {
  const environment = { HOME: await freshHome(), ...ROOT_KEY }
  const run = (url: string) => runLading(['token', '--endpoint', url], { environment })
  const fake = startTokens()
  try {
    expect((await run(fake.url)).stdout).toBe('v1.token-1\n')
  } finally {
    await fake[Symbol.asyncDispose]()
  }
  const { status, stdout, stderr } = await run(fake.url)
  expect([status, stdout, stderr]).toEqual([0, 'v1.token-1\n', ''])
}, 30_000)

test('a program that gives another key than before is noticed', async () => {
  await using fake = startTokens()
  const home = await freshHome()
  const key = join(home, 'key.json')
  const write = (secret: string) =>
    writeFile(key, JSON.stringify({ Version: 1, AccessKeyId: 'A', SecretAccessKey: secret }))
  await mkdir(join(home, '.aws'))
  await writeFile(join(home, '.aws/config'), `[profile p]\ncredential_process = cat ${key}\n`)
  const environment = { HOME: home, LADING_ENDPOINT: fake.url, AWS_PROFILE: 'p' }
  const token = async () => (await runLading(['token'], { environment })).stdout.trim()
  await write('one')
  expect([await token(), await token()]).toEqual(['v1.token-1', 'v1.token-1'])
  await write('two')
  expect(await token()).toBe('v1.token-2')
}, 30_000)

test('a token file assumes a role at the server itself, once until it is of somebody else', async () => {
  await using fake = startTokens()
  const home = await freshHome()
  const file = join(home, 'identity')
  const environment = {
    HOME: home,
    LADING_ENDPOINT: fake.url,
    AWS_WEB_IDENTITY_TOKEN_FILE: file,
    AWS_ROLE_ARN: 'arn:aws:iam::000000000000:role/pods',
    AWS_ROLE_SESSION_NAME: 'pod',
  }
  const token = async () => (await runLading(['token'], { environment })).stdout.trim()
  await writeFile(file, identityToken('a'))
  expect([await token(), await token()]).toEqual(['v1.token-1', 'v1.token-1'])
  expect(kindsOf(fake.seen)).toEqual(['assume', 'token', 'check'])
  expect(fake.seen[0]?.body).toContain(`WebIdentityToken=${identityToken('a')}`)
  expect(fake.seen[1]?.headers.get('x-amz-security-token')).toBe('role-session-token')
  await writeFile(file, identityToken('b'))
  expect(await token()).toBe('v1.token-2')
}, 30_000)

test('a job of GitHub assumes its role with a token of GitHub', async () => {
  await using fake = startTokens()
  const environment = {
    HOME: await freshHome(),
    LADING_ENDPOINT: fake.url,
    ACTIONS_ID_TOKEN_REQUEST_URL: `${fake.url}/idtoken?api-version=2`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'of-the-job',
    AWS_ROLE_ARN: 'arn:aws:iam::000000000000:role/ci',
    GITHUB_RUN_ID: '77',
  }
  expect((await runLading(['token'], { environment })).stdout).toBe('v1.token-1\n')
  expect(kindsOf(fake.seen)).toEqual(['github', 'assume', 'token'])
  const [github, assume] = fake.seen
  expect(github?.path).toBe('/idtoken?api-version=2&audience=sts.amazonaws.com')
  expect(github?.headers.get('authorization')).toBe('Bearer of-the-job')
  expect(assume?.body).toContain('WebIdentityToken=github.identity.token')
  expect(assume?.body).toContain('RoleSessionName=github-77')
}, 30_000)

test('AWS_CA_BUNDLE counts for assuming a role, too; without it the server is not believed', async () => {
  await using authority = await makeTlsAuthority()
  const certificate = await authority.issue('IP:127.0.0.1')
  await using fake = startFakeEndpoint(
    ({ body }) => (body.includes('AssumeRole') ? assumedRoleAnswer() : tokenAnswer('v1.by-tls')),
    certificate,
  )
  const home = await freshHome()
  await writeFile(join(home, 'identity'), identityToken('a'))
  await writeFile(join(home, 'ca.pem'), authority.certificate)
  const environment = {
    HOME: home,
    LADING_ENDPOINT: fake.url,
    AWS_WEB_IDENTITY_TOKEN_FILE: join(home, 'identity'),
    AWS_ROLE_ARN: 'arn:aws:iam::000000000000:role/pods',
  }
  const without = await runLading(['token'], { environment })
  expect([without.status, without.stdout, fake.seen.length]).toEqual([1, '', 0])
  const { stdout, stderr } = await runLading(['token'], {
    environment: { ...environment, AWS_CA_BUNDLE: join(home, 'ca.pem') },
  })
  expect([stdout, stderr]).toEqual(['v1.by-tls\n', ''])
}, 30_000)

test('a role that cannot be assumed is said, and no other credential stands in for it', async () => {
  const refusal =
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error><RequestId>1</RequestId></ErrorResponse>'
  await using fake = startFakeEndpoint(
    () => new Response(refusal, { status: 403, headers: { 'content-type': 'text/xml' } }),
  )
  const home = await freshHome()
  await writeFile(join(home, 'identity'), identityToken('a'))
  const environment = {
    HOME: home,
    LADING_ENDPOINT: fake.url,
    AWS_WEB_IDENTITY_TOKEN_FILE: join(home, 'identity'),
    AWS_ROLE_ARN: 'arn:aws:iam::000000000000:role/pods',
  }
  const { status, stdout, stderr } = await runLading(['token'], { environment })
  expect([status, stdout, stderr]).toEqual([
    1,
    '',
    'lading: The credentials cannot be used: Not authorized to perform sts:AssumeRoleWithWebIdentity.\n',
  ])
}, 30_000)
