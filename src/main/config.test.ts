import { expect, test } from 'bun:test'
import { chmod, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ConfigError, readConfig } from './config.ts'
import { renderSettings, SETTING_NAMES } from './config-table.ts'

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

test('readConfig() has a default for everything that needs one', () => {
  expect(readConfig({})).toEqual({
    listen: { hostname: '127.0.0.1', port: 5000 },
    anonymousListen: undefined,
    externalUrl: undefined,
    tls: undefined,
    dataFolder: resolve('data'),
    databaseUrl: undefined,
    accountId: '000000000000',
    region: 'us-east-1',
    trustedProxies: [],
    installationKeys: undefined,
    oidcAllowedHosts: [],
    oidcCa: undefined,
    webhookAllowedHosts: [],
    webhookCa: undefined,
    webhookTimeoutMs: 10_000,
    webhookAttempts: 35,
    logEvents: false,
    rootKey: undefined,
    createOnPush: false,
    sparseRepositories: [],
    restoreWindowMs: 7 * 86_400_000,
    blobLeaseMs: 86_400_000,
    uploadExpiryMs: 86_400_000,
    lifecycleIntervalMs: 3_600_000,
    lifecycleJitter: 0.1,
    lifecycleShare: 0.9,
    collectIntervalMs: 60_000,
    collectShare: 0.5,
    removalDelayMs: 60_000,
    scrubIntervalMs: 7 * 86_400_000,
    auditRetentionMs: 400 * 24 * 3_600_000,
    scrubBytesPerSecond: 16 * 1024 * 1024,
    transferTimeoutMs: 60_000,
    stopTimeoutMs: 30_000,
    logLevel: 'info',
  })
})

const GOOD: readonly [string, string, string, unknown][] = [
  ['LADING_LISTEN', '[::1]:5000', 'listen', { hostname: '::1', port: 5000 }],
  ['LADING_LISTEN', ':8080', 'listen', { hostname: '', port: 8080 }],
  ['LADING_LISTEN', 'localhost:0', 'listen', { hostname: 'localhost', port: 0 }],
  ['LADING_ANONYMOUS_LISTEN', '0.0.0.0:5001', 'anonymousListen', { hostname: '0.0.0.0', port: 5001 }],
  ['LADING_EXTERNAL_URL', 'https://registry.example.org/', 'externalUrl', 'https://registry.example.org'],
  ['LADING_ACCOUNT', '123456789012', 'accountId', '123456789012'],
  ['LADING_REGION', 'eu-central-1', 'region', 'eu-central-1'],
  ['LADING_INSTALLATION_KEY', 'A'.repeat(43), 'installationKeys', [Buffer.alloc(32)]],
  [
    'LADING_OIDC_ALLOWED_HOSTS',
    'issuer.internal, 127.0.0.1:8443',
    'oidcAllowedHosts',
    ['issuer.internal', '127.0.0.1:8443'],
  ],
  ['LADING_WEBHOOK_ALLOWED_HOSTS', 'hooks.internal', 'webhookAllowedHosts', ['hooks.internal']],
  ['LADING_WEBHOOK_TIMEOUT', '60s', 'webhookTimeoutMs', 60_000],
  ['LADING_WEBHOOK_ATTEMPTS', '1', 'webhookAttempts', 1],
  ['LADING_LOG_EVENTS', 'true', 'logEvents', true],
  ['LADING_CREATE_ON_PUSH', 'true', 'createOnPush', true],
  ['LADING_SPARSE_REPOSITORIES', 'mirror/*, a/b', 'sparseRepositories', ['mirror/*', 'a/b']],
  ['LADING_RESTORE_WINDOW', '0', 'restoreWindowMs', 0],
  ['LADING_BLOB_LEASE', '90s', 'blobLeaseMs', 90_000],
  ['LADING_COLLECT_INTERVAL', '24d', 'collectIntervalMs', 24 * 86_400_000],
  ['LADING_STOP_TIMEOUT', '0', 'stopTimeoutMs', 0],
  ['LADING_REMOVAL_DELAY', '300ms', 'removalDelayMs', 300],
  ['LADING_COLLECT_SHARE', '100%', 'collectShare', 1],
  ['LADING_SCRUB_RATE', '512KiB', 'scrubBytesPerSecond', 524_288],
  ['LADING_DATABASE_URL', 'postgres://me:pw@db/lading', 'databaseUrl', 'postgres://me:pw@db/lading'],
  ['LADING_LOG_LEVEL', '', 'logLevel', 'info'],
]

test.each(GOOD)('readConfig() takes %s=%s', (name, text, key, value) => {
  expect(readConfig({ [name]: text })).toMatchObject({ [key]: value })
})

