import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type CliOptions, freshHome, ROOT_KEY, runLading } from './cli-process.ts'
import { startFakeEndpoint, tokenAnswer } from './fake-endpoint.ts'
import { freshSettings, type LadingProcess, startLading } from './lading-process.ts'

const NOT_FOUND = 'credentials not found in native keychain\n'
const NAME = 'docker-credential-lading'

let server: LadingProcess
let host: string

beforeAll(async () => {
  server = await startLading(await freshSettings())
  host = new URL(server.addresses[0] ?? '').host
})
afterAll(async () => await server[Symbol.asyncDispose]())

const helper = (verb: string, input: string, environment: Record<string, string>, more: CliOptions = {}) =>
  runLading(['credential-helper', verb], { environment, input, ...more })

test('get answers with a password that logs in, for an address as docker or as podman gives it', async () => {
  const environment = { HOME: await freshHome(), ...ROOT_KEY }
  for (const serverUrl of [host, `http://${host}`, `https://${host}/v2/`]) {
    const { status, stdout, stderr } = await helper('get', `${serverUrl}\n`, environment)
    expect([status, stderr]).toEqual([0, ''])
    const answer = JSON.parse(stdout)
    expect(Object.keys(answer)).toEqual(['ServerURL', 'Username', 'Secret'])
    expect([answer.ServerURL, answer.Username]).toEqual([serverUrl, 'AWS'])
    const headers = { authorization: `Basic ${btoa(`AWS:${answer.Secret}`)}` }
    expect((await fetch(`${server.addresses[0]}/v2/`, { headers })).status).toBe(200)
  }
}, 30_000)

test('the executable is the helper when it is called so, and the script for Node.js is it too', async () => {
  const environment = { HOME: await freshHome(), ...ROOT_KEY }
  const called = await runLading(['get'], { environment, input: host, name: NAME })
  expect([called.status, JSON.parse(called.stdout).Username]).toEqual([0, 'AWS'])
  const script = Bun.spawnSync([resolve(import.meta.dir, `../../bin/${NAME}`), 'get'], {
    cwd: '/',
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdin: new TextEncoder().encode(host),
  })
  expect([script.exitCode, JSON.parse(script.stdout.toString()).Username]).toEqual([0, 'AWS'])
}, 30_000)

test('without credentials it says what docker takes for nobody, and nothing else', async () => {
  const { status, stdout, stderr } = await helper('get', host, { HOME: await freshHome() })
  expect([status, stdout, stderr]).toEqual([1, NOT_FOUND, ''])
}, 30_000)

test('a profile that was named and is not there is nobody for docker, and the reason is for a person', async () => {
  const home = await freshHome()
  const { status, stdout, stderr } = await helper('get', host, { HOME: home, AWS_PROFILE: 'typo' })
  expect([status, stdout, stderr]).toEqual([
    1,
    NOT_FOUND,
    `lading: The profile "typo" (AWS_PROFILE) does not exist: it is neither in ${home}/.aws/config nor in ${home}/.aws/credentials.\n`,
  ])
}, 30_000)

test('Docker Hub is not asked, as docker asks a store of all credentials about it', async () => {
  const environment = { HOME: await freshHome(), ...ROOT_KEY }
  const { status, stdout } = await helper('get', 'https://index.docker.io/v1/', environment)
  expect([status, stdout]).toEqual([1, NOT_FOUND])
}, 30_000)

test.each([
  ['a megabyte', `${'a'.repeat(1024 * 1024)}\n`],
  ['a second line', `127.0.0.1:1\nhttps://evil.example.com`],
  ['a header', `127.0.0.1:1\r\nX-Evil: yes`],
  ['a user name', `https://me:secret@127.0.0.1:1`],
  ['nothing', ''],
  ['NUL', '127.0.0.1:1\0'],
  ['a replacement character', '\ufffd'],
  ['an option', '--endpoint=http://127.0.0.1:1'],
])(
  'what is no address is refused without asking anybody: %s',
  async (_, input) => {
    const environment = { HOME: await freshHome(), ...ROOT_KEY }
    const { status, stdout, stderr } = await helper('get', input, environment)
    const sentence = 'The server’s address must be like registry.example.com.'
    expect([status, stdout, stderr]).toEqual([1, `${sentence}\n`, `lading: ${sentence}\n`])
  },
  30_000,
)

