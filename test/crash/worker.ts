import { askEcr } from './call-ecr.ts'
import { blobOf, imageOf, indexOf, type ManifestContent } from './content.ts'
import { ABSENT, type OpenWrite } from './ledger.ts'
import { type Answer, type RegistryClient, textOf, Unanswered } from './registry-client.ts'
import { pushKey } from './verify-events.ts'
import { blobKey, type KnownManifest, manifestKey, type RigWorld, tagKey } from './world.ts'

export interface WorkerOptions {
  readonly world: RigWorld
  readonly client: RegistryClient
  readonly owner: number
  readonly repositories: readonly string[]
  /** A repository that nobody else writes to: it is deleted now and then, and made again by the next push. */
  readonly ownRepository: string
  /** `LADING_BLOB_LEASE`: how long a "yes, it is here" holds. */
  readonly leaseMs: number
  /** How many layers everybody shares. */
  readonly sharedLayers: number
  /** The longest pause between being told that blobs are there and naming them in a manifest. */
  readonly thinkMs: number
  /** About how many manifests this worker keeps. */
  readonly keep: number
}

type Blob = ReturnType<typeof blobOf>

/**
 * One client that pushes, moves, deletes and reads what is its own; layers it shares with all others. It notes in the
 * ledger what it asks for and what it is told, and ends when no answer comes any more.
 */
export class Worker {
  readonly #options: WorkerOptions
  #stopped = false

  constructor(options: WorkerOptions) {
    this.#options = options
  }

  stop(): void {
    this.#stopped = true
  }

