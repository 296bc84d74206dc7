import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freshHome, ROOT_KEY, runLading } from './cli-process.ts'
import { freshSettings, type LadingProcess, startLading } from './lading-process.ts'
import { runOnTerminal } from './run-on-terminal.ts'

let server: LadingProcess
let environment: Record<string, string>
let home: string

beforeAll(async () => {
  server = await startLading({ ...(await freshSettings()), LADING_REGION: 'eu-test-7' })
  home = await freshHome()
  environment = { HOME: home, LADING_ENDPOINT: server.addresses[0] ?? '', ...ROOT_KEY }
})
afterAll(async () => await server[Symbol.asyncDispose]())

const run = (...args: string[]) => runLading(args, { environment })
const apply = (input: string, ...args: string[]) => runLading(['apply', '-f', '-', ...args], { environment, input })

const document = (kind: string, name: string, spec: object) =>
  `---\n${JSON.stringify({ apiVersion: 'lading/v1', kind, metadata: { name }, spec })}\n`

const LIFECYCLE = (count: number) => ({
  version: 'lading/lifecycle/v1',
  rules: [{ select: { tags: 'v*' }, when: { beyond: { count, by: 'semver' } }, action: 'expire' }],
})
const EVERYTHING = [
  document('Repository', 'team-blue/api', {
    settings: { tagMutability: { mode: 'IMMUTABLE' }, lifecyclePolicy: LIFECYCLE(5), scanOnPush: true },
    tags: { team: 'blue', '..': '' },
  }),
  document('Namespace', 'team-blue/', {
    settings: {
      quota: { images: 9 },
      tagRules: { forbid: [{ pattern: 'latest' }] },
      repositoryPolicy: {
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'ecr:ListImages' },
      },
    },
    locked: ['tagRules'],
  }),
  document('Registry', 'own', {
    settings: { deletionProtection: true },
    policy: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: ['111122223333'] }, Action: ['ecr:BatchGetImage'], Resource: '*' },
      ],
    },
    accountSettings: { BLOB_MOUNTING: 'DISABLED' },
  }),
  document('Account', '111122223333', { name: 'Team Blue', state: 'disabled' }),
  document('OidcProvider', 'ci', { issuer: 'https://issuer.example.com', clientIds: ['b', 'a'] }),
  document('Webhook', 'ops', { url: 'https://hooks.example.com/', pattern: { source: ['lading'] } }),
  document('CreationTemplate', 'team-red', {
    appliedFor: ['CREATE_ON_PUSH'],
    tagMutability: { mode: 'IMMUTABLE_WITH_EXCLUSION', exclusionFilters: ['dev-*'] },
    lifecyclePolicy: LIFECYCLE(3),
    tags: { team: 'red' },
  }),
].join('')

test('everything is shown, made in an order that works, and found as it should be the second time', async () => {
  const dry = await apply(EVERYTHING, '--dry-run')
  expect([dry.status, dry.stderr]).toEqual([3, '5 to make, 2 to change, 0 as declared.\n'])
  expect(dry.stdout).toContain('+ Repository team-blue/api\n')
  expect(dry.stdout).toContain('  + settings.quota: {"images":9}\n')
  expect((await run('repository', 'list', '--json')).stdout).toContain('"repositories": []')
  const asked = await apply(EVERYTHING)
  expect([asked.status, asked.stderr]).toEqual([2, expect.stringContaining('Nobody is there to be asked: give --yes')])
  const first = await apply(EVERYTHING, '--yes')
  expect([first.status, first.stderr]).toEqual([0, expect.stringContaining('Done: 7.\n')])
  expect(first.stderr).toContain('Not shown here: the root key of account 111122223333, webhook ops;')
  expect(first.stdout + first.stderr).not.toMatch(/whsec_|secretAccessKey/)
  const second = await apply(EVERYTHING, '--prune', '--yes')
  expect([second.status, second.stderr]).toEqual([0, 'Nothing to do: 7 as declared.\n'])
}, 30_000)