test('a server that is not there, and one that is no Lading, are said on both ways out', async () => {
  await using fake = startFakeEndpoint(() => new Response('<html>', { status: 404 }))
  const environment = { HOME: await freshHome(), ...ROOT_KEY }
  const closed = await helper('get', '127.0.0.1:1', environment)
  expect([closed.status, closed.stderr]).toEqual([1, `lading: ${closed.stdout}`])
  expect(closed.stdout).toStartWith('http://127.0.0.1:1 cannot be reached: ')
  const other = await helper('get', fake.host, environment)
  expect(other.stdout).toBe(`${fake.url} does not answer as a registry of Lading does (status 404).\n`)
}, 30_000)

test('an endpoint in the environment counts for its own host alone', async () => {
  await using mine = startFakeEndpoint(() => tokenAnswer('v1.mine'))
  await using other = startFakeEndpoint(() => new Response('no', { status: 404 }))
  const environment = { HOME: await freshHome(), LADING_ENDPOINT: mine.url, AWS_ENDPOINT_URL: mine.url, ...ROOT_KEY }
  expect((await helper('get', mine.host, environment)).stdout).toContain('v1.mine')
  const foreign = await helper('get', other.host, environment)
  expect([foreign.status, foreign.stdout]).toEqual([1, expect.not.stringContaining('v1.mine')])
}, 30_000)

test('hosts.json says where a host’s API is and as whom it is asked', async () => {
  await using api = startFakeEndpoint(() => tokenAnswer('v1.by-file'))
  const home = await freshHome()
  await mkdir(join(home, '.aws'))
  await mkdir(join(home, '.config/lading'), { recursive: true })
  await writeFile(join(home, '.aws/credentials'), '[team]\naws_access_key_id = TEAM\naws_secret_access_key = B\n')
  const hosts = { 'registry.example.com': { endpoint: api.url, profile: 'team' } }
  await writeFile(join(home, '.config/lading/hosts.json'), JSON.stringify(hosts))
  const { stdout } = await helper('get', 'registry.example.com', { HOME: home, ...ROOT_KEY })
  expect(JSON.parse(stdout)).toEqual({ ServerURL: 'registry.example.com', Username: 'AWS', Secret: 'v1.by-file' })
  expect(api.seen[0]?.headers.get('authorization')).toContain('Credential=TEAM/')
}, 30_000)

test('store and erase take what they are given and do nothing', async () => {
  const environment = { HOME: await freshHome(), ...ROOT_KEY }
  for (const [verb, input] of [
    ['store', JSON.stringify({ ServerURL: host, Username: 'a', Secret: 'b'.repeat(2_000_000) })],
    ['erase', host],
  ] as const) {
    const { status, stdout, stderr } = await helper(verb, input, environment)
    expect([verb, status, stdout, stderr]).toEqual([verb, 0, '', ''])
  }
  expect(await readdir(environment.HOME)).not.toContain('.docker')
}, 30_000)

test('list names the hosts of the cache, version the version, and nothing else is a verb', async () => {
  const environment = { HOME: await freshHome(), ...ROOT_KEY }
  expect((await helper('list', '', environment)).stdout).toBe('{}\n')
  await helper('get', host, environment)
  expect(JSON.parse((await helper('list', '', environment)).stdout)).toEqual({ [host]: 'AWS' })
  expect((await helper('version', '', environment)).stdout).toMatch(/^docker-credential-lading \d+\.\d+\.\d+\n$/)
  const wrong = await helper('fetch', host, environment)
  expect([wrong.status, wrong.stdout]).toEqual([2, ''])
}, 30_000)

test('the cache is for nobody else to read', async () => {
  const environment = { HOME: await freshHome(), ...ROOT_KEY }
  await helper('get', host, environment)
  const folder = join(environment.HOME, '.cache/lading/tokens')
  const [name = ''] = await readdir(folder)
  const modes = await Promise.all([folder, join(folder, name)].map(async (path) => (await stat(path)).mode & 0o777))
  expect(modes).toEqual([0o700, 0o600])
}, 30_000)
