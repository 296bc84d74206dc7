import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SETTING_NAMES } from '../../src/main/config-table.ts'
import { AUTHORIZATION, freshSettings, KEY_ID, startLading } from './lading-process.ts'

/** Without a preset root key, so that the first start makes one. */
async function ownKeySettings(): Promise<Record<string, string>> {
  const { LADING_ROOT_ACCESS_KEY_ID: _, LADING_ROOT_SECRET_ACCESS_KEY: __, ...settings } = await freshSettings()
  return settings
}

test('the first start makes the root key and says how to log in; the next ones say one line', async () => {
  const settings = await ownKeySettings()
  const keyFile = join(settings.LADING_DATA ?? '', 'root-credentials.json')
  const first = await startLading(settings)
  expect(await first.end('SIGTERM')).toBe(0)
  const { AccessKeyId: id, SecretAccessKey: secret } = JSON.parse(await readFile(keyFile, 'utf8'))
  for (const word of ['docker login', 'podman login', 'get-login-password', 'create-repository', 'docker push', id]) {
    expect(first.stdout()).toContain(word)
  }
  expect(first.stdout() + first.stderr()).not.toContain(secret)
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
  expect((await stat(settings.LADING_DATA ?? '')).mode & 0o777).toBe(0o700)

  const second = await startLading(settings)
  expect(await second.end('SIGTERM')).toBe(0)
  expect(second.stdout().trimEnd().split('\n')).toHaveLength(1)
  expect(JSON.parse(await readFile(keyFile, 'utf8')).SecretAccessKey).toBe(secret)
}, 30_000)

test('the welcome’s command reads the secret from the file, and the secret logs in', async () => {
  await using lading = await startLading(await ownKeySettings())
  const line =
    lading
      .stdout()
      .split('\n')
      .find((text) => text.includes('| docker login --username AKIA')) ?? ''
  const [readSecret, login] = line.split('|')
  const secret = Bun.spawnSync(['sh', '-c', readSecret ?? ''])
    .stdout.toString()
    .trim()
  const user = /--username (\S+)/.exec(login ?? '')?.[1]
  const headers = { authorization: `Basic ${btoa(`${user}:${secret}`)}` }
  expect((await fetch(`${lading.addresses[0]}/v2/`, { headers })).status).toBe(200)
  expect((await fetch(`${lading.addresses[0]}/v2/`)).status).toBe(401)
}, 30_000)

test('wrong settings end the start with status 2, a sentence each, and nothing made', async () => {
  const settings = await freshSettings()
  const lading = await startLading({ ...settings, LADING_LISTNE: 'x', LADING_ACCOUNT: '1' })
  expect(lading.child.exitCode).toBe(2)
  expect(lading.stderr().trimEnd().split('\n')).toEqual([
    'lading: LADING_LISTNE is not a setting; did you mean LADING_LISTEN?',
    'lading: LADING_ACCOUNT is "1": it must be 12 digits, such as 000000000000.',
  ])
  expect(existsSync(settings.LADING_DATA ?? '')).toBe(false)
}, 30_000)

test('an address that is taken ends the start with status 1, one sentence, and nothing made', async () => {
  const taken = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
  const settings = await freshSettings()
  settings.LADING_LISTEN = `127.0.0.1:${taken.port}`
  const lading = await startLading(settings)
  await taken.stop(true)
  expect(lading.child.exitCode).toBe(1)
  expect(lading.stderr()).toBe(
    `lading: cannot start: LADING_LISTEN is "${settings.LADING_LISTEN}", which cannot be listened on: another process listens there already; end it, or choose another port\n`,
  )
  expect(existsSync(settings.LADING_DATA ?? '')).toBe(false)
}, 30_000)

test('a second server does not share the port of the first', async () => {
  await using first = await startLading(await freshSettings())
  const settings = await freshSettings()
  settings.LADING_LISTEN = new URL(first.addresses[0] ?? '').host
  const second = await startLading(settings)
  expect(second.child.exitCode).toBe(1)
  expect(second.stderr()).toStartWith('lading: cannot start: ')
  expect(existsSync(settings.LADING_DATA ?? '')).toBe(false)
}, 30_000)

test('a data folder that is in use is refused; one whose process was killed is not', async () => {
  const settings = await freshSettings()
  await using holder = await startLading(settings)
  const second = await startLading(settings)
  expect(second.child.exitCode).toBe(1)
  expect(second.stderr()).toContain('another process is using this data folder')
  expect(await holder.end('SIGKILL')).not.toBe(0)
  const third = await startLading(settings)
  expect(third.addresses).toHaveLength(1)
  expect(await third.end('SIGINT')).toBe(0)
}, 30_000)

