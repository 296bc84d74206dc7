import { afterAll, beforeAll, expect, test } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { imageManifest, indexOf } from '../support/images.ts'
import { freshHome, ROOT_KEY, runLading } from './cli-process.ts'
import { freshSettings, type LadingProcess, startLading } from './lading-process.ts'
import { pushTo } from './push-to.ts'

let server: LadingProcess
let environment: Record<string, string>
let home: string

const CHILD = imageManifest(['child'])
const INDEX = indexOf([CHILD])
const KEEP_TWO = rule({ tagStatus: 'tagged', tagPatternList: ['v*'], countType: 'imageCountMoreThan', countNumber: 2 })
const KEEP_ONE = rule({ tagStatus: 'tagged', tagPatternList: ['v*'], countType: 'imageCountMoreThan', countNumber: 1 })

const KEEP_ANY = rule({ tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 })

function rule(selection: object): string {
  return JSON.stringify({ rules: [{ rulePriority: 1, selection, action: { type: 'expire' } }] })
}

type ItemJson = Readonly<Record<string, unknown>>

beforeAll(async () => {
  server = await startLading(await freshSettings())
  home = await freshHome()
  const [endpoint = ''] = server.addresses
  // What is asked is what ECR's own variable names, and not what ours does.
  environment = { HOME: home, AWS_ENDPOINT_URL_ECR: endpoint, LADING_ENDPOINT: 'http://127.0.0.1:1', ...ROOT_KEY }
  for (const version of ['v1', 'v2', 'v3']) {
    await pushTo(server, 'team/app', { reference: version, image: imageManifest([version]) })
  }
  await pushTo(server, 'team/multi', { reference: CHILD.digest, image: CHILD })
  await pushTo(server, 'team/multi', { reference: 'latest', image: INDEX })
  await writeFile(join(home, 'two.json'), KEEP_TWO)
  await writeFile(join(home, 'any.json'), KEEP_ANY)
  await writeFile(join(home, 'one.json'), KEEP_ONE)
})
afterAll(async () => await server[Symbol.asyncDispose]())

const run = (...args: string[]) => runLading(args, { environment })
const file = (name: string) => join(home, name)

test('a preview over ECR’s API is what our planner says of what it tells', async () => {
  const shown = await run('lifecycle', 'preview', 'team/app', '--policy', file('two.json'), '--ecr')
  expect([shown.status, shown.stderr]).toEqual([0, ''])
  expect(shown.stdout).toStartWith('repository  team/app\nimages      3\nwould       expire 1\n\n')
  expect(shown.stdout).toMatch(/\nACTION {2}IMAGE +TAGS {2}RULE {2}PUSHED +PULLED {2}SIZE {2}OUTCOME {2}BUILD {2}WHY\n/)
  const line = `expire  ${imageManifest(['v1']).digest}  v1    1     \\S+Z  never   \\d+ +planned  -      rule 1: it is not among the 2`
  expect(shown.stdout).toMatch(new RegExp(line))
  const json = JSON.parse(
    (await run('lifecycle', 'preview', 'team/app', '--policy', file('one.json'), '--ecr', '--json')).stdout,
  )
  expect(json.summary).toEqual({ expire: 2, archive: 0, untag: 0, refused: 0 })
  expect(json.items.map((item: { tags: string[] }) => item.tags)).toEqual(expect.arrayContaining([['v1'], ['v2']]))
}, 30_000)

test('distribution#3178: what an index holds is seen to be held, by its manifest alone', async () => {
  const asked = ['lifecycle', 'preview', 'team/multi', '--policy', file('any.json'), '--ecr', '--json']
  const { items, notes } = JSON.parse((await run(...asked)).stdout)
  expect(items).toMatchObject([
    { digest: CHILD.digest, outcome: 'refused', failure: { code: 'ImageReferencedByManifestList' } },
  ])
  expect(notes).toEqual(['Manifests read: 1. ECR counts that as pulling them; --no-manifests leaves it out.'])
  const blind = JSON.parse((await run(...asked, '--no-manifests')).stdout)
  expect(blind.items).toMatchObject([{ digest: CHILD.digest, outcome: 'planned' }])
  expect(blind.notes).toEqual(['Manifests not read: 1. What they hold, and their annotations, are not known.'])
}, 30_000)

test.each([
  ['team/app', 'two.json'],
  ['team/app', 'one.json'],
  ['team/multi', 'any.json'],
])(
  'what is planned here for %s by %s is what a server of ours plans',
  async (repository, policy) => {
    const asked = ['lifecycle', 'preview', repository, '--policy', file(policy), '--json']
    const [here, there] = [await run(...asked, '--ecr'), await run(...asked, '--endpoint', server.addresses[0] ?? '')]
    const itemsOf = ({ stdout }: { readonly stdout: string }) =>
      JSON.parse(stdout).items.map(
        ({ imageSizeBytes: _, freedBytes: __, lastPulledAt: ___, buildLinks: ____, ...item }: ItemJson) => item,
      )
    expect(itemsOf(here).length).toBeGreaterThan(0)
    expect(itemsOf(here)).toEqual(itemsOf(there))
  },
  30_000,
)

test('explain says what becomes of one image, by a tag or a digest', async () => {
  const asked = ['lifecycle', 'explain', 'team/app', 'v1', '--policy', file('two.json'), '--ecr']
  const shown = await run(...asked)
  expect([shown.status, shown.stderr]).toEqual([0, ''])
  expect(shown.stdout).toContain(`\nimage     ${imageManifest(['v1']).digest}\noutcome   expires\nrule      rule 1\n`)
  const kept = JSON.parse(
    (await run('lifecycle', 'explain', 'team/app', imageManifest(['v3']).digest, ...asked.slice(4), '--json')).stdout,
  )
  expect(kept).toMatchObject({ outcome: 'stays', rule: { priority: 1, hits: false }, position: 1, count: 2 })
  const none = await run('lifecycle', 'explain', 'team/app', 'v9', ...asked.slice(4))
  expect([none.status, none.stderr]).toEqual([1, 'lading: team/app has no image v9.\n'])
}, 30_000)