  async run(): Promise<void> {
    try {
      while (!this.#stopped) await this.#act()
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error
    }
  }

  async #act(): Promise<void> {
    const mine = this.#mine()
    const full = mine.length >= this.#options.keep
    const actions: [number, () => Promise<void>][] = [
      [full ? 4 : 40, () => this.#pushImage()],
      [8, () => this.#pushIndex(mine)],
      [12, () => this.#moveTag(mine)],
      [8, () => this.#untag()],
      [full ? 60 : 20, () => this.#deleteManifest(pick(mine))],
      [2, () => this.#deleteOwnRepository()],
      [4, () => this.#abandonUpload()],
      [6, () => this.#pushLoneBlob()],
      [4, () => this.#deleteLoneBlob()],
      [12, () => this.#readBack(pick(mine))],
    ]
    await pickWeighted(actions)()
  }

  /** Manifests of this worker that are certainly there. */
  #mine(): KnownManifest[] {
    const { world, owner } = this.#options
    return [...world.manifests.values()].filter(
      ({ owner: by, repository, content }) =>
        by === owner && world.ledger.certain(manifestKey(repository, content.digest)) === content.digest,
    )
  }

  async #pushImage(): Promise<void> {
    const { world, owner, repositories, ownRepository, sharedLayers } = this.#options
    const repository = pick([...repositories, ownRepository]) ?? ''
    const layers = Array.from({ length: 1 + random(3) }, () =>
      random(3) > 0 ? blobOf(`shared ${random(sharedLayers)}`) : blobOf(`unique ${owner} ${world.serial()}`),
    )
    const config = blobOf(`config ${owner} ${world.serial()}`)
    const toldAtMs = performance.now()
    for (const blob of [config, ...layers]) await this.#ensureBlob(repository, blob)
    if (this.#options.thinkMs > 0) await Bun.sleep(random(this.#options.thinkMs))
    await this.#putManifest(repository, imageOf(config, layers), { tagged: random(4) > 0, toldAtMs })
  }

  async #pushIndex(mine: readonly KnownManifest[]): Promise<void> {
    const repository = pick([...this.#options.repositories, this.#options.ownRepository]) ?? ''
    const images = mine.filter(({ repository: at, content }) => at === repository && content.children.length === 0)
    const children = [...new Set([pick(images), pick(images)])].filter((image) => image !== undefined)
    if (children.length === 0) return
    const index = indexOf(
      children.map(({ content }) => content),
      `${this.#options.owner} ${this.#options.world.serial()}`,
    )
    await this.#putManifest(repository, index, { tagged: random(2) > 0, toldAtMs: performance.now() })
  }

  async #moveTag(mine: readonly KnownManifest[]): Promise<void> {
    const known = pick(mine)
    if (known === undefined) return
    await this.#putManifest(known.repository, known.content, { tagged: true, toldAtMs: performance.now() })
  }

  async #putManifest(repository: string, content: ManifestContent, how: { tagged: boolean; toldAtMs: number }) {
    const { world, owner } = this.#options
    const tag = how.tagged ? `w${owner}-${random(8)}` : undefined
    const writes = [world.ledger.begin(manifestKey(repository, content.digest), content.digest)]
    world.manifests.set(manifestKey(repository, content.digest), { repository, owner, content })
    if (tag !== undefined) {
      writes.push(world.ledger.begin(tagKey(repository, tag), content.digest))
      world.tags.set(tagKey(repository, tag), { repository, owner, tag })
    }
    const push = tag === undefined ? undefined : pushKey(repository, tag, content.digest)
    if (push !== undefined) world.pushes.begun.add(push)
    const path = `/v2/${repository}/manifests/${tag ?? content.digest}`
    const answer = await this.#options.client.send('PUT', path, { body: content.text, type: content.type })
    if (push !== undefined && answer.status === 201) world.pushes.acknowledged.add(push)
    this.#note(answer, 201, writes, path)
    if (answer.status !== 201) this.#judgeRefusedPush(answer, how.toldAtMs, path)
  }

  /** Everything that the manifest names had been said to be there. While that promise holds, a no is a lost blob. */
  #judgeRefusedPush(answer: Answer, toldAtMs: number, path: string): void {
    const { world, leaseMs } = this.#options
    const late = performance.now() - toldAtMs > leaseMs - 250
    if (late) world.count('pushes refused after their lease')
    else world.violation(`${path}: ${answer.status} although all of it had been promised: ${textOf(answer)}`)
  }

  async #untag(): Promise<void> {
    const { world, owner, client } = this.#options
    const tags = [...world.tags.values()].filter((known) => known.owner === owner)
    const known = pick(tags.filter(({ repository, tag }) => world.ledger.certain(tagKey(repository, tag)) !== ABSENT))
    if (known === undefined) return
    const path = `/v2/${known.repository}/manifests/${known.tag}`
    const write = world.ledger.begin(tagKey(known.repository, known.tag), ABSENT)
    this.#expect(await client.send('DELETE', path), 202, [write], `DELETE ${path}`)
  }

  async #deleteManifest(known: KnownManifest | undefined): Promise<void> {
    if (known === undefined) return
    const { world, client } = this.#options
    const { repository, content } = known
    const writes = [world.ledger.begin(manifestKey(repository, content.digest), ABSENT)]
    for (const [key, tag] of world.tags) {
      if (tag.repository !== repository || world.ledger.certain(key) !== content.digest) continue
      writes.push(world.ledger.begin(key, ABSENT))
    }
    const path = `/v2/${repository}/manifests/${content.digest}`
    const answer = await client.send('DELETE', path)
    this.#note(answer, 202, writes, path)
    if (answer.status === 202) return
    // An index holds it; that is as it should be.
    const isHeld = this.#mine().some(
      ({ repository: at, content: { children } }) => at === repository && children.includes(content.digest),
    )
    if (!isHeld) world.violation(`DELETE ${path}: ${answer.status} ${textOf(answer)}`)
  }

  /** All that is in it goes with it: every manifest and tag is a write, and one answer is for all of them. */
  async #deleteOwnRepository(): Promise<void> {
    const { world, client, ownRepository: repository } = this.#options
    const inIt = [...world.manifests, ...world.tags].filter(([, known]) => known.repository === repository)
    const there = inIt.filter(([key]) => world.ledger.certain(key) !== ABSENT)
    if (there.length === 0) return
    const writes = there.map(([key]) => world.ledger.begin(key, ABSENT))
    world.promises = world.promises.filter((promise) => promise.repository !== repository)
    const answer = await askEcr(client.url, 'DeleteRepository', { repositoryName: repository, force: true })
    this.#note(answer, 200, writes, `DeleteRepository ${repository}`)
    if (answer.status === 200) world.count('repositories deleted')
  }

  async #abandonUpload(): Promise<void> {
    const { client, repositories, world } = this.#options
    const started = await client.send('POST', `/v2/${pick(repositories)}/blobs/uploads/`)
    const location = started.headers.get('location')
    if (location !== null) await client.send('PATCH', location, { body: blobOf(`left ${world.serial()}`).bytes })
  }

  async #pushLoneBlob(): Promise<void> {
    const { world, owner, repositories } = this.#options
    const repository = pick(repositories) ?? ''
    const blob = blobOf(`lone ${owner} ${world.serial()}`)
    const write = world.ledger.begin(blobKey(repository, blob.digest), blob.digest)
    world.loneBlobs.set(blobKey(repository, blob.digest), { repository, digest: blob.digest })
    if (await this.#upload(repository, blob)) write.acked()
  }

  async #deleteLoneBlob(): Promise<void> {
    const { world, client, leaseMs } = this.#options
    const young = world.promises.filter(({ atMs }) => performance.now() - atMs < leaseMs / 2)
    const known = pick(young.filter(({ repository, digest }) => world.loneBlobs.has(blobKey(repository, digest))))
    if (known === undefined) return
    const key = blobKey(known.repository, known.digest)
    if (world.ledger.certain(key) !== known.digest) return
    const write = world.ledger.begin(key, ABSENT)
    world.promises = world.promises.filter(({ digest }) => digest !== known.digest)
    const path = `/v2/${known.repository}/blobs/${known.digest}`
    const answer = await client.send('DELETE', path)
    this.#expect(answer, 202, [write], `DELETE ${path}`)
  }

  async #readBack(known: KnownManifest | undefined): Promise<void> {
    if (known === undefined) return
    const { world, client } = this.#options
    const path = `/v2/${known.repository}/manifests/${known.content.digest}`
    const answer = await client.send('GET', path)
    const right = answer.status === 200 && Buffer.from(answer.bytes).toString() === known.content.text
    if (!right) world.violation(`GET ${path}: ${answer.status}, not what was pushed`)
    world.count('reads under load')
  }

