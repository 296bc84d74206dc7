import { afterAll, beforeAll, expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freshHome, ROOT_KEY, runLading } from './cli-process.ts'
import { startFakeEndpoint, tokenAnswer } from './fake-endpoint.ts'
import { AUTHORIZATION, freshSettings, KEY_ID, type LadingProcess, SECRET, startLading } from './lading-process.ts'

let server: LadingProcess
let environment: Record<string, string>

beforeAll(async () => {
  server = await startLading({ ...(await freshSettings()), LADING_REGION: 'eu-test-7' })
  environment = { HOME: await freshHome(), LADING_ENDPOINT: server.addresses[0] ?? '', ...ROOT_KEY }
})
afterAll(async () => await server[Symbol.asyncDispose]())

const run = (...args: string[]) => runLading(args, { environment })

test('an account from its making to its second root key', async () => {
  const made = await run('account', 'create', '--id', '123456789012', '--name', 'Team blue', '--json')
  expect([made.status, made.stderr]).toEqual([0, ''])
  const { account, rootKey } = JSON.parse(made.stdout)
  expect(account).toMatchObject({ accountId: '123456789012', name: 'Team blue' })

  const list = await run('account', 'list')
  expect(list.stdout.split('\n')[0]).toMatch(/^ACCOUNT +NAME +STATE +CREATED$/)
  expect(list.stdout).toMatch(/^123456789012 +Team blue +enabled +2\d{3}-/m)
  expect((await run('account', 'disable', '123456789012')).stdout).toMatch(/^123456789012 .* disabled /m)
  expect((await run('account', 'enable', '123456789012')).stdout).toMatch(/^123456789012 .* enabled /m)
  expect((await run('account', 'rename', '123456789012', 'Red')).stdout).toMatch(/^123456789012 +Red /m)
  expect(JSON.parse((await run('account', 'show', '123456789012', '--json')).stdout).name).toBe('Red')

  const shown = await run('account', 'show', '123456789012')
  const keys = `ROOT KEY +STATE +CREATED\\n${rootKey.accessKeyId} +active +2\\d{3}-\\S+\\n$`
  expect(shown.stdout).toMatch(new RegExp(`^ACCOUNT [^]*\\n\\n${keys}`))
  expect(shown.stdout).not.toContain(rootKey.secretAccessKey)
  const second = await run('account', 'create-key', '123456789012')
  expect(second.stdout).toMatch(/^access key id +AKIA\w+\nsecret access key +\S{40}\n$/)
  const deleted = await run('account', 'delete-key', '123456789012', rootKey.accessKeyId)
  expect([deleted.status, deleted.stdout]).toEqual([0, ''])
  expect(deleted.stderr).toBe(`Root key ${rootKey.accessKeyId} was deleted.\n`)
  const again = await run('account', 'create-key', '123456789012', '--output', 'json')
  const gone = ['account', 'delete-key', '123456789012', JSON.parse(again.stdout).accessKeyId]
  expect(await run(...gone, '--output=json')).toEqual({ status: 0, stdout: 'null\n', stderr: '' })
}, 30_000)

test('account create takes the id as an argument too, and with --json prints the key wherever that stands', async () => {
  const plain = await run('account', 'create', '210987654321', '--name', 'dev')
  expect([plain.status, plain.stderr]).toEqual([0, ''])
  expect(plain.stdout).toMatch(/^Account 210987654321 was made\.\naccess key id +AKIA\w+\nsecret access key +\S{40}\n$/)
  const spellings = [
    ['--json', 'account', 'create', '210987654322'],
    ['account', '--json', 'create', '--id', '210987654323'],
    ['account', 'create', '210987654324', '--id=210987654324', '--json'],
  ]
  const made = await Promise.all(spellings.map((args) => run(...args)))
  expect(made.map(({ stdout }) => JSON.parse(stdout).account.accountId)).toEqual([
    '210987654322',
    '210987654323',
    '210987654324',
  ])
  for (const { stdout } of made) expect(JSON.parse(stdout).rootKey.secretAccessKey).toMatch(/^\S{40}$/)
  const two = await run('account', 'create', '210987654325', '--id', '210987654326')
  expect([two.status, two.stderr]).toEqual([2, 'lading: Give one id: 210987654325 and 210987654326 are two.\n'])
}, 30_000)

