import { expect, test } from 'bun:test'
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freshHome, ROOT_KEY, runLading } from './cli-process.ts'
import { type FakeEndpoint, startFakeEndpoint, tokenAnswer } from './fake-endpoint.ts'

const startTokens = () => startFakeEndpoint(() => tokenAnswer('v1.made-up'))
const LOGIN = { auth: btoa('AWS:v1.made-up') }

/** A home, and a PATH on which nothing is but what a test puts there. */
async function world(fake: FakeEndpoint, tools: Readonly<Record<string, string>> = {}) {
  const home = await freshHome()
  const bin = join(home, 'bin')
  await mkdir(bin)
  for (const name of ['sh', 'cat', 'basename']) await symlink(Bun.which(name) ?? '', join(bin, name))
  for (const [name, script] of Object.entries(tools)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`)
    await chmod(join(bin, name), 0o755)
  }
  const environment = { HOME: home, PATH: bin, LADING_ENDPOINT: fake.url, ...ROOT_KEY }
  const read = async (path: string) => await readFile(join(home, path), 'utf8')
  return { home, environment, read }
}

const RECORDS = 'me=$(basename "$0"); echo "$me $*" > "$HOME/$me.args"; cat > "$HOME/$me.stdin"'

test('docker and podman are given the password by standard input, and nothing of it is printed', async () => {
  await using fake = startTokens()
  const { environment, read } = await world(fake, { docker: RECORDS, podman: RECORDS })
  const { status, stdout, stderr } = await runLading(['login'], { environment })
  expect([status, stdout]).toEqual([0, ''])
  expect(stderr).toBe(`Logged in to ${fake.host} with docker.\nLogged in to ${fake.host} with podman.\n`)
  expect(await read('docker.args')).toBe(`docker login --username AWS --password-stdin ${fake.host}\n`)
  expect(await read('podman.args')).toBe(
    `podman login --tls-verify=false --username AWS --password-stdin ${fake.host}\n`,
  )
  expect([await read('docker.stdin'), await read('podman.stdin')]).toEqual(['v1.made-up', 'v1.made-up'])
}, 30_000)

test('one program that works is enough; none that does is status 1', async () => {
  await using fake = startTokens()
  const fails = 'cat > /dev/null; echo "no daemon" >&2; exit 1'
  const one = await world(fake, { docker: fails, podman: RECORDS })
  const some = await runLading(['login'], { environment: one.environment })
  expect([some.status, some.stderr]).toEqual([
    0,
    `Logged in to ${fake.host} with podman.\ndocker could not log in: no daemon\n`,
  ])
  const none = await world(fake, { docker: fails })
  const { status, stderr } = await runLading(['login'], { environment: none.environment })
  expect([status, stderr]).toEqual([1, 'lading: docker could not log in: no daemon\n'])
}, 30_000)

test('without either, the file that they read is written', async () => {
  await using fake = startTokens()
  const { environment, read } = await world(fake)
  expect((await runLading(['login'], { environment })).status).toBe(0)
  expect(JSON.parse(await read('.docker/config.json'))).toEqual({ auths: { [fake.host]: LOGIN } })
}, 30_000)

test('--write-config runs neither, and REGISTRY_AUTH_FILE is written when it is set', async () => {
  await using fake = startTokens()
  const { environment, home, read } = await world(fake, { docker: 'exit 1' })
  const given = { ...environment, REGISTRY_AUTH_FILE: join(home, 'auth.json') }
  const { status, stderr } = await runLading(['login', '--write-config', 'registry.example.com'], {
    environment: given,
  })
  expect([status, stderr]).toEqual([0, `Logged in to registry.example.com (${home}/auth.json).\n`])
  expect(JSON.parse(await read('auth.json'))).toEqual({ auths: { 'registry.example.com': LOGIN } })
}, 30_000)

test('a host says where the server is, when nothing else does', async () => {
  await using fake = startTokens()
  const { LADING_ENDPOINT: _, ...environment } = (await world(fake)).environment
  expect((await runLading(['login', fake.host, '--print'], { environment })).stdout).toBe('v1.made-up\n')
  const wrong = await runLading(['login', 'a b'], { environment })
  expect([wrong.status, wrong.stderr]).toEqual([2, 'lading: The host "a b" must be like registry.example.com:5000.\n'])
}, 30_000)