  async #ensureBlob(repository: string, blob: Blob): Promise<void> {
    const { client, world } = this.#options
    const path = `/v2/${repository}/blobs/${blob.digest}`
    const head = await client.send('HEAD', path)
    if (head.status === 200) {
      world.count('blobs said to be there')
      world.promise(repository, blob.digest)
      return
    }
    if (head.status !== 404) world.violation(`HEAD ${path}: ${head.status}`)
    if (random(4) === 0 && (await this.#mount(repository, blob))) return
    await this.#upload(repository, blob)
  }

  async #mount(repository: string, blob: Blob): Promise<boolean> {
    const { client, repositories, world } = this.#options
    const path = `/v2/${repository}/blobs/uploads/?mount=${blob.digest}&from=${pick(repositories)}`
    const answer = await client.send('POST', path)
    if (answer.status !== 201) return false
    world.count('mounts')
    world.promise(repository, blob.digest)
    return true
  }

  async #upload(repository: string, blob: Blob): Promise<boolean> {
    const { world } = this.#options
    const answer = await pickWeighted<Promise<Answer>>([
      [2, () => this.#uploadAtOnce(repository, blob)],
      [2, () => this.#uploadInTwo(repository, blob)],
      [2, () => this.#uploadInChunks(repository, blob)],
    ])()
    if (answer.status === 201) {
      world.count('blob uploads')
      world.promise(repository, blob.digest)
      return true
    }
    world.violation(`upload of ${blob.digest} to ${repository}: ${answer.status} ${textOf(answer)}`)
    return false
  }

  async #uploadAtOnce(repository: string, blob: Blob): Promise<Answer> {
    return await this.#options.client.send('POST', `/v2/${repository}/blobs/uploads/?digest=${blob.digest}`, {
      body: blob.bytes,
      type: 'application/octet-stream',
    })
  }

  async #uploadInTwo(repository: string, blob: Blob): Promise<Answer> {
    const location = await this.#startUpload(repository)
    return await this.#options.client.send('PUT', `${location}?digest=${blob.digest}`, { body: blob.bytes })
  }

  async #uploadInChunks(repository: string, blob: Blob): Promise<Answer> {
    const { client } = this.#options
    const location = await this.#startUpload(repository)
    const step = Math.ceil(blob.bytes.byteLength / (1 + random(4)))
    for (let from = 0; from < blob.bytes.byteLength; from += step) {
      const answer = await client.send('PATCH', location, { body: blob.bytes.subarray(from, from + step) })
      if (answer.status !== 202) return answer
    }
    return await client.send('PUT', `${location}?digest=${blob.digest}`)
  }

  async #startUpload(repository: string): Promise<string> {
    const answer = await this.#options.client.send('POST', `/v2/${repository}/blobs/uploads/`)
    return answer.headers.get('location') ?? `/no-location-with-${answer.status}`
  }

  #expect(answer: Answer, status: number, writes: readonly OpenWrite[], what: string): void {
    this.#note(answer, status, writes, what)
    if (answer.status !== status) this.#options.world.violation(`${what}: ${answer.status} ${textOf(answer)}`)
  }

  /** A no has changed nothing; a 5xx may have changed anything, and is always a fault here. */
  #note(answer: Answer, good: number, writes: readonly OpenWrite[], what: string): void {
    this.#options.world.count(answer.status === good ? 'writes acknowledged' : 'writes refused')
    if (answer.status >= 500) this.#options.world.violation(`${what}: ${answer.status} ${textOf(answer)}`)
    for (const write of writes) {
      if (answer.status === good) write.acked()
      else if (answer.status < 500) write.refused()
    }
  }
}

export function random(below: number): number {
  return Math.floor(Math.random() * below)
}

export function pick<Item>(items: readonly Item[]): Item | undefined {
  return items[random(items.length)]
}

function pickWeighted<Result>(choices: readonly [number, () => Result][]): () => Result {
  let at = Math.random() * choices.reduce((sum, [weight]) => sum + weight, 0)
  for (const [weight, choice] of choices) {
    at -= weight
    if (at < 0) return choice
  }
  throw new Error('no choice')
}