test('options that all commands take stand before the command or behind it', async () => {
  const { LADING_ENDPOINT: endpoint = '', ...rest } = environment
  const lists = await Promise.all(
    [
      ['--endpoint', endpoint, '--json', 'account', 'list'],
      [`--endpoint=${endpoint}`, 'account', '--json', 'list'],
      ['account', 'list', '--json', '--endpoint', endpoint],
    ].map((args) => runLading(args, { environment: rest })),
  )
  expect(lists.map(({ status, stderr }) => [status, stderr])).toEqual(lists.map(() => [0, '']))
  for (const { stdout } of lists) expect(JSON.parse(stdout).accounts.length).toBeGreaterThan(0)
}, 30_000)

test('a refusal is the server’s sentence and status 1', async () => {
  const { status, stdout, stderr } = await run('account', 'show', '999999999999')
  expect([status, stdout, stderr]).toEqual([1, '', 'lading: There is no account 999999999999.\n'])
}, 30_000)

test('an identity provider with the keys of a file', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwks = join(environment.HOME ?? '', 'jwks.json')
  await writeFile(jwks, JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k' }] }))
  const terms = ['--issuer', 'https://kubernetes.default.svc', '--audience', 'lading', '--kubernetes-cluster', 'prod']
  const put = await run('oidc-provider', 'put', 'prod', ...terms, '--jwks', jwks, '--claim-tag', 'team=groups')
  expect([put.status, put.stderr]).toEqual([0, ''])
  expect(put.stdout).toMatch(
    /^prod +https:\/\/kubernetes.default.svc +prod +lading +1 uploaded +arn:aws:iam::000000000000:oidc-provider\/prod$/m,
  )
  const shown = JSON.parse((await run('oidc-provider', 'show', 'prod', '--json')).stdout)
  expect(shown).toMatchObject({ keyCount: 1, claimTags: [{ tagKey: 'team', claim: 'groups' }] })
  const arn = 'arn:aws:iam::000000000000:oidc-provider/prod'
  for (const args of [['list'], ['show', 'prod']]) {
    expect([args, (await run('oidc-provider', ...args)).stdout]).toEqual([args, expect.stringContaining(`${arn}\n`)])
  }
  expect((await run('oidc-provider', 'delete', 'prod')).status).toBe(0)
  expect((await run('oidc-provider', 'show', 'prod')).stderr).toBe(
    'lading: There is no identity provider called prod.\n',
  )
  const wrong = await run('oidc-provider', 'put', 'prod', ...terms, '--claim-tag', 'team')
  expect([wrong.status, wrong.stderr]).toEqual([2, 'lading: --claim-tag is "team": it must be like team=groups.\n'])
}, 30_000)

test('policy validate says what is wrong with status 1, and what is hardly meant with 0', async () => {
  const file = join(environment.HOME ?? '', 'policy.json')
  await writeFile(
    file,
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ecr:NoSuch","Resource":"*"}]}',
  )
  const valid = await run('policy', 'validate', file, '--kind', 'identity')
  expect([valid.status, valid.stderr]).toEqual([0, ''])
  expect(valid.stdout).toStartWith('The policy is valid. What is hardly meant:\n')
  const wrong = await run('policy', 'validate', file, '--kind', 'trust')
  expect([wrong.status, wrong.stdout]).toEqual([1, ''])
  expect(wrong.stderr).toMatch(/^lading: The policy is malformed at [^\n]+\n$/)
}, 30_000)

test('sessions revoke takes a role or a user', async () => {
  const neither = await run('sessions', 'revoke')
  expect([neither.status, neither.stderr]).toEqual([2, 'lading: Give either --role or --user.\n'])
  expect((await run('sessions', 'revoke', '--role', 'ci')).stderr).toBe(
    'lading: The role with name ci cannot be found.\n',
  )
}, 30_000)

test('token prints a password that logs in, and nothing else', async () => {
  const { status, stdout, stderr } = await run('token')
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^[\w.-]+\n$/)
  const headers = { authorization: `Basic ${btoa(`AWS:${stdout.trim()}`)}` }
  expect((await fetch(`${server.addresses[0]}/v2/`, { headers })).status).toBe(200)
}, 30_000)

