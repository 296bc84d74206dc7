import { afterAll, beforeAll, expect, test } from 'bun:test'
import { imageManifest } from '../support/images.ts'
import { freshHome, ROOT_KEY, runLading } from './cli-process.ts'
import { freshSettings, type LadingProcess, startLading } from './lading-process.ts'
import { pushTo } from './push-to.ts'

let server: LadingProcess
let environment: Record<string, string>

beforeAll(async () => {
  server = await startLading(await freshSettings())
  environment = { HOME: await freshHome(), LADING_ENDPOINT: server.addresses[0] ?? '', ...ROOT_KEY }
  for (const tag of ['build-7', 'latest']) await pushTo(server, 'team/app', { reference: tag, image: LINKED })
  for (const tag of ['1.4.2', 'build-8', 'Latest'])
    await pushTo(server, 'team/app', { reference: tag, image: imageManifest(['layer']) })
})
afterAll(async () => await server[Symbol.asyncDispose]())

const LINKED = imageManifest(['layer'], {
  annotations: {
    'org.opencontainers.image.url': 'https://ci.example.com/builds/7',
    'org.opencontainers.image.revision': '1a2b3c4\u001b[31m',
  },
})

const run = (...args: string[]) => runLading(args, { environment })

test('image show says what an image is, its tags and where it comes from, and moves no cursor', async () => {
  const shown = await run('image', 'show', 'team/app', 'latest')
  expect([shown.status, shown.stderr]).toEqual([0, ''])
  expect(shown.stdout).toStartWith(`repository     team/app\ndigest         ${LINKED.digest}\n`)
  expect(shown.stdout).toContain('\nbuild          https://ci.example.com/builds/7\n')
  expect(shown.stdout).toContain('\nrevision       1a2b3c4\\u{1b}[31m\n')
  expect(shown.stdout).toContain('\nlast pulled    never\n')
  expect(shown.stdout).toMatch(/\n\nTAG {6}KIND {6}SINCE\nbuild-7 {2}build-id {2}2\S+Z\nlatest {3}stable {4}2\S+Z\n$/)
  const json = JSON.parse((await run('image', 'show', 'team/app', LINKED.digest, '--json')).stdout)
  expect(json.buildLinks.address).toBe('https://ci.example.com/builds/7')
  const none = await run('image', 'show', 'team/app', 'none')
  expect([none.status, none.stderr]).toEqual([1, 'lading: Requested image not found: none\n'])
}, 30_000)

test('tags report says which kinds there are, and what is odd', async () => {
  const report = await run('tags', 'report', 'team/app')
  expect([report.status, report.stderr]).toEqual([0, ''])
  expect(report.stdout).toBe(`5 tags in team/app.

KIND      TAGS  MOVED  EXAMPLES
build-id  2     0      build-7 build-8
stable    2     0      Latest latest
semver    1     0      1.4.2

Mixed: semver, build-id each say which build an image is.
Different in case alone: Latest latest.
1 of 2 build ids do not say where they come from, such as build-8.
`)
  expect(JSON.parse((await run('tags', 'report', 'team/app', '--json')).stdout).tags).toBe(5)
}, 30_000)