const BAD: readonly [string, string][] = [
  ['LADING_LISTEN', '5000'],
  ['LADING_LISTEN', 'host:99999'],
  ['LADING_LISTEN', '::1:5000'],
  ['LADING_LISTEN', 'http://127.0.0.1:5000'],
  ['LADING_ACCOUNT', '12345'],
  ['LADING_REGION', 'US East'],
  ['LADING_ROOT_ACCESS_KEY_ID', 'short'],
  ['LADING_WEBHOOK_TIMEOUT', '61s'],
  ['LADING_WEBHOOK_ATTEMPTS', '0'],
  ['LADING_WEBHOOK_ATTEMPTS', '1.5'],
  ['LADING_WEBHOOK_ALLOWED_HOSTS', 'http://hooks.internal'],
  ['LADING_CREATE_ON_PUSH', 'yes'],
  ['LADING_RESTORE_WINDOW', '7'],
  ['LADING_RESTORE_WINDOW', '-1d'],
  ['LADING_RESTORE_WINDOW', '9999d'],
  ['LADING_TRANSFER_TIMEOUT', '0'],
  ['LADING_TRANSFER_TIMEOUT', '25d'],
  ['LADING_BLOB_LEASE', '0'],
  ['LADING_BLOB_LEASE', '999ms'],
  ['LADING_UPLOAD_EXPIRY', '0'],
  ['LADING_COLLECT_INTERVAL', '25d'],
  ['LADING_STOP_TIMEOUT', '30d'],
  ['LADING_SCRUB_RATE', '8MB'],
  ['LADING_COLLECT_SHARE', '0%'],
  ['LADING_COLLECT_SHARE', '0.5'],
  ['LADING_COLLECT_SHARE', '101%'],
  ['LADING_EXTERNAL_URL', 'https://registry.example.org/path'],
  ['LADING_EXTERNAL_URL', 'registry.example.org'],
  ['LADING_SPARSE_REPOSITORIES', 'a,,b'],
  ['LADING_LOG_LEVEL', 'verbose'],
  ['LADING_CONFIG_FILE', '/nowhere/lading.env'],
]

test.each(BAD)('readConfig() refuses %s=%s in one sentence that names both', (name, text) => {
  const sentence = problemsOf({ [name]: text }).find((problem) => problem.includes(JSON.stringify(text)))
  expect(sentence).toStartWith(name)
  expect(sentence).toEndWith('.')
})

test('readConfig() says what the shortest and the longest time would be', () => {
  expect(problemsOf({ LADING_BLOB_LEASE: '0', LADING_COLLECT_INTERVAL: '30d' })).toEqual([
    'LADING_BLOB_LEASE is "0": it must be at least 1s.',
    'LADING_COLLECT_INTERVAL is "30d": it must be at most 24d.',
  ])
})

test('readConfig() reports every problem at once', () => {
  expect(problemsOf({ LADING_ACCOUNT: 'x', LADING_REGION: '!', LADING_LISTEM: '1' })).toHaveLength(3)
})

test('readConfig() refuses a name that it does not know and guesses the one that was meant', () => {
  expect(problemsOf({ LADING_LISTN: ':1' })).toEqual(['LADING_LISTN is not a setting; did you mean LADING_LISTEN?'])
  expect(problemsOf({ LADING_COFFEE_MACHINE: 'on' })).toEqual(['LADING_COFFEE_MACHINE is not a setting.'])
})

test('readConfig() never shows a secret', () => {
  const text = problemsOf({
    LADING_ROOT_ACCESS_KEY_ID: 'AKIA0000000000000000',
    LADING_ROOT_SECRET_ACCESS_KEY: 'hush hush',
    LADING_DATABASE_URL: 'mysql://me:hush@db/x',
  }).join('\n')
  expect(text).toContain('LADING_ROOT_SECRET_ACCESS_KEY must be')
  expect(text).toContain('LADING_DATABASE_URL must be')
  expect(text).not.toContain('hush')
})

test('readConfig() wants both halves of the root key and of TLS, or neither', () => {
  expect(problemsOf({ LADING_ROOT_ACCESS_KEY_ID: 'AKIA0000000000000000' })).toEqual([
    'LADING_ROOT_ACCESS_KEY_ID is set without LADING_ROOT_SECRET_ACCESS_KEY: set both or neither.',
  ])
  expect(problemsOf({ LADING_TLS_KEY: '/tmp/key.pem' })).toEqual([
    'LADING_TLS_KEY is set without LADING_TLS_CERT: set both or neither.',
  ])
})

