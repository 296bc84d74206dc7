import { afterAll, beforeAll, expect, test } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { digestOf } from '../../src/core/content-digest.ts'
import { bytesOf, imageManifest, OCI_MANIFEST } from '../support/images.ts'
import { type CliOutcome, freshHome, ROOT_KEY, runLading } from './cli-process.ts'
import { AUTHORIZATION, freshSettings, type LadingProcess, startLading } from './lading-process.ts'

let home: string
let settings: Record<string, string>
let server: LadingProcess
/** An export, and the key that was shown with it. */
let exported: string
let publicKey: string

beforeAll(async () => {
  home = await freshHome()
  settings = await freshSettings()
  server = await startLading(settings)
  for (let number = 0; number < 20; number++) await push(server, `team/app-${number % 4}`, `layer ${number}`)
  // A stop signs for what there is.
  expect(await server.end('SIGTERM')).toBe(0)
  server = await startLading(settings)
  const key = await run('audit', 'public-key')
  expect([key.status, key.stderr]).toEqual([0, ''])
  publicKey = key.stdout.trim()
  exported = await exportTrail()
}, 60_000)
afterAll(async () => await server[Symbol.asyncDispose]())

const environmentOf = ({ addresses }: LadingProcess) => ({
  HOME: home,
  LADING_ENDPOINT: addresses[0] ?? '',
  ...ROOT_KEY,
})
const run = (...args: string[]) => runLading(args, { environment: environmentOf(server) })

async function exportTrail(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await run('audit', 'export', ...args)
  expect([status, stderr]).toEqual([0, ''])
  return stdout
}

/** With neither server nor credential. */
async function verify(text: string | Uint8Array, ...args: string[]): Promise<CliOutcome> {
  const file = join(home, 'trail.jsonl')
  await writeFile(file, text)
  return await runLading(['audit', 'verify', file, '--public-key', publicKey, ...args], { environment: { HOME: home } })
}

async function push({ addresses }: LadingProcess, repository: string, layer: string): Promise<void> {
  const image = imageManifest([layer])
  const headers = { authorization: AUTHORIZATION }
  const base = `${addresses[0]}/v2/${repository}`
  for (const blob of image.blobs) {
    const url = `${base}/blobs/uploads/?digest=${digestOf(bytesOf(blob))}`
    await (await fetch(url, { method: 'POST', headers, body: blob })).text()
  }
  const more = { ...headers, 'content-type': OCI_MANIFEST }
  const put = await fetch(`${base}/manifests/${image.digest}`, { method: 'PUT', headers: more, body: image.text })
  expect([put.status, await put.text()]).toEqual([201, ''])
}

test('an export of a server verifies with nothing but the public key', async () => {
  expect(publicKey).toMatch(/^ed25519:[\w-]{43}$/)
  const { status, stdout, stderr } = await verify(exported)
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^The trail of account 000000000000: \d+ records, 1 to \d+, as they were written\. .*\n/)
  expect(stdout).toMatch(/\nSigned last at 2\d{3}-\S+Z by installation \S+\.\n$/)
  const pem = join(home, 'key.pem')
  await writeFile(pem, (await run('audit', 'public-key', '--pem')).stdout)
  const byFile = await runLading(['audit', 'verify', join(home, 'trail.jsonl'), '--public-key', pem, '--json'])
  expect([byFile.status, JSON.parse(byFile.stdout).ok]).toEqual([0, true])
  const checkpoint = exported.split('\n').find((line) => line.startsWith('{"checkpoint"')) ?? ''
  const kept = join(home, 'kept.jsonl')
  await writeFile(kept, `${checkpoint}\n`)
  expect((await verify(exported, '--kept', kept)).status).toBe(0)
}, 30_000)

test('one flipped bit anywhere is found, and the first bad record is named', async () => {
  const lines = exported.split('\n')
  const at = lines.findIndex((line) => line.endsWith('"sequence":17}'))
  expect(at).toBeGreaterThan(0)
  const begin = Buffer.byteLength(lines.slice(0, at).join('\n')) + 1
  const inRecord = Buffer.byteLength(lines[at] ?? '') / 2
  for (const bit of [1, 2, 0x80]) {
    const bytes = Buffer.from(exported)
    const place = begin + Math.floor(inRecord)
    bytes.writeUInt8(bytes.readUInt8(place) ^ bit, place)
    const { status, stdout, stderr } = await verify(bytes)
    expect([bit, status, stdout]).toEqual([bit, 1, ''])
    expect(stderr).toStartWith(`lading: The trail is bad at record 17, line ${at + 1}: `)
    expect(stderr.indexOf('\n')).toBe(stderr.length - 1)
  }
  const without = lines.toSpliced(at, 1).join('\n')
  expect((await verify(without)).stderr).toMatch(
    /^lading: The trail is bad at record 17, line \d+: Record 17 is missing: [^\n]*\n$/,
  )
  const foreign = 'ed25519:11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'
  expect((await verify(exported, '--public-key', foreign)).status).toBe(1)
}, 30_000)

