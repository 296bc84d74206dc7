import { afterAll, beforeAll, expect, test } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { imageManifest } from '../support/images.ts'
import { freshHome, ROOT_KEY, runLading } from './cli-process.ts'
import { freshSettings, type LadingProcess, startLading } from './lading-process.ts'
import { pushTo } from './push-to.ts'
import { runOnTerminal } from './run-on-terminal.ts'

let server: LadingProcess
let environment: Record<string, string>
let home: string

beforeAll(async () => {
  server = await startLading(await freshSettings())
  home = await freshHome()
  environment = { HOME: home, LADING_ENDPOINT: server.addresses[0] ?? '', ...ROOT_KEY }
})
afterAll(async () => await server[Symbol.asyncDispose]())

const run = (...args: string[]) => runLading(args, { environment })

/** Keeps so many of the images whose tags begin with `v`. */
async function keep(count: number): Promise<string> {
  const path = join(home, `keep-${count}.yaml`)
  const when = `{ beyond: { count: ${count}, by: semver } }`
  const rules = `rules:\n  - { name: versions, select: { tags: v* }, when: ${when}, action: expire }\n`
  await writeFile(path, `version: lading/lifecycle/v1\n${rules}`)
  return path
}

/** A repository with v1 to v3, each an image of its own. */
async function push(repository: string): Promise<void> {
  for (const version of ['v1.0.0', 'v2.0.0', 'v3.0.0']) {
    await pushTo(server, repository, { reference: version, image: imageManifest([repository, version]) })
  }
}

test('a policy is put from YAML with its findings, got as data alone, and deleted', async () => {
  await push('team/stored')
  const dead = `version: lading/lifecycle/v1\nrules:\n${'  - { select: { tagged: false }, action: expire }\n'.repeat(2)}`
  const put = await runLading(['lifecycle', 'put', 'team/stored'], { environment, input: dead })
  expect([put.status, put.stderr]).toEqual([0, 'The policy of team/stored was put.\n'])
  expect(put.stdout).toMatch(/^POLICY +SEVERITY +RULE +CODE +WHAT\nteam\/stored +error +2 +/)
  const quiet = await run('lifecycle', 'put', 'team/stored', await keep(2), '--quiet')
  expect([quiet.status, quiet.stdout, quiet.stderr]).toEqual([0, '', ''])
  const got = await run('lifecycle', 'get', 'team/stored')
  expect(JSON.parse(got.stdout)).toMatchObject({ version: 'lading/lifecycle/v1', rules: [{ name: 'versions' }] })
  expect(got.stderr).toMatch(/^From: \S[^\n]*; not carried out yet\.\n$/)
  expect(JSON.parse((await run('lifecycle', 'get', 'team/stored', '--json')).stdout)).toMatchObject({
    format: 'lading',
  })
  const linted = await run('lifecycle', 'lint', '--repository', 'team/stored')
  expect([linted.status, linted.stdout, linted.stderr]).toEqual([0, '', 'There is nothing to say against it.\n'])
  const deleted = await run('lifecycle', 'delete', 'team/stored')
  expect([deleted.status, deleted.stdout]).toEqual([0, ''])
  const none = await run('lifecycle', 'get', 'team/stored')
  expect([none.status, none.stderr]).toEqual([
    1,
    expect.stringMatching(/^lading: Lifecycle policy does not exist [^\n]+\n$/),
  ])
}, 60_000)

test('harbor#20996: a preview is a plan, which is applied by its id after a yes, and undone', async () => {
  await push('team/plan')
  const shown = await run('lifecycle', 'preview', 'team/plan', '--policy', await keep(2))
  expect(shown.status).toBe(0)
  const id = /^plan +(\S+)$/m.exec(shown.stdout)?.[1] ?? ''
  expect(shown.stderr).toBe(`This is plan ${id}: lading plan apply ${id} carries it out.\n`)
  expect(shown.stdout).toMatch(/\nwould +expire 1\n/)
  expect(shown.stdout).toMatch(/\nACTION {2}IMAGE +TAGS +RULE +PUSHED +PULLED +BYTES +OUTCOME +BUILD +WHY\n/)
  expect(shown.stdout).toMatch(
    /\nexpire +sha256:\w{64} +v1\.0\.0 +1 +2\S+Z +never +\d+ +planned +- +rule versions: it is not/,
  )

  const unasked = await run('plan', 'apply', id)
  expect([unasked.status, unasked.stdout, unasked.stderr]).toEqual([
    2,
    '',
    'lading: Nobody is there to be asked: give --yes.\n',
  ])
  const no = await runOnTerminal(['plan', 'apply', id], { environment, input: 'n\n' })
  expect(no.status).toBe(1)
  expect(no.output).toContain('Apply it to team/plan: expire 1, of 3 images? [y/N]')
  expect(no.output).toContain('lading: Nothing was done.')
  const yes = await runOnTerminal(['plan', 'apply', id], { environment, input: 'yes\n' })
  expect([yes.status, yes.output]).toEqual([0, expect.stringMatching(/state +applied\r?\n/)])
  expect((await run('image', 'show', 'team/plan', 'v1.0.0')).status).toBe(1)

  const listed = await run('plan', 'list', 'team/plan')
  expect(listed.stdout).toMatch(new RegExp(`^PLAN [^\\n]+\\n${id} +preview +applied +`))
  const undone = await run('undo', id)
  expect([undone.status, undone.stderr]).toEqual([0, ''])
  expect(undone.stdout).toMatch(/\nstate +undone\n/)
  expect((await run('image', 'show', 'team/plan', 'v1.0.0')).status).toBe(0)
  const after = JSON.parse((await run('plan', 'show', id, '--repository', 'team/plan', '--json')).stdout)
  expect(after).toMatchObject({ state: 'undone', items: [{ outcome: 'undone', tags: ['v1.0.0'] }] })
}, 60_000)