test('readConfig() refuses TLS files that cannot be read or are not PEM', () => {
  const problems = problemsOf({ LADING_TLS_CERT: '/nowhere/cert.pem', LADING_TLS_KEY: import.meta.path })
  expect(problems[0]).toContain('cannot be read')
  expect(problems[1]).toContain('not a PEM file')
})

test.skipIf(Bun.which('openssl') === null)(
  'readConfig() refuses a key that does not fit, files that are swapped and a key that is encrypted',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lading-config-'))
    const script =
      'for n in 1 2; do openssl req -x509 -newkey rsa:2048 -nodes -keyout k$n -out c$n -days 1 -subj /CN=a; done;' +
      'openssl pkey -in k1 -aes256 -passout pass:x -out e1'
    expect(Bun.spawnSync(['sh', '-c', script], { cwd: folder }).exitCode).toBe(0)
    const problems = (cert: string, key: string) =>
      problemsOf({ LADING_TLS_CERT: join(folder, cert), LADING_TLS_KEY: join(folder, key) })
    expect(problems('c1', 'k1')).toEqual([])
    expect(problems('c1', 'k2')).toEqual([expect.stringContaining('LADING_TLS_KEY is not the key of')])
    expect(problems('k1', 'c1')).toEqual([expect.stringContaining('swapped')])
    expect(problems('c1', 'c1')).toEqual([expect.stringContaining('LADING_TLS_KEY holds a certificate')])
    expect(problems('c1', 'e1')).toEqual([expect.stringContaining('LADING_TLS_KEY holds a key that is encrypted')])
  },
  30_000,
)

test('readConfig() says the range of a port', () => {
  expect(problemsOf({ LADING_LISTEN: '127.0.0.1:99999' })).toEqual([
    'LADING_LISTEN is "127.0.0.1:99999": it must have a port from 0 to 65535.',
  ])
})

test('readConfig() refuses a quote that stands alone in a settings file', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'lading-config-')), 'lading.env')
  await writeFile(path, 'LADING_DATA="\nLADING_REGION=us-east-1"\nLADING_ACCOUNT=\'1\n')
  expect(problemsOf({ LADING_CONFIG_FILE: path })).toEqual(
    [1, 2, 3].map((line) => `${path} line ${line}: a quote is opened or closed alone.`),
  )
})

test('readConfig() takes no comment for a part of a value', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'lading-config-')), 'lading.env')
  await writeFile(path, 'LADING_DATA=/srv/d # data\nLADING_REGION="us-east-1"\n')
  expect(problemsOf({ LADING_CONFIG_FILE: path })[0]).toStartWith(`${path} line 1: "#" begins no comment`)
  await writeFile(path, 'LADING_DATA="/srv/d # data"\n')
  expect(readConfig({ LADING_CONFIG_FILE: path }).dataFolder).toBe('/srv/d # data')
})

test('readConfig() says which file a wrong setting is in', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'lading-config-')), 'lading.env')
  await writeFile(path, 'LADING_LISTN=:1\nLADING_LOG_LEVEL=verbose\nLADING_REGION=!\n')
  expect(problemsOf({ LADING_CONFIG_FILE: path, LADING_REGION: '?' }).map((text) => text.split(' is ')[0])).toEqual([
    `LADING_LISTN (in ${path})`,
    'LADING_REGION',
    `LADING_LOG_LEVEL (in ${path})`,
  ])
})

test('readConfig() reads a settings file, and the environment wins over it', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'lading-config-')), 'settings')
  await writeFile(
    file,
    '# ours\nLADING_REGION=eu-west-1\n\n LADING_ACCOUNT = "111122223333"\r\nLADING_DATA=\'/srv/a b\'\n',
  )
  const config = readConfig({ LADING_CONFIG_FILE: file, LADING_REGION: 'eu-north-1' })
  expect(config).toMatchObject({ region: 'eu-north-1', accountId: '111122223333', dataFolder: '/srv/a b' })
})

test('readConfig() names the line of a settings file that is wrong', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'lading-config-')), 'settings')
  await writeFile(file, 'LADING_REGION eu-west-1\nexport PATH=1\nLADING_CONFIG_FILE=x\nLADING_DATA=a\nLADING_DATA=b\n')
  const problems = problemsOf({ LADING_CONFIG_FILE: file })
  expect(problems.map((problem) => /line \d/.exec(problem)?.[0])).toEqual(['line 1', 'line 2', 'line 3', 'line 5'])
  await chmod(file, 0o600)
})

test('docs/configuration.md carries the table of settings as the code has it', async () => {
  const page = await Bun.file(resolve(import.meta.dir, '../../docs/configuration.md')).text()
  expect(page).toContain(renderSettings())
  expect(SETTING_NAMES.length).toBeGreaterThan(15)
})