test('a region that the server is not in is refused when it was asked for, and passed over when it is only around', async () => {
  const home = await freshHome()
  const around = { ...environment, HOME: home, AWS_REGION: 'us-west-2' }
  expect((await runLading(['token'], { environment: around })).status).toBe(0)
  const asked = { environment: { ...environment, HOME: await freshHome() } }
  const { status, stderr } = await runLading(['token', '--region', 'us-west-2'], asked)
  expect([status, stderr]).toEqual([1, expect.stringContaining("valid region: 'eu-test-7'")])
}, 30_000)

test('the secret never leaves this machine: calls are signed, and logins are by token', async () => {
  await using fake = startFakeEndpoint(({ path }) =>
    path === '/' ? tokenAnswer('v1.made-up') : Response.json({ accounts: [] }),
  )
  const given = { environment: { ...environment, HOME: await freshHome(), LADING_ENDPOINT: fake.url } }
  expect((await runLading(['account', 'list'], given)).status).toBe(0)
  expect(fake.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /',
    'GET /api/v1/accounts?limit=1000',
  ])
  expect(fake.seen[0]?.headers.get('authorization')).toStartWith(`AWS4-HMAC-SHA256 Credential=${KEY_ID}/`)
  expect(fake.seen[1]?.headers.get('authorization')).toBe(`Basic ${btoa('AWS:v1.made-up')}`)
  expect(JSON.stringify(fake.seen.map(({ body, headers }) => [body, [...headers]]))).not.toContain(SECRET)
}, 30_000)

test('a token of the cache that the server has forgotten is replaced', async () => {
  let tokens = 0
  await using fake = startFakeEndpoint(({ path, headers }) => {
    if (path === '/') return tokenAnswer(`v1.token-${++tokens}`)
    const isNew = headers.get('authorization') === `Basic ${btoa('AWS:v1.token-2')}`
    return isNew ? Response.json({ accounts: [] }) : Response.json({ error: { message: 'no' } }, { status: 401 })
  })
  const given = { environment: { ...environment, HOME: await freshHome(), LADING_ENDPOINT: fake.url } }
  expect((await runLading(['token'], given)).stdout).toBe('v1.token-1\n')
  expect((await runLading(['account', 'list'], given)).status).toBe(0)
  expect((await runLading(['token'], given)).stdout).toBe('v1.token-2\n')
}, 30_000)

test('text of a server reaches the terminal without what moves its cursor, and a redirect is not followed', async () => {
  await using fake = startFakeEndpoint(({ path }) => {
    if (path === '/') return tokenAnswer('v1.made-up')
    if (path.endsWith('/1')) return new Response(null, { status: 307, headers: { location: 'http://127.0.0.1:1/' } })
    return Response.json({ error: { message: '\u001b[2Jgone' } }, { status: 404 })
  })
  const given = { environment: { ...environment, HOME: await freshHome(), LADING_ENDPOINT: fake.url } }
  expect((await runLading(['account', 'show', '2'], given)).stderr).toBe('lading: \\u{1b}[2Jgone\n')
  const redirected = await runLading(['account', 'show', '1'], given)
  expect([redirected.status, redirected.stderr]).toEqual([1, expect.stringContaining('has no management API')])
}, 30_000)

test('what cannot work is said in one sentence', async () => {
  const home = { HOME: await freshHome() }
  const none = await runLading(['token'], {
    environment: { ...home, LADING_ENDPOINT: environment.LADING_ENDPOINT ?? '' },
  })
  expect([none.status, none.stderr]).toEqual([
    1,
    expect.stringMatching(/^lading: No credentials were found: [^\n]+\n$/),
  ])
  const nowhere = await runLading(['token'], { environment: { ...home, ...ROOT_KEY } })
  expect([nowhere.status, nowhere.stderr]).toEqual([
    2,
    'lading: No server was named: give --endpoint, or set LADING_ENDPOINT.\n',
  ])
  const closed = await runLading(['token', '--endpoint', 'http://127.0.0.1:1'], {
    environment: { ...home, ...ROOT_KEY },
  })
  expect([closed.status, closed.stderr]).toEqual([
    1,
    expect.stringMatching(/^lading: http:\/\/127.0.0.1:1 cannot be reached: [^\n]+\n$/),
  ])
  const profile = await run('token', '--profile', 'nobody')
  expect([profile.status, profile.stderr]).toEqual([
    1,
    expect.stringMatching(/^lading: The profile "nobody" does not exist: it is neither in \/[^\n]+\n$/),
  ])
  const wrong = await runLading(['token'], { environment: { ...environment, ...home, AWS_SECRET_ACCESS_KEY: 'wrong' } })
  expect([wrong.status, wrong.stdout, wrong.stderr.split('\n').length]).toEqual([1, '', 2])
}, 30_000)