test('drift is shown with old and new values, and mended; what the file does not have is left and named, or pruned', async () => {
  const drift = [
    ['settings', 'set', 'quota', '{"images":7}', '--namespace', 'team-blue/'],
    ['settings', 'set', 'restoreWindow', '{"days":3}', '--namespace', 'team-blue/'],
    ['settings', 'unlock', 'tagRules', '--namespace', 'team-blue/'],
    ['webhook', 'put', 'ops', '--url', 'https://elsewhere.example.com/', '--format', 'eventbridge'],
  ]
  for (const args of drift) expect((await run(...args)).status).toBe(0)
  const mended = await apply(EVERYTHING, '--yes')
  expect([mended.status, mended.stdout]).toEqual([0, expect.stringContaining('  ~ settings.quota.images: 7 → 9\n')])
  expect(mended.stdout).toContain('  ~ locked.tagRules: false → true\n')
  expect(mended.stdout).toContain('  ~ url: "https://elsewhere.example.com/" → "https://hooks.example.com/"\n')
  expect(mended.stdout).toContain('    format: not in the file, left as it is\n')
  expect(mended.stdout).toContain('    settings.restoreWindow: not in the file, left as it is\n')
  const kept = await run('settings', 'show', '--namespace', 'team-blue/')
  expect(kept.stdout).toContain('restoreWindow')
  const pruned = await apply(EVERYTHING, '--prune', '--yes')
  expect(pruned.stdout).toContain('  - settings.restoreWindow: {"days":3}\n')
  expect(pruned.stdout).toContain('  - format: "eventbridge"\n')
  expect((await apply(EVERYTHING, '--dry-run', '--prune')).status).toBe(0)
}, 30_000)

test('what the file does not say goes from a template and from tags only by --prune', async () => {
  const less = [
    document('CreationTemplate', 'team-red', { appliedFor: ['CREATE_ON_PUSH'] }),
    document('Repository', 'team-blue/api', { tags: { team: 'blue' } }),
  ].join('')
  const dry = await apply(less, '--dry-run')
  expect([dry.status, dry.stdout]).toEqual([
    0,
    expect.stringContaining('    tags...: not in the file, left as it is\n'),
  ])
  const pruned = await apply(less, '--prune', '--yes')
  expect([pruned.status, pruned.stdout]).toEqual([0, expect.stringContaining('  - tags.team: "red"\n')])
  expect((await apply(less, '--prune', '--dry-run')).status).toBe(0)
  expect((await apply(EVERYTHING, '--yes')).status).toBe(0)
}, 30_000)

test('the first refusal stops it, and says what was done and what was not', async () => {
  const files = join(home, 'refused')
  await mkdir(files)
  const webhook = document('Webhook', 'second', { url: 'https://hooks.example.com/second' })
  await writeFile(join(files, 'a.yaml'), webhook)
  const weaker = document('Namespace', 'team-blue/web/', { settings: { tagRules: {}, deletionProtection: true } })
  await writeFile(
    join(files, 'b.yml'),
    `# weaker\n${document('Registry', 'own', { settings: { deletionProtection: true }, locked: ['deletionProtection'] })}${weaker.replace('true', 'false')}`,
  )
  await writeFile(join(files, 'c.txt'), 'not looked at')
  await writeFile(join(files, 'd.yaml'), document('Repository', 'team-blue/new', {}))
  const { status, stderr } = await run('apply', '-f', files, '--yes')
  expect(status).toBe(1)
  expect(stderr).toContain('Done: Webhook second, Registry own. Not done: Repository team-blue/new.\n')
  expect(stderr).toMatch(
    /b\.yml:\d+ \(document 2\): Namespace team-blue\/web\/: The setting deletionProtection is locked by the registry\./,
  )
}, 30_000)