test('started through node and npm’s way, a signal reaches the server and its status comes back', async () => {
  const command = ['node', 'scripts/with-bun.mjs', 'src/main/lading.ts', 'serve']
  const lading = await startLading(await freshSettings(), command)
  expect((await fetch(`${lading.addresses[0]}/readyz`)).status).toBe(200)
  expect(await lading.end('SIGTERM')).toBe(0)
  expect(lading.stderr()).toContain('"msg":"stopped"')
  const wrong = await startLading({ LADING_NOPE: '1' }, command)
  expect(wrong.child.exitCode).toBe(2)
}, 30_000)

test('lading --help names every setting', () => {
  const { stdout } = Bun.spawnSync([process.execPath, 'src/main/lading.ts', '--help'])
  expect(SETTING_NAMES.filter((name) => !stdout.toString().includes(`  ${name}`))).toEqual([])
  expect(
    Math.max(
      ...stdout
        .toString()
        .split('\n')
        .map(({ length }) => length),
    ),
  ).toBeLessThan(100)
})

test('the version is the package’s', async () => {
  const child = Bun.spawnSync([process.execPath, 'src/main/lading.ts', 'version'])
  const { version } = await Bun.file('package.json').json()
  expect(child.stdout.toString()).toStartWith(`lading ${version} `)
})

test('a data folder whose blobs are missing is refused, and serves them all when they are back', async () => {
  const settings = await freshSettings()
  const blobs = join(settings.LADING_DATA ?? '', 'blobs')
  const first = await startLading(settings)
  const headers = { authorization: AUTHORIZATION }
  const digest = `sha256:${new Bun.CryptoHasher('sha256').update('kept').digest('hex')}`
  const upload = `${first.addresses[0]}/v2/team/app/blobs/uploads/?digest=${digest}`
  expect((await fetch(upload, { method: 'POST', body: 'kept', headers })).status).toBe(201)
  await first.end('SIGTERM')
  await rename(blobs, `${blobs}-away`)

  const without = await startLading(settings)
  expect(without.child.exitCode).toBe(1)
  expect(without.stderr()).toContain('a volume may not be mounted')

  await rm(blobs, { recursive: true })
  await rename(`${blobs}-away`, blobs)
  await using again = await startLading(settings)
  const blob = await fetch(`${again.addresses[0]}/v2/team/app/blobs/${digest}`, { headers })
  expect([blob.status, await blob.text()]).toEqual([200, 'kept'])
}, 30_000)

test('an address of another machine is refused by the name of its setting', async () => {
  const lading = await startLading({ ...(await freshSettings()), LADING_ANONYMOUS_LISTEN: '192.0.2.1:5000' })
  expect(lading.child.exitCode).toBe(1)
  expect(lading.stderr()).toContain(
    'LADING_ANONYMOUS_LISTEN is "192.0.2.1:5000", which cannot be listened on: no network',
  )
}, 30_000)

test('on every address of the machine, the commands of the welcome name one that clients can use', async () => {
  for (const listen of [':0', '0.0.0.0:0']) {
    const lading = await startLading({ ...(await freshSettings()), LADING_LISTEN: listen })
    const url = lading.addresses[0] ?? ''
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    expect(await lading.end('SIGTERM')).toBe(0)
    expect(lading.stdout()).toContain(`docker login --username ${KEY_ID} --password-stdin ${new URL(url).host}\n`)
    expect(lading.stdout()).not.toContain('[::]')
    expect(lading.stdout()).toContain('set LADING_EXTERNAL_URL')
  }
}, 30_000)

test('nobody else on the machine can read what is kept, and a database that is a link is served', async () => {
  const settings = await freshSettings()
  const folder = settings.LADING_DATA ?? ''
  await mkdir(folder, { mode: 0o755 })
  const first = await startLading(settings)
  const modes = await Promise.all(
    ['lock', 'metadata.db', 'metadata.db-wal', 'metadata.db-shm', 'blobs'].map(async (name) => {
      return (await stat(join(folder, name))).mode & 0o077
    }),
  )
  expect(modes).toEqual([0, 0, 0, 0, 0])
  expect(await first.end('SIGTERM')).toBe(0)
  expect(first.stderr()).toContain('other users of this machine can look into the data folder')
  await rename(join(folder, 'metadata.db'), `${folder}-elsewhere.db`)
  await symlink(`${folder}-elsewhere.db`, join(folder, 'metadata.db'))
  const second = await startLading(settings)
  expect((await fetch(`${second.addresses[0]}/readyz`)).status).toBe(200)
  expect(await second.end('SIGTERM')).toBe(0)
}, 30_000)