test('a file that is none, and a key that is none, are said so', async () => {
  const none = await runLading(['audit', 'verify', join(home, 'none.jsonl'), '--public-key', publicKey])
  expect([none.status, none.stderr.startsWith('lading: The export ')]).toEqual([1, true])
  const file = join(home, 'trail.jsonl')
  const wrong = await runLading(['audit', 'verify', file, '--public-key', 'ed25519:abc'])
  expect([wrong.status, wrong.stderr]).toEqual([
    1,
    'lading: This is not the public key of an audit trail: it is cut off or mistyped.\n',
  ])
  const refused = await run('audit', 'export', '--from', 'x')
  expect([refused.status, refused.stdout]).toEqual([1, ''])
}, 30_000)

test('killed in the middle of pushes, what was answered is in the chain, and the chain verifies', async () => {
  const pushed = new Set<string>()
  const going = Array.from({ length: 4 }, async (_, worker) => {
    for (let number = 0; ; number++) {
      const name = `team/killed-${worker}-${number}`
      try {
        await push(server, name, name)
      } catch {
        return
      }
      pushed.add(name)
    }
  })
  while (pushed.size < 12) await Bun.sleep(20)
  await server.end('SIGKILL')
  await Promise.all(going)
  server = await startLading(settings)
  expect(await server.end('SIGTERM')).toBe(0)
  server = await startLading(settings)
  const text = await exportTrail()
  const { status, stdout, stderr } = await verify(text)
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toContain('All are signed for.')
  const puts = text.split('\n').filter((line) => line.includes('"eventName":"PutImage"'))
  for (const name of pushed) expect(puts.filter((line) => line.includes(`repository/${name}"`))).toHaveLength(1)
  // And the other way round: what has a record is there, whether or not anybody had heard of it.
  const names = puts.flatMap((line) => /repository\/(team\/killed-\d+-\d+)"/.exec(line)?.[1] ?? [])
  expect(names.length).toBeGreaterThanOrEqual(pushed.size)
  for (const name of names) {
    const url = `${server.addresses[0]}/v2/${name}/manifests/${imageManifest([name]).digest}`
    expect((await fetch(url, { method: 'HEAD', headers: { authorization: AUTHORIZATION } })).status).toBe(200)
  }
}, 60_000)

test('explain says in a few lines why something was denied', async () => {
  const nobody = await runLading(['explain', '00000000-0000-4000-8000-000000000000'], {
    environment: environmentOf(server),
  })
  expect([nobody.status, nobody.stderr]).toEqual([
    1,
    'lading: There is no decision 00000000-0000-4000-8000-000000000000 in the audit trail of this account.\n',
  ])
  const made = JSON.parse((await run('account', 'create', '--id', '123456789012', '--json')).stdout)
  const { accessKeyId, secretAccessKey } = made.rootKey
  const environment = {
    ...environmentOf(server),
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  }
  const denied = await runLading(['account', 'list'], { environment })
  const [, id = ''] = /\(decision ([0-9a-f-]{36})\)/.exec(denied.stderr) ?? []
  const { status, stdout } = await run('explain', id)
  expect(status).toBe(0)
  expect(stdout).toMatch(/^User: arn:aws:iam::123456789012:root is not authorized to perform: lading:ListAccounts /)
  expect(stdout).toMatch(/^who +arn:aws:iam::123456789012:root$/m)
  expect(stdout).toMatch(/^then +denied, as nothing allows it: \w+$/m)
  expect(stdout).toMatch(/^now +denied/m)
  expect(JSON.parse((await run('explain', id, '--json')).stdout)).toMatchObject({ decisionId: id })
}, 30_000)

test('the metrics count what was written', async () => {
  const text = await (await fetch(`${server.addresses[0]}/metrics`)).text()
  expect(Number(/^lading_audit_records_written_total (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(0)
  expect(text).toMatch(/^lading_audit_records_lost_total 0$/m)
  expect(text).toMatch(/^lading_audit_pending \d+$/m)
})