test('apply --yes shows what it does; a plan that is outdated, or is none, is refused', async () => {
  await push('team/moved')
  const preview = ['lifecycle', 'preview', 'team/moved', '--policy', await keep(1), '--json', '--quiet']
  const plan = async () => JSON.parse((await run(...preview)).stdout)
  const first = await plan()
  expect(first.items.map((item: { tags: string[] }) => item.tags)).toEqual(
    expect.arrayContaining([['v1.0.0'], ['v2.0.0']]),
  )
  const applied = await run('plan', 'apply', first.id, '--yes')
  const told = 'Apply it to team/moved: expire 2, of 3 images\\.\nUntil 2\\S+Z lading undo \\S+ brings it back\\.\n'
  expect([applied.status, applied.stderr]).toEqual([0, expect.stringMatching(new RegExp(`^${told}$`))])
  expect(applied.stdout).toMatch(/\nstate +applied\n/)
  const again = await run('plan', 'apply', first.id, '--yes')
  expect([again.status, again.stdout, again.stderr]).toEqual([1, '', expect.stringMatching(/lading: [^\n]+\n$/)])
  const undone = await run('plan', 'undo', first.id, '--json')
  expect([undone.status, JSON.parse(undone.stdout).state]).toEqual([0, 'undone'])
  const none = await run('plan', 'show', '00000000-0000-4000-8000-000000000000')
  expect([none.status, none.stderr]).toEqual([1, expect.stringMatching(/^lading: [^\n]+\n$/)])
}, 60_000)

test('explain and diff ask the server about a policy that is not there yet', async () => {
  await push('team/what-if')
  const explained = await run('lifecycle', 'explain', 'team/what-if', 'v1.0.0', '--policy', await keep(2))
  expect([explained.status, explained.stderr]).toEqual([0, ''])
  expect(explained.stdout).toMatch(/^\S[^\n]+\n\nimage +sha256:\w{64}\noutcome +expires\nrule +versions\n/)
  const diff = ['lifecycle', 'diff', 'team/what-if', await keep(2), await keep(1)]
  const differs = await run(...diff, '--exit-code')
  expect([differs.status, differs.stderr]).toEqual([3, ''])
  expect(differs.stdout).toMatch(/\nteam\/what-if +goes +sha256:\w{64} +v2\.0\.0 +stays +expire by versions\n$/)
  await run('lifecycle', 'put', 'team/what-if', await keep(2))
  const inForce = await run('lifecycle', 'diff', 'team/what-if', await keep(2), '--exit-code', '--json')
  expect([inForce.status, JSON.parse(inForce.stdout)]).toEqual([0, { differences: [] }])
}, 60_000)

test('harbor#20989: what is locked stays, and says so; a lock says why and whose it is', async () => {
  await push('team/locked')
  const locked = await run('lock', 'team/locked', 'v1.0.0', '--reason', 'runs in prod', '--owner', 'ops@example.com')
  expect([locked.status, locked.stderr]).toEqual([0, ''])
  const line = /tag +v1\.0\.0 +runs in prod +ops@example\.com +arn:\S+ +2\S+Z\n$/
  expect(locked.stdout).toMatch(line)
  expect((await run('locks', 'team/locked')).stdout).toMatch(line)
  const shown = await run('lifecycle', 'preview', 'team/locked', '--policy', await keep(2))
  expect(shown.stdout).toMatch(/\nwould +do nothing \(refused 1\)\n/)
  const differs = await run('lifecycle', 'diff', 'team/locked', await keep(3), await keep(2))
  expect(differs.stdout).toMatch(/\nteam\/locked +refused +sha256:\w{64} +v1\.0\.0 +stays +stays: locked\n$/)
  expect((await run('unlock', 'team/locked', 'v1.0.0')).stderr).toBe('v1.0.0 is not locked any more.\n')
  expect(JSON.parse((await run('locks', 'team/locked', '--json')).stdout)).toEqual({ locks: [] })
  expect((await run('lock', 'team/locked', 'v1.0.0', '--owner', 'ops')).status).toBe(2)
}, 60_000)