test('LADING_CREATE_ON_PUSH after the first start says what it takes now', async () => {
  const settings: Record<string, string> = await freshSettings()
  const first = await startLading({ ...settings, LADING_CREATE_ON_PUSH: 'false' })
  expect(await first.end('SIGTERM')).toBe(0)
  const second = await startLading(settings)
  expect(await second.end('SIGTERM')).toBe(0)
  expect(second.stderr()).toContain(
    'aws --endpoint-url <address of this registry> ecr create-repository-creation-template --prefix ROOT --applied-for CREATE_ON_PUSH',
  )
}, 30_000)

test('SIGHUP does not stop a server that has no terminal', async () => {
  const lading = await startLading(await freshSettings())
  lading.child.kill('SIGHUP')
  await Bun.sleep(300)
  expect((await fetch(`${lading.addresses[0]}/healthz`)).status).toBe(200)
  expect(await lading.end('SIGTERM')).toBe(0)
  expect(lading.stderr()).toContain('"msg":"ignored a signal","signal":"SIGHUP"')
}, 30_000)

test('a lading.env that is there and cannot be read stops the start, whatever it is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lading-unreadable-'))
  const main = join(import.meta.dir, '../../src/main/lading.ts')
  const start = () =>
    Bun.spawnSync([process.execPath, '--no-env-file', main, 'serve'], { cwd: folder, env: { PATH: '/usr/bin' } })
  await mkdir(join(folder, 'lading.env'))
  const asFolder = start()
  expect(asFolder.stderr.toString()).toBe('lading: There is "lading.env", which cannot be read: it is a folder.\n')
  await rm(join(folder, 'lading.env'), { recursive: true })
  await symlink('nowhere', join(folder, 'lading.env'))
  const asLink = start()
  expect(asLink.stderr.toString()).toBe('lading: There is "lading.env", which cannot be read: it does not exist.\n')
  expect([asFolder.exitCode, asLink.exitCode]).toEqual([2, 2])
  expect(existsSync(join(folder, 'data'))).toBe(false)
}, 30_000)

test('a start says when the root key is another one than before', async () => {
  const settings = await ownKeySettings()
  const keyFile = join(settings.LADING_DATA ?? '', 'root-credentials.json')
  const first = await startLading(settings)
  await first.end('SIGTERM')
  expect(first.stderr()).not.toContain('root key')
  await rename(keyFile, `${keyFile}.old`)
  const second = await startLading(settings)
  await second.end('SIGTERM')
  expect(second.stderr()).toContain('a new one was made')
  const preset = await startLading({ ...(await freshSettings()), LADING_DATA: settings.LADING_DATA ?? '' })
  await preset.end('SIGTERM')
  expect(preset.stderr()).toContain('the one in this file is not good')
}, 30_000)

test('a start on data that holds another registry says so', async () => {
  const settings = await freshSettings()
  await (await startLading(settings)).end('SIGTERM')
  const elsewhere = await startLading({ ...settings, LADING_REGION: 'us-east-2' })
  await elsewhere.end('SIGTERM')
  const warning =
    elsewhere
      .stderr()
      .split('\n')
      .find((line) => line.includes('made an empty registry')) ?? '{}'
  expect(JSON.parse(warning)).toMatchObject({ made: '000000000000/us-east-2', others: ['000000000000/us-east-1'] })
}, 30_000)

test('an option or a command that does not exist is refused in a few lines', () => {
  const run = (...given: string[]) =>
    Bun.spawnSync([process.execPath, '--no-env-file', join(import.meta.dir, '../../src/main/lading.ts'), ...given])
  const option = run('serve', '--port', '5')
  expect(option.stderr.toString()).toStartWith('lading: serve takes no options: settings come from the environment')
  const command = run('serv')
  expect(command.stderr.toString()).toStartWith('lading: There is no command "serv".')
  expect(command.stderr.toString().split('\n').length).toBeLessThan(10)
  expect([option.exitCode, command.exitCode]).toEqual([2, 2])
})

test('a start on blobs without a database says that the registry is empty', async () => {
  const settings = await freshSettings()
  const folder = settings.LADING_DATA ?? ''
  const first = await startLading(settings)
  expect(await first.end('SIGTERM')).toBe(0)
  expect(first.stderr()).not.toContain('the database is new')
  for (const name of ['metadata.db', 'metadata.db-wal', 'metadata.db-shm'])
    await rm(join(folder, name), { force: true })
  const second = await startLading(settings)
  expect(await second.end('SIGTERM')).toBe(0)
  expect(second.stderr()).toContain('there are blobs here already, but the database is new')
}, 30_000)
