import { expect, test } from 'bun:test'
import { resolve } from 'node:path'
import { freshHome, ROOT_KEY } from './cli-process.ts'
import { startFakeEndpoint, tokenAnswer } from './fake-endpoint.ts'

const MAIN = resolve(import.meta.dir, '../../src/main/lading.ts')
const PLAN = { id: 'p1', repositoryName: 'team/app', imageCount: 9, summary: { expire: 3 } }

/** A server whose work never ends. */
function startBusy(state: string) {
  return startFakeEndpoint(({ path }) => {
    if (path === '/') return tokenAnswer('v1.made-up')
    return Response.json({ ...PLAN, state, progress: { planned: 2, done: 1, failed: 0, undone: 0 } })
  })
}

test.each([
  [['lifecycle', 'preview', 'team/app'], 'making', 'The server goes on making the plan: lading plan show p1 shows it.'],
  [
    ['plan', 'apply', 'p1', '--yes'],
    'applying',
    'The server goes on applying: lading plan show p1 says how far it is.',
  ],
  [['undo', 'p1'], 'undoing', 'The server goes on undoing: lading plan show p1 says how far it is.'],
])(
  'Ctrl-C in %j leaves the server’s work running, and says how to go on',
  async (args, state, sentence) => {
    await using fake = startBusy(state)
    const child = Bun.spawn([process.execPath, '--no-env-file', MAIN, ...args, '--quiet'], {
      env: { PATH: process.env.PATH ?? '', HOME: await freshHome(), LADING_ENDPOINT: fake.url, ...ROOT_KEY },
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const polls = () => fake.seen.filter(({ method, path }) => method === 'GET' && path.endsWith('/plans/p1')).length
    while (polls() < 4 && child.exitCode === null) await Bun.sleep(20)
    child.kill('SIGINT')
    const [stdout, stderr, status] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ])
    expect([status, stdout, stderr]).toEqual([130, '', `lading: ${sentence}\n`])
    const changing = fake.seen.filter(({ method, path }) => method !== 'GET' && path !== '/').map(({ path }) => path)
    expect(changing.length).toBe(1)
  },
  30_000,
)