test('what was asked wrongly has status 2, and the nearest name where there is one', async () => {
  const outcomes = await Promise.all([
    run('account', 'lst'),
    run('account', 'show'),
    run('token', '--jsn'),
    run('acount'),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual([2, 2, 2, 2])
  expect(outcomes.map(({ stderr }) => stderr.split('\n')[0])).toEqual([
    "lading: unknown command 'lst' (Did you mean list?)",
    "lading: missing required argument 'id'",
    "lading: unknown option '--jsn' (Did you mean --json?)",
    'lading: There is no command "acount". Did you mean account?',
  ])
  expect((await run('account')).status).toBe(2)
  const help = await run('oidc-provider', 'put', '--help')
  expect([help.status, help.stderr]).toEqual([0, ''])
  expect(help.stdout).toContain('--kubernetes-cluster')
  expect(help.stdout).toMatch(/--issuer <url> +as tokens have it in iss \(required\)$/m)
  expect(help.stdout.replace(/\s+/g, ' ')).toContain('may be given again (required)')
  expect((await run('policy', 'validate', '--help')).stdout.replace(/\s+/g, ' ')).toContain('"registry") (required)')
  const missing = await Promise.all([
    run('oidc-provider', 'put', 'p', '--issuer', 'https://a.example'),
    run('policy', 'validate', 'policy.json', '--kind', 'bucket'),
  ])
  expect(missing.map(({ status, stderr }) => [status, stderr])).toEqual([
    [2, "lading: required option '--audience <audience>' not specified\n"],
    [2, expect.stringContaining('is invalid. Allowed choices are identity, session, trust, repository, registry.')],
  ])
}, 30_000)

test('a server takes LADING_ENDPOINT for the client’s that it is', async () => {
  await using other = await startLading({ ...(await freshSettings()), LADING_ENDPOINT: 'http://127.0.0.1:1' })
  expect(other.addresses).toHaveLength(1)
}, 30_000)

test('the anonymous listener has no management API, whatever is sent to it', async () => {
  await using other = await startLading({ ...(await freshSettings()), LADING_ANONYMOUS_LISTEN: '127.0.0.1:0' })
  const statuses = await Promise.all(
    other.addresses.map(async (address) => {
      const headers = { authorization: AUTHORIZATION }
      const paths = ['/api/v1/accounts', '/api/v1/openapi.json', '/api/v1/schemas/lifecycle-policy-v1.json']
      return await Promise.all(paths.map(async (path) => (await fetch(address + path, { headers })).status))
    }),
  )
  expect(statuses).toEqual([
    [200, 200, 200],
    [404, 404, 404],
  ])
}, 30_000)

test.each([
  ['namespace list', 'No namespace holds repositories or has settings.'],
  ['webhook list', 'The registry has no webhooks.'],
  ['oidc-provider list --quiet', ''],
  ['events list --repository team/none', 'There are no such events that you may see.'],
])('%s says so when there is nothing, and prints no headings', async (command, sentence) => {
  const { status, stdout, stderr } = await run(...command.split(' '))
  expect([status, stdout, stderr]).toEqual([0, '', sentence === '' ? '' : `${sentence}\n`])
})

test.each([
  ['events list --after x', 2, '--after must be the sequence of an event, a number.'],
  ['changes team-blue --from 2026-08-01T00:00Z', 1, 'A namespace has its slash: team-blue/'],
])('%s is told what was expected', async (command, status, sentence) => {
  const failed = await run(...command.split(' '))
  expect([failed.status, failed.stdout]).toEqual([status, ''])
  expect(failed.stderr).toContain(sentence)
})

test('what is no dead letter cannot be replayed', async () => {
  await run('webhook', 'put', 'ci', '--url', 'https://hooks.example.com/ci')
  const none = await run('webhook', 'dead-letters', 'ci')
  expect([none.status, none.stdout]).toEqual([0, ''])
  const replayed = await run('webhook', 'replay', 'ci', '--sequence', '7')
  expect(replayed.status).toBe(1)
  expect(replayed.stderr).toContain('1 of the sequences are no dead letters of ci.')
}, 30_000)
