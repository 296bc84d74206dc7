import { afterAll, beforeAll, expect, test } from 'bun:test'
import { imageManifest } from '../support/images.ts'
import { freshHome, ROOT_KEY, runLading } from './cli-process.ts'
import { freshSettings, type LadingProcess, startLading } from './lading-process.ts'
import { pushTo } from './push-to.ts'

let server: LadingProcess
let environment: Record<string, string>
let between: string
let before: string

const FIRST = imageManifest(['first'])
const SECOND = imageManifest(['second'])

beforeAll(async () => {
  server = await startLading(await freshSettings())
  environment = { HOME: await freshHome(), LADING_ENDPOINT: server.addresses[0] ?? '', ...ROOT_KEY }
  before = new Date().toISOString()
  await Bun.sleep(20)
  await pushTo(server, 'team/app', { reference: 'prod', image: FIRST })
  await pushTo(server, 'team/app', { reference: 'old', image: FIRST })
  await Bun.sleep(20)
  between = new Date().toISOString()
  await Bun.sleep(20)
  await pushTo(server, 'team/app', { reference: 'prod', image: SECOND })
})
afterAll(async () => await server[Symbol.asyncDispose]())

const run = (...args: string[]) => runLading(args, { environment })

test('a tag is shown as it is and as it was, with its history, the newest first', async () => {
  const now = await run('tag', 'show', 'team/app', 'prod')
  expect([now.status, now.stderr]).toEqual([0, ''])
  expect(now.stdout).toMatch(new RegExp(`^TAG +IMAGE +SET +FROM +UNTIL\nprod +${SECOND.digest} +2\\S+Z +2\\S+Z +-\n$`))
  const then = JSON.parse((await run('tag', 'show', 'team/app', `prod@${between}`, '--json')).stdout)
  expect(then).toMatchObject({ tag: 'prod', digest: FIRST.digest })
  const never = await run('tag', 'show', 'team/app', 'prod@2026-01-01T00:00Z')
  expect([never.status, never.stdout]).toEqual([1, ''])
  const history = await run('tag', 'history', 'team/app', 'prod')
  expect(history.stdout).toMatch(
    new RegExp(
      `^FROM +UNTIL +IMAGE [^\n]+\n2\\S+Z +- +${SECOND.digest} [^\n]+\n2\\S+Z +2\\S+Z +${FIRST.digest} [^\n]+\n$`,
    ),
  )
}, 30_000)

test('all tags at an instant, and what changed between two, in a repository or a namespace', async () => {
  const listed = JSON.parse((await run('tag', 'list', 'team/app', '--at', between, '--json')).stdout)
  expect(listed.tags.map(({ tag, digest }: Record<string, string>) => [tag, digest])).toEqual([
    ['old', FIRST.digest],
    ['prod', FIRST.digest],
  ])
  for (const scope of ['team/app', 'team/']) {
    const changed = await run('changes', scope, '--from', between)
    expect([scope, changed.status, changed.stderr]).toEqual([scope, 0, ''])
    expect(changed.stdout).toMatch(
      new RegExp(
        `^REPOSITORY +TAG +BEFORE +AFTER +BUILD BEFORE +BUILD AFTER\nteam/app +prod +${FIRST.digest} +${SECOND.digest} +- +-\n$`,
      ),
    )
  }
  const whole = JSON.parse((await run('changes', 'team/', '--from', before, '--to', between, '--json')).stdout)
  expect(whole).toEqual({
    from: before,
    to: between,
    changes: ['old', 'prod'].map((tag) => ({ repositoryName: 'team/app', tag, after: FIRST.digest })),
  })
}, 30_000)

test('a tag is rolled back to what it was then, and says what it was', async () => {
  const rolled = await run('tag', 'rollback', 'team/app', `prod@${between}`)
  expect([rolled.status, rolled.stderr]).toEqual([0, ''])
  expect(rolled.stdout).toMatch(new RegExp(`\nprod +${SECOND.digest} +${FIRST.digest} +${between}\n$`))
  expect(JSON.parse((await run('tag', 'show', 'team/app', 'prod', '--json')).stdout).digest).toBe(FIRST.digest)
}, 30_000)

test.each([
  [['tag', 'rollback', 'team/app', 'prod'], 'Say until when, such as prod@2026-08-01T00:00Z.'],
  [['tag', 'show', 'team/app', 'prod@yesterday'], 'The time "yesterday" must be like 2026-08-01 or 2026-08-01T00:00Z.'],
  [['changes', 'team/app', '--from', '1'], 'The time "1" must be like 2026-08-01 or 2026-08-01T00:00Z.'],
  [['changes', 'team/app'], "required option '--from <time>' not specified"],
])(
  '%j is asked wrongly',
  async (args, sentence) => {
    expect(await run(...args)).toEqual({ status: 2, stdout: '', stderr: `lading: ${sentence}\n` })
  },
  30_000,
)
