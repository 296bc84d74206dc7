import { expect, test } from 'bun:test'
import { freshHome, ROOT_KEY, runLading } from './cli-process.ts'
import { type SeenRequest, startFakeEndpoint, tokenAnswer } from './fake-endpoint.ts'

const PLAN = {
  id: 'p1',
  repositoryName: 'team/app',
  kind: 'preview',
  createdAt: '2026-11-27T00:00:00.000Z',
  imageCount: 9,
  summary: { expire: 3, archive: 0, untag: 2, refused: 1, freedBytes: 70 },
}
const DENIED = { error: { code: 'AccessDenied', message: 'You are not authorized to perform: lading:FindPlan.' } }

/** Answers of a server in states that one does not come into when it is asked to. */
function startServer(after: object, answerTo: (request: SeenRequest) => Response | undefined = () => undefined) {
  let hasBegun = false
  return startFakeEndpoint((request) => {
    if (request.path === '/') return tokenAnswer('v1.made-up')
    const own = answerTo(request)
    if (own !== undefined) return own
    hasBegun ||= request.method === 'POST'
    const before = { state: 'ready', progress: { planned: 5, done: 0, failed: 1, undone: 0 } }
    return Response.json({ ...PLAN, ...(hasBegun ? after : before) })
  })
}

async function run(url: string, ...args: string[]) {
  return await runLading(args, { environment: { HOME: await freshHome(), LADING_ENDPOINT: url, ...ROOT_KEY } })
}

test.each([
  [
    { state: 'applied', progress: { planned: 0, done: 3, failed: 3, undone: 0 } },
    'lading: 2 of its images could not be had: lading plan show p1 says why.\n',
  ],
  [
    { state: 'stopped', note: 'An image moved\u001b[2J.', progress: { planned: 5, done: 0, failed: 1, undone: 0 } },
    'lading: The plan was not applied: it is stopped (An image moved\\u{1b}[2J).\n',
  ],
])(
  'apply shows the plan and ends with 1 when not all of it was done: %j',
  async (after, sentence) => {
    await using server = startServer(after)
    const { status, stdout, stderr } = await run(server.url, 'plan', 'apply', 'p1', '--yes', '--quiet')
    expect([status, stderr]).toEqual([1, sentence])
    expect(stdout).toContain(`state       ${after.state}\n`)
  },
  30_000,
)

test('what could not be had when the plan was made is no failure of applying it', async () => {
  await using server = startServer({ state: 'applied', progress: { planned: 0, done: 5, failed: 1, undone: 0 } })
  const { status, stdout, stderr } = await run(server.url, 'plan', 'apply', 'p1', '--yes')
  expect([status, stderr]).toEqual([0, 'Apply it to team/app: expire 3, untag 2 (refused 1), of 9 images.\n'])
  expect(stdout).toContain('\nwould       expire 3, untag 2 (refused 1)\nfrees       70 bytes\n')
}, 30_000)

test.each([
  [{ undoUntil: '2026-12-04T00:00:00.000Z' }, 'Until 2026-12-04T00:00:00.000Z lading undo p1 brings it back.\n'],
  [{ undoUntil: '2026-11-27T00:00:00.000Z' }, 'It cannot be undone: the restore window here is zero.\n'],
  [{ undoUntil: '2026-12-04T00:00:00.000Z', summary: { ...PLAN.summary, expire: 0, untag: 0 } }, ''],
])(
  'apply says how long it can be undone, if there is anything to undo: %j',
  async (after, sentence) => {
    const appliedAt = '2026-11-27T00:00:00.000Z'
    await using server = startServer({ state: 'applied', appliedAt, progress: { failed: 1 }, ...after })
    const { status, stderr } = await run(server.url, 'plan', 'apply', 'p1', '--yes')
    expect([status, stderr.split('\n').slice(1).join('\n')]).toEqual([0, sentence])
  },
  30_000,
)

test('what has no items says so, and has no headings; a deletion has no counts that nobody counted', async () => {
  const deletion = { kind: 'repository-deletion', summary: { ...PLAN.summary, expire: 0, untag: 0, freedBytes: 0 } }
  await using server = startServer({}, ({ path }) => {
    if (path.includes('/items')) return Response.json({ items: [] })
    return path.includes('/plans?') ? Response.json({ plans: [] }) : Response.json({ ...PLAN, ...deletion })
  })
  const shown = await run(server.url, 'plan', 'show', 'p1')
  expect([shown.status, shown.stderr]).toEqual([0, 'It takes the repository with all that it holds.\n'])
  expect(shown.stdout).toEndWith('00Z\nwould       delete the repository\n\n')
  expect(shown.stdout).not.toContain('images')
  const listed = await run(server.url, 'plan', 'list', 'team/app')
  expect([listed.stdout, listed.stderr]).toEqual(['', 'There are no plans of team/app.\n'])
}, 30_000)

test('undoing a scheduled run says that the policy is still there', async () => {
  await using server = startServer({ kind: 'lifecycle', state: 'undone' })
  const { status, stderr } = await run(server.url, 'undo', 'p1')
  expect([status, stderr]).toEqual([
    0,
    expect.stringMatching(/^A policy that is still in force takes nothing more until /),
  ])
}, 30_000)

test('undo ends with 1 when the plan is not undone in the end', async () => {
  await using server = startServer({ state: 'applied', note: 'It is too late.' })
  const { status, stderr } = await run(server.url, 'undo', 'p1')
  expect([status, stderr]).toEqual([1, 'lading: The plan was not undone: it is applied (It is too late).\n'])
}, 30_000)

test('whoever may not look plans up by their ids names the repository', async () => {
  await using server = startServer({}, ({ path }) =>
    path === '/api/v1/plans/p1' ? Response.json(DENIED, { status: 403 }) : undefined,
  )
  const denied = await run(server.url, 'plan', 'show', 'p1')
  expect([denied.status, denied.stderr]).toEqual([
    1,
    `lading: ${DENIED.error.message} With --repository that is not needed.\n`,
  ])
  const shown = await run(server.url, 'plan', 'show', 'p1', '--repository', 'team/app', '--json')
  expect([shown.status, JSON.parse(shown.stdout).id]).toEqual([0, 'p1'])
  expect(server.seen.map(({ path }) => path).slice(-2)).toEqual([
    '/api/v1/repositories/team%2Fapp/plans/p1',
    '/api/v1/repositories/team%2Fapp/plans/p1/items?limit=1000',
  ])
}, 30_000)

test('lists of any length are printed as their pages come, as a table and as one JSON document', async () => {
  const page = (path: string) => (path.includes('after=') ? { plans: [PLAN] } : { plans: [PLAN, PLAN], next: 'a b' })
  await using server = startServer({}, ({ path }) => (path.includes('/plans?') ? Response.json(page(path)) : undefined))
  const table = await run(server.url, 'plan', 'list', 'team/app')
  expect(table.stdout.split('\n').length).toBe(5)
  const json = await run(server.url, 'plan', 'list', 'team/app', '--output', 'json')
  expect(json.stdout).toBe(`${JSON.stringify({ plans: [PLAN, PLAN, PLAN] }, null, 2)}\n`)
  expect(server.seen.at(-1)?.path).toEndWith('/plans?limit=1000&after=a%20b')
}, 30_000)
