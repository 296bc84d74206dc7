import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { settingsBody } from '../../src/api/manage/put-settings.ts'
import { freshHome, ROOT_KEY, runLading } from './cli-process.ts'
import { freshSettings, type LadingProcess, startLading } from './lading-process.ts'

const PAGE = resolve(import.meta.dir, '../../docs/namespaces.md')
const POLICY = {
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 7 },
      action: { type: 'expire' },
    },
  ],
}

let server: LadingProcess
let environment: Record<string, string>
let folder: string

beforeAll(async () => {
  server = await startLading({ ...(await freshSettings()), LADING_REGION: 'eu-test-7' })
  environment = { HOME: await freshHome(), LADING_ENDPOINT: server.addresses[0] ?? '', ...ROOT_KEY }
  folder = await mkdtemp(join(tmpdir(), 'lading-settings-'))
  await writeFile(join(folder, 'policy.json'), JSON.stringify(POLICY))
})
afterAll(async () => await server[Symbol.asyncDispose]())

const run = (...args: string[]) => runLading(args, { environment })

/** What stands between fences of one kind. */
async function blocks(kind: string): Promise<string[]> {
  const text = await Bun.file(PAGE).text()
  return [...text.matchAll(new RegExp(`^\`\`\`${kind}\n([^]*?)^\`\`\`$`, 'gm'))].map((match) => match[1] ?? '')
}

/** As a shell would: words, and what is in single quotes. */
function wordsOf(line: string): string[] {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '')
  return words.map((word) => (word.startsWith('@') ? `@${join(folder, word.slice(1))}` : word))
}

async function createRepository(name: string): Promise<void> {
  const { status, stdout } = await run('token')
  expect(status).toBe(0)
  const headers = { authorization: `Basic ${btoa(`AWS:${stdout.trim()}`)}` }
  // The server makes it at the first push.
  const pushed = await fetch(`${environment.LADING_ENDPOINT}/v2/${name}/blobs/uploads/`, { method: 'POST', headers })
  expect(pushed.status).toBe(202)
}

test('every command in docs/namespaces.md works, in their order', async () => {
  await createRepository('team-blue/api')
  const lines = (await blocks('sh')).flatMap((block) => block.trim().split('\n'))
  expect(lines.length).toBeGreaterThan(10)
  const shown = new Map<string, string>()
  for (const line of lines) {
    const [program, ...args] = wordsOf(line)
    expect(program).toBe('lading')
    const { status, stderr, stdout } = await run(...args)
    expect([line, status, stderr]).toEqual([line, 0, expect.not.stringContaining('lading: ')])
    shown.set(line, stdout)
  }
  const table = shown.get('lading settings show --repository team-blue/api') ?? ''
  expect(table).toMatch(/^lifecyclePolicy +\{"rules".* yes +registry$/m)
  expect(table).toMatch(/^deletionProtection +true +no +repository team-blue\/api$/m)
  expect(table).toMatch(/^quota +\{"bytes":50000000000,"images":2000\} +no +namespace team-blue\/$/m)
  expect(shown.get('lading settings show --repository team-blue/api --own')).not.toContain('namespace')
  expect(shown.get('lading settings usage --namespace team-blue/')).toMatch(/^images +0 +2000$/m)
  expect(shown.get('lading namespace list')).toMatch(/^team-blue\/ +quota, tagMutability$/m)
}, 60_000)

test('every body in docs/namespaces.md is one that the API takes', async () => {
  const bodies = await blocks('json')
  expect(bodies.length).toBeGreaterThan(0)
  for (const body of bodies) expect(settingsBody.safeParse(JSON.parse(body)).error).toBeUndefined()
})

test('what cannot be set is refused with status 2 where the command is wrong, and 1 where the server says no', async () => {
  for (const [args, status, sentence] of [
    [['settings', 'set', 'colour', '1'], 2, 'There is no setting colour: expected one of lifecyclePolicy,'],
    [['settings', 'set', 'quota', 'many'], 2, 'The value of quota is no JSON'],
    [['settings', 'show', '--namespace', 'a/', '--repository', 'a/b'], 2, 'Give one of'],
    [['settings', 'unset', 'quota'], 1, 'The setting quota is not set by the registry.'],
    [['settings', 'lock', 'quota'], 1, 'The setting quota is not set here.'],
    [['settings', 'set', 'quota', '{"images":1}', '--namespace', 'a'], 1, 'invalid namespace'],
  ] as const) {
    const answer = await run(...args)
    expect([args, answer.status, answer.stderr]).toEqual([args, status, expect.stringContaining(sentence)])
  }
})
