import { afterAll, beforeAll, expect, test } from 'bun:test'
import { imageManifest } from '../support/images.ts'
import { freshHome, ROOT_KEY, runLading } from './cli-process.ts'
import { AUTHORIZATION, freshSettings, type LadingProcess, startLading } from './lading-process.ts'

let server: LadingProcess
let environment: Record<string, string>

beforeAll(async () => {
  server = await startLading(await freshSettings())
  environment = { HOME: await freshHome(), LADING_ENDPOINT: server.addresses[0] ?? '', ...ROOT_KEY }
  await push('team/app', 'v1', ONE)
  await push('team/other', 'v1', imageManifest([LAYER, 'two']))
})
afterAll(async () => await server[Symbol.asyncDispose]())

const LAYER = 'layer '.repeat(1024)
const ONE = imageManifest([LAYER, 'one'])

async function push(repository: string, tag: string, image: ReturnType<typeof imageManifest>): Promise<void> {
  const base = `${server.addresses[0]}/v2/${repository}`
  const headers = { authorization: AUTHORIZATION }
  for (const blob of image.blobs) {
    const digest = `sha256:${new Bun.CryptoHasher('sha256').update(blob).digest('hex')}`
    await fetch(`${base}/blobs/uploads/?digest=${digest}`, { method: 'POST', headers, body: blob })
  }
  const typed = { ...headers, 'content-type': 'application/vnd.oci.image.manifest.v1+json' }
  const put = await fetch(`${base}/manifests/${tag}`, { method: 'PUT', headers: typed, body: image.text })
  expect([tag, put.status]).toEqual([tag, 201])
}

const run = (...args: string[]) => runLading(args, { environment })

test('costs says what a repository holds alone and shares, and lists those of a namespace', async () => {
  const app = await run('costs', 'team/app')
  expect([app.status, app.stderr]).toEqual([0, ''])
  expect(app.stdout).toMatch(/^of {8}team\/app\nimages {4}1, and 0 that can be brought back\n/)
  expect(app.stdout).toMatch(/\n {2}shared {2}6\.0 KiB, 0 bytes of it by deleted images only\n/)
  const team = await run('costs', 'team/')
  expect(team.stdout).toMatch(/\n\nREPOSITORY {2}IMAGES .*\nteam\/(?:app|other) +1 .*\nteam\/(?:app|other) +1 .*\n$/)
  const account = JSON.parse((await run('costs', '--json')).stdout)
  const installation = JSON.parse((await run('costs', '--installation', '--json')).stdout)
  expect([account.repositories, installation.parts.attributedBytes]).toEqual([2, account.heldBytes])
}, 30_000)

test('costs --delete says what would come free, when, and what holds the rest; it deletes nothing', async () => {
  const freed = await run('costs', 'team/app', '--delete', 'v1')
  expect([freed.status, freed.stderr]).toEqual([0, ''])
  expect(freed.stdout).toMatch(/^images {6}1\nfree now {4}0 bytes\nfree later {2}\d+\.\d KiB, all of it at 2\S+Z\n/)
  expect(freed.stdout).toMatch(/\nsha256:\S+ {2}6\.0 KiB .* the repository team\/other +-\n/)
  expect((await run('costs', 'team/app', '--delete-repository', '--json')).status).toBe(0)
  expect((await run('image', 'show', 'team/app', 'v1')).status).toBe(0)
}, 30_000)

test.each([
  [['costs', '--delete', 'v1'], 2, 'What is deleted is in a repository: name one.'],
  [['costs', 'team/app', '--installation'], 2, 'The installation has everything: name no scope.'],
  [['costs', 'team/app', '--delete', 'v1', '--plan', 'x'], 2, "option '--plan <id>' cannot be used with"],
  [['costs', 'team/none'], 1, "The repository with name 'team/none' does not exist"],
] as const)(
  '%j ends with %i',
  async (args, status, problem) => {
    const { status: actual, stderr } = await run(...args)
    expect([actual, stderr]).toEqual([status, expect.stringContaining(problem)])
  },
  30_000,
)