/** Kept while it is young, by version within three, and expired by age: every kind of condition that ECR tells enough for. */
const EVERY_CONDITION = {
  version: 'lading/lifecycle/v1',
  rules: [
    { select: { tags: 'v1' }, when: { newerThan: { days: 1, since: 'pushed' } }, action: 'keep' },
    { select: { tags: 'v2' }, when: { olderThan: { days: 400, since: 'pushed' } }, action: 'expire', rest: 'keep' },
    { select: { tags: 'v*' }, when: { within: { count: 3, by: 'pushed' } }, action: 'keep' },
  ],
}

test.each(['v1', 'v2', 'v3'])(
  '%s is explained here as a server of ours explains it',
  async (tag) => {
    await writeFile(file('every.json'), JSON.stringify(EVERY_CONDITION))
    const asked = ['lifecycle', 'explain', 'team/app', tag, '--policy', file('every.json'), '--json']
    const [here, there] = [await run(...asked, '--ecr'), await run(...asked, '--endpoint', server.addresses[0] ?? '')]
    expect([here.status, there.status]).toEqual([0, 0])
    // The server has read every manifest; here one is read only when the policy asks.
    const { buildLinks, ...explained } = JSON.parse(there.stdout)
    expect(buildLinks).toEqual({})
    expect(JSON.parse(here.stdout)).toEqual(explained)
  },
  30_000,
)

test('where an image was built is said when its manifest was read for the policy', async () => {
  const revision = 'b81cabf'
  const image = imageManifest(['built'], { annotations: { 'org.opencontainers.image.revision': revision } })
  await pushTo(server, 'team/built', { reference: '1042', image })
  const policy = {
    version: 'lading/lifecycle/v1',
    rules: [{ select: { annotations: { 'org.opencontainers.image.revision': '*' } }, action: 'keep' }],
  }
  await writeFile(file('built.json'), JSON.stringify(policy))
  const asked = ['lifecycle', 'explain', 'team/built', '1042', '--policy', file('built.json')]
  const [here, there] = [
    await run(...asked, '--ecr', '--json'),
    await run(...asked, '--endpoint', server.addresses[0] ?? '', '--json'),
  ]
  expect(JSON.parse(here.stdout)).toMatchObject({ outcome: 'stays', buildLinks: { revision } })
  expect(JSON.parse(here.stdout)).toEqual(JSON.parse(there.stdout))
  expect((await run(...asked, '--ecr')).stdout).toContain(`\nrevision  ${revision}\n`)
}, 30_000)

test('diff ends with 3 under --exit-code when there is a difference, and over all repositories with --all', async () => {
  const asked = ['lifecycle', 'diff', 'team/app', file('two.json'), file('one.json'), '--ecr']
  const shown = await run(...asked, '--exit-code')
  expect([shown.status, shown.stderr]).toEqual([3, ''])
  expect(shown.stdout).toMatch(/^REPOSITORY +CHANGE +IMAGE +TAGS +BEFORE +AFTER\n.*\n$/)
  expect(shown.stdout).toMatch(/\nteam\/app +goes +sha256:\w{64} +v2 +stays +expire by rule 1\n$/)
  expect((await run(...asked)).status).toBe(0)
  const same = await run('lifecycle', 'diff', 'team/app', file('one.json'), file('one.json'), '--ecr', '--exit-code')
  expect([same.status, same.stdout, same.stderr]).toEqual([0, '', 'The new policy does nothing differently.\n'])
  const all = await run('lifecycle', 'diff', '--all', file('two.json'), '--ecr', '--json')
  expect([all.status, JSON.parse(all.stdout).differences]).toMatchObject([
    0,
    [{ repositoryName: 'team/app', change: 'goes', tags: ['v1'], after: { action: 'expire', rule: 'rule 1' } }],
  ])
}, 30_000)

test('what ECR does not tell is refused for policies that ask for it', async () => {
  const policy = {
    version: 'lading/lifecycle/v1',
    rules: [{ name: 'old', select: {}, action: 'expire', when: { olderThan: { days: 1, since: 'tagged' } } }],
  }
  await writeFile(file('tagged.json'), JSON.stringify(policy))
  const refused = await run('lifecycle', 'preview', 'team/app', '--policy', file('tagged.json'), '--ecr')
  expect([refused.status, refused.stdout]).toEqual([1, ''])
  expect(refused.stderr).toBe(
    'lading: old counts by tagged, and Amazon ECR does not say when a tag was set or taken off. There it can count by pushed or pulled.\n',
  )
}, 30_000)

test('a repository that is not there, and one without a policy, are said in one sentence', async () => {
  const none = await run('lifecycle', 'preview', 'team/none', '--policy', file('two.json'), '--ecr')
  expect([none.status, none.stdout]).toEqual([1, ''])
  expect(none.stderr).toMatch(
    /^lading: http:\S+ refuses: The repository with name 'team\/none' does not exist [^\n]+\n$/,
  )
  const bare = await run('lifecycle', 'explain', 'team/app', 'v1', '--ecr')
  expect([bare.status, bare.stderr]).toEqual([1, 'lading: team/app has no lifecycle policy: give one with --policy.\n'])
  const unlinted = await run('lifecycle', 'lint', '--repository', 'team/app', '--ecr')
  expect([unlinted.status, unlinted.stderr]).toEqual([1, 'lading: team/app has no lifecycle policy.\n'])
}, 30_000)
