/** What clients that ask for much, and read nothing, can make the real process hold. Linux only: it reads /proc. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { digestOf } from '../../src/core/content-digest.ts'
import { bytesOf, descriptor, OCI_MANIFEST } from '../support/images.ts'
import { changedManifest, pushBlob, pushFixtures, putManifest, REPOSITORY } from './content.ts'
import { type HostileServer, startHostileServer } from './hostile-server.ts'

const MIB = 1024 * 1024
const FOUR_MIB = 4 * MIB
const SUBJECT = descriptor(bytesOf('a subject'), OCI_MANIFEST)
const IS_LINUX = existsSync('/proc/self/status')

let server: HostileServer

beforeAll(async () => {
  server = await startHostileServer()
  await pushFixtures(server)
  await pushBlob(server, REPOSITORY, '{}')
})
afterAll(() => server[Symbol.asyncDispose]())

function residentMib(): number {
  const status = readFileSync(`/proc/${server.process.child.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
}

/** The most that the process held while `work` ran. */
async function peakMib(work: () => Promise<void>): Promise<number> {
  const before = residentMib()
  let peak = before
  const timer = setInterval(() => {
    peak = Math.max(peak, residentMib())
  }, 20)
  await work()
  clearInterval(timer)
  return Math.max(peak, residentMib()) - before
}

/** A manifest of exactly 4 MiB, all of it quotes. */
function largeManifest(name: string, more: Record<string, unknown> = {}): string {
  const withFiller = (filler: string) =>
    changedManifest((manifest) => Object.assign(manifest, more, { annotations: { name, filler } }))
  return withFiller('"'.repeat((FOUR_MIB - withFiller('').length) >> 1))
}

async function askAndNeverRead(count: number, target: string): Promise<Socket[]> {
  const sockets = Array.from({ length: count }, () => connect(server.anonymousPort, '127.0.0.1').pause())
  for (const socket of sockets) {
    socket.on('error', () => {})
    socket.write(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`)
  }
  await Bun.sleep(2000)
  return sockets
}

describe.if(IS_LINUX)('memory', () => {
  test('a hundred strangers who ask for a manifest of 4 MiB and do not read hold it once', async () => {
    await putManifest(server, { tag: 'large', body: largeManifest('large') })
    const grown = await peakMib(async () => {
      const sockets = await askAndNeverRead(100, `/v2/${REPOSITORY}/manifests/large`)
      for (const socket of sockets) socket.destroy()
    })
    // A copy for each: 400.
    expect(grown).toBeLessThan(100)
    const answer = await server.ask({ target: `/v2/${REPOSITORY}/manifests/large`, anonymous: true })
    expect(answer.headers.get('content-length')).toBe(String(answer.body.length))
    expect(digestOf(bytesOf(answer.body))).toBe(answer.headers.get('docker-content-digest') as never)
  }, 30_000)

  test('referrers with 4 MiB of annotations each cost a list nothing', async () => {
    for (let index = 0; index < 40; index++) {
      const body = largeManifest(`${index}`, { subject: SUBJECT, artifactType: 'application/x' })
      expect((await putManifest(server, { tag: `large-${index}`, body })).status).toBe(201)
    }
    const target = `/v2/${REPOSITORY}/referrers/${SUBJECT.digest}`
    const grown = await peakMib(async () => {
      const asks = Array.from(
        { length: 16 },
        (_, index) => `${target}${index % 2 === 0 ? '' : '?artifactType=no/such'}`,
      )
      const answers = await Promise.all(asks.map((each) => server.ask({ target: each, anonymous: true })))
      for (const { status, body } of answers) expect([status, body.length < 64 * 1024]).toEqual([200, true])
    })
    // 40 manifests of 4 MiB for each of 16: they took 2.5 GB.
    expect(grown).toBeLessThan(150)
  }, 60_000)

  test('pages of 4 MiB that nobody reads hold 64 MiB together, and small lists are answered all the same', async () => {
    for (let index = 0; index < 66; index++) {
      const annotations = { name: `${index}`, filler: 'x'.repeat(63_000) }
      const body = changedManifest((manifest) => Object.assign(manifest, { subject: SUBJECT, annotations }))
      expect((await putManifest(server, { tag: `listed-${index}`, body })).status).toBe(201)
    }
    const target = `/v2/${REPOSITORY}/referrers/${SUBJECT.digest}`
    const grown = await peakMib(async () => {
      const sockets = await askAndNeverRead(60, target)
      expect((await server.ask({ target: `/v2/${REPOSITORY}/tags/list`, anonymous: true })).status).toBe(200)
      for (const socket of sockets) socket.destroy()
    })
    // 60 of 4 MiB, and what is made of each on the way there.
    expect(grown).toBeLessThan(400)
    await Bun.sleep(200)
    const page = await server.ask({ target, anonymous: true })
    expect([page.status, page.body.length > 3 * MIB]).toEqual([200, true])
  }, 60_000)
})