test('the registry of another account is refused, before anything is done', async () => {
  const { status, stderr } = await apply(document('Registry', '111122223333', {}), '--yes')
  expect([status, stderr]).toEqual([
    1,
    'lading: standard input:2: this is the registry of account 111122223333, and you ask as account 000000000000.\n',
  ])
}, 30_000)

test('on a terminal it asks, in colours, and shows the secret of a webhook once', async () => {
  const file = join(home, 'ask.yaml')
  await writeFile(file, document('Webhook', 'asked', { url: 'https://hooks.example.com/asked' }))
  const no = await runOnTerminal(['apply', '-f', file], { environment, input: 'n\n' })
  expect([no.status, no.output]).toEqual([1, expect.stringContaining('Nothing was done.')])
  expect(no.output).toContain('\u001b[32m+ Webhook asked\u001b[0m')
  const yes = await runOnTerminal(['apply', '-f', file], { environment, input: 'y\n' })
  expect([yes.status, yes.output]).toEqual([0, expect.stringMatching(/webhook asked, shown this once: secret whsec_/)])
}, 30_000)

test('as JSON, it says of each thing what became of it', async () => {
  const { status, stdout } = await apply(
    document('Repository', 'team-red/app', { tags: { a: 'b' } }),
    '--yes',
    '--json',
  )
  expect([status, JSON.parse(stdout)]).toEqual([
    0,
    {
      things: [
        {
          kind: 'Repository',
          name: 'team-red/app',
          effect: 'make',
          changes: [{ part: 'tags.a', becomes: 'b' }],
          left: [],
          state: 'done',
        },
      ],
    },
  ])
}, 30_000)

test('a repository is made, shown, listed and deleted, with the plan that brings it back', async () => {
  expect((await run('repository', 'create', 'alone', '--tag', 'team=green')).stderr).toBe(
    'Repository alone was made.\n',
  )
  expect((await run('repository', 'show', 'alone')).stdout).toMatch(/team +green/)
  expect((await run('repository', 'list')).stdout).toContain('\nalone')
  // The registry protects what is in it by now.
  expect((await run('repository', 'delete', 'alone')).stderr).toContain('deletion protection is set by the registry')
  expect((await run('settings', 'unset', 'deletionProtection')).status).toBe(0)
  const deleted = await run('repository', 'delete', 'alone')
  const [, plan = ''] = /lading undo (\S+) --repository alone brings it back\.\n$/.exec(deleted.stderr) ?? []
  expect((await run('repository', 'show', 'alone')).status).toBe(1)
  expect((await run('undo', plan, '--repository', 'alone')).status).toBe(0)
  expect((await run('repository', 'show', 'alone')).status).toBe(0)
}, 30_000)

test.each([
  [
    'apiVersion: lading/v1\nkind: Repository\nmetadata: {name: a/b}\nspec:\n  settings:\n    quota:\n      bytes: lots\n',
    'standard input:7: spec.settings.quota.bytes: expected an integer of at least 0, got "lots".',
  ],
  ['kind: Role\napiVersion: lading/v1\n', 'standard input:1: kind: expected one of Account,'],
  ['a: 1\na: 2\n', 'standard input:2: the key "a" is there twice.'],
  ['a: [', 'standard input:1: '],
  ['a: !!thing 1', 'standard input:1: Unresolved tag: tag:yaml.org,2002:thing.'],
  [
    `${document('Repository', 'a/b', {})}${document('Repository', 'a/b', {})}`,
    'standard input:4 (document 2): Repository a/b is declared already, at standard input:2 (document 1).',
  ],
  [
    document('Repository', 'a/b', { settings: { lifecyclePolicy: { rules: [] } } }),
    'standard input:2: spec.settings.lifecyclePolicy: ',
  ],
  ['# nothing\n', 'There is nothing in the files.'],
])('%j is refused with where it is and what is expected', async (input, sentence) => {
  const { status, stdout, stderr } = await apply(input, '--yes')
  expect([status, stdout, stderr]).toEqual([1, '', expect.stringContaining(`lading: ${sentence}`)])
})
