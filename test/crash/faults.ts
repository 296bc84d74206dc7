import { readdirSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { blobOf, imageOf } from './content.ts'
import { Disks } from './disks.ts'
import { expectDrained } from './drained.ts'
import { type Answer, RegistryClient, sha256, textOf, Unanswered } from './registry-client.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { RIG_SETTINGS } from './settings.ts'

const ATTEMPTS = 30
const BACK_WITHIN_MS = 15_000
const CLEAR_REFUSALS = [503, 507]

interface Fault {
  readonly name: string
  /** Where the data lies. */
  readonly data: string
  begin(server: ServerProcess): Promise<void>
  end(server: ServerProcess): Promise<void>
}

/** The disk has no byte left. */
export async function diskFull(folder: string): Promise<string> {
  await using disks = new Disks(join(folder, 'full'))
  const at = await disks.mount(await disks.make('full', 'ext4', 96), 'full', 'ext4')
  const filler = join(at, 'filler')
  return await withFault(folder, {
    name: 'disk full',
    data: join(at, 'data'),
    begin: async () => {
      const { bavail, bsize } = statfsSync(at)
      await command('fallocate', '-l', String((bavail - 20) * bsize), filler)
    },
    end: async () => rmSync(filler),
  })
}

/** The folders of the blobs can only be read: what a disk with an error becomes. */
export async function diskReadOnly(folder: string): Promise<string> {
  await using disks = new Disks(join(folder, 'readonly'))
  const at = await disks.mount(await disks.make('readonly', 'ext4', 96), 'readonly', 'ext4')
  const data = join(at, 'data')
  const parts = () => readdirSync(data, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return await withFault(folder, {
    name: 'read-only',
    data,
    begin: async () => {
      for (const { name } of parts()) {
        await disks.bind(join(data, name))
        await disks.remount(join(data, name), 'ro')
      }
    },
    end: async () => {
      for (const { name } of parts()) await disks.remount(join(data, name), 'rw')
    },
  })
}

/** The process may open no more files. */
export async function noMoreFiles(folder: string): Promise<string> {
  // The soft limit only: raising the hard one again needs a capability that a container's root does not have.
  const limit = (server: ServerProcess, files: number) =>
    command('prlimit', '--pid', String(server.pid), `--nofile=${files}:`)
  return await withFault(folder, {
    name: 'no more files',
    data: join(folder, 'files', 'data'),
    begin: (server) => limit(server, readdirSync(`/proc/${server.pid}/fd`).length),
    end: (server) => limit(server, 1024),
  })
}

/** Before, during and after: what was acknowledged reads back, what cannot be done is refused clearly, and it ends by itself. */
async function withFault(folder: string, fault: Fault): Promise<string> {
  const start = () =>
    startServer({ data: fault.data, logFile: join(folder, `${fault.name}.log`), settings: RIG_SETTINGS })
  let server = await start()
  try {
    const story = new FaultStory(new RegistryClient(server.url))
    await story.pushAll('before', 3)
    await fault.begin(server)
    await story.pushDuring(fault.name)
    await story.readAll(`during ${fault.name}`, CLEAR_REFUSALS)
    await fault.end(server)
    const backMs = await story.pushUntilGood()
    await story.readAll(`after ${fault.name}`, [])
    await server.kill()
    server = await start()
    await new FaultStory(new RegistryClient(server.url), story.images).readAll('after a restart', [])
    await expectDrained(fault.data)
    return `refused ${story.refused} of ${ATTEMPTS} pushes with ${[...story.refusals]}, back after ${backMs.toFixed(0)} ms`
  } finally {
    await server.kill()
  }
}

type Image = ReturnType<typeof imageOf>

class FaultStory {
  readonly #client: RegistryClient
  readonly images: Image[]
  readonly refusals = new Set<number>()
  refused = 0
  #serial = 0

  constructor(client: RegistryClient, images: Image[] = []) {
    this.#client = client
    this.images = images
  }

  async pushAll(name: string, count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      const answer = await this.#push()
      if (answer.status !== 201) throw new Error(`${name}: ${answer.status} ${textOf(answer)}`)
    }
  }

  /** A push may still fit; what does not must be told so in a way that a client understands. */
  async pushDuring(name: string): Promise<void> {
    for (let n = 0; n < ATTEMPTS; n += 1) {
      const answer = await this.#push().catch((error: unknown) => {
        throw error instanceof Unanswered ? new Error(`${name}: no answer at all`, { cause: error }) : error
      })
      if (answer.status === 201) continue
      this.refused += 1
      this.refusals.add(answer.status)
      if (!CLEAR_REFUSALS.includes(answer.status)) throw new Error(`${name}: ${answer.status} ${textOf(answer)}`)
    }
    if (this.refused === 0) throw new Error(`${name}: nothing was refused, so the fault was none`)
  }

  async pushUntilGood(): Promise<number> {
    const startedAt = performance.now()
    for (;;) {
      const answer = await this.#push()
      if (answer.status === 201) return performance.now() - startedAt
      if (performance.now() - startedAt > BACK_WITHIN_MS) throw new Error(`still ${answer.status} ${textOf(answer)}`)
      await Bun.sleep(200)
    }
  }

  async readAll(when: string, alsoAllowed: readonly number[]): Promise<void> {
    for (const image of this.images) {
      await this.#read(`/v2/fault/app/manifests/${image.digest}`, image.digest, when, alsoAllowed)
      for (const digest of image.blobs) await this.#read(`/v2/fault/app/blobs/${digest}`, digest, when, alsoAllowed)
    }
  }

  async #read(path: string, digest: string, when: string, alsoAllowed: readonly number[]): Promise<void> {
    const answer = await this.#client.send('GET', path)
    if (alsoAllowed.includes(answer.status)) return
    if (answer.status !== 200) throw new Error(`${when}: ${path} answers ${answer.status} ${textOf(answer)}`)
    if (sha256(answer.bytes) !== digest) throw new Error(`${when}: ${path} has wrong bytes`)
  }

  /** @returns the first answer that is not good, or the last one */
  async #push(): Promise<Answer> {
    this.#serial += 1
    const config = blobOf(`fault config ${this.#serial}`)
    const bytes = crypto.getRandomValues(new Uint8Array(60_000))
    const layer = { bytes, digest: sha256(bytes) }
    for (const blob of [config, layer]) {
      const answer = await this.#upload(blob)
      if (answer.status !== 201) return answer
    }
    const image = imageOf(config, [layer])
    const path = `/v2/fault/app/manifests/v${this.#serial}`
    const answer = await this.#client.send('PUT', path, { body: image.text, type: image.type })
    if (answer.status === 201) this.images.push(image)
    return answer
  }

  async #upload(blob: { bytes: Uint8Array; digest: string }): Promise<Answer> {
    if (this.#serial % 2 === 0) {
      const path = `/v2/fault/app/blobs/uploads/?digest=${blob.digest}`
      return await this.#client.send('POST', path, { body: blob.bytes, type: 'application/octet-stream' })
    }
    const started = await this.#client.send('POST', '/v2/fault/app/blobs/uploads/')
    const location = started.headers.get('location')
    if (location === null) return started
    const patched = await this.#client.send('PATCH', location, { body: blob.bytes })
    return patched.status === 202 ? await this.#client.send('PUT', `${location}?digest=${blob.digest}`) : patched
  }
}

async function command(...words: string[]): Promise<void> {
  const child = Bun.spawn(words, { stdin: 'ignore', stdout: 'ignore', stderr: 'pipe' })
  const [status, err] = await Promise.all([child.exited, new Response(child.stderr).text()])
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${err.trim()}`)
}
