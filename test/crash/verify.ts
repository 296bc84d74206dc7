import { ABSENT, type Cut } from './ledger.ts'
import { type Answer, type RegistryClient, sha256, textOf } from './registry-client.ts'
import { blobKey, manifestKey, type RigWorld, tagKey } from './world.ts'

export interface VerifyOptions {
  readonly client: RegistryClient
  readonly world: RigWorld
  /** When everything stopped. */
  readonly cut: Cut
  readonly leaseMs: number
  /** Whether what is found is what there is from now on: true after a restart, false for a copy that is thrown away. */
  readonly settle: boolean
}

const AT_ONCE = 16

/** Reads back everything that is known of, as any client would, and records what breaks a promise. @returns reads made */
export async function verify(options: VerifyOptions): Promise<number> {
  const verification = new Verification(options)
  await verification.run()
  return verification.reads
}

class Verification {
  readonly #options: VerifyOptions
  /** What each manifest turned out to hold, so that each closure is walked once. */
  readonly #closures = new Map<string, Promise<string | undefined>>()
  readonly #blobs = new Map<string, Promise<string | undefined>>()
  readonly #contents = new Map<string, Promise<string | undefined>>()
  reads = 0

  constructor(options: VerifyOptions) {
    this.#options = options
  }

  async run(): Promise<void> {
    const { world } = this.#options
    await this.#checkPromises()
    await inParallel([...world.manifests], ([key, known]) =>
      this.#checkManifest(key, known.repository, known.content.digest),
    )
    await inParallel([...world.tags], ([key, known]) => this.#checkTag(key, known.repository, known.tag))
    await inParallel([...world.loneBlobs], ([key, known]) => this.#checkLoneBlob(key, known.repository, known.digest))
    const repositories = new Set([...world.manifests.values()].map(({ repository }) => repository))
    await inParallel([...repositories], (repository) => this.#checkTagList(repository))
  }

  async #checkManifest(key: string, repository: string, digest: string): Promise<void> {
    const { world, cut, settle } = this.#options
    const answer = await this.#get(`/v2/${repository}/manifests/${digest}`)
    const found = answer.status === 404 ? ABSENT : digest
    this.#mustBePossible(key, found, answer)
    if (answer.status === 200) {
      const wrong = await this.#checkClosure(repository, digest)
      if (wrong !== undefined) world.violation(`${key}: its closure is broken: ${wrong} (cut ${JSON.stringify(cut)})`)
    }
    if (!settle) return
    world.ledger.settle(key, found)
    if (found !== ABSENT) return
    world.manifests.delete(key)
    world.ledger.forget(key)
  }

  async #checkTag(key: string, repository: string, tag: string): Promise<void> {
    const { world, settle } = this.#options
    const answer = await this.#get(`/v2/${repository}/manifests/${tag}`)
    const found = answer.status === 404 ? ABSENT : sha256(answer.bytes)
    this.#mustBePossible(key, found, answer)
    if (answer.status === 200) {
      const wrong = await this.#checkClosure(repository, found)
      if (wrong !== undefined) world.violation(`${key}: points at ${found}, whose closure is broken: ${wrong}`)
    }
    if (settle) world.ledger.settle(key, found)
  }

  /** A blob that was pushed by itself may have been collected; what was deleted must be gone. */
  async #checkLoneBlob(key: string, repository: string, digest: string): Promise<void> {
    const { world, cut, settle } = this.#options
    const possible = world.ledger.possible(key, cut)
    const answer = await this.#get(`/v2/${repository}/blobs/${digest}`)
    if (answer.status === 200 && sha256(answer.bytes) !== digest) world.violation(`${key}: serves wrong bytes`)
    if (answer.status === 200 && !possible.has(digest)) world.violation(`${key}: was deleted and is there`)
    if (![200, 404].includes(answer.status)) world.violation(`${key}: ${answer.status} ${textOf(answer)}`)
    if (settle && answer.status === 404) {
      world.loneBlobs.delete(key)
      world.ledger.forget(key)
    }
  }

  #mustBePossible(key: string, found: string, answer: Answer): void {
    const { world, cut } = this.#options
    if (answer.status !== 200 && answer.status !== 404) {
      world.violation(`${key}: ${answer.status} ${textOf(answer)}`)
      return
    }
    const possible = world.ledger.possible(key, cut)
    if (!possible.has(found)) world.violation(`${key}: is ${found}, but may only be ${[...possible].join(' or ')}`)
  }

  /** Whatever was promised lately is still under its lease, whether or not anything refers to it. */
  async #checkPromises(): Promise<void> {
    const { world, cut, leaseMs, settle } = this.#options
    const stillHolds = performance.now() - leaseMs / 2 + 500
    if (settle) world.forgetPromisesBefore(stillHolds)
    const promises = world.promises.filter(({ atMs }) => atMs <= cut.fromMs && atMs >= stillHolds)
    await inParallel(promises, ({ repository, digest, atMs }) => this.#checkPromise(repository, digest, atMs))
  }

  async #checkPromise(repository: string, digest: string, atMs: number): Promise<void> {
    const { world, cut, leaseMs } = this.#options
    const key = blobKey(repository, digest)
    if (world.loneBlobs.has(key) && world.ledger.possible(key, cut).has(ABSENT)) return
    const wrong = await this.#checkBlob(repository, digest)
    const isLate = performance.now() - atMs > leaseMs / 2 - 100
    if (wrong !== undefined && !isLate) world.violation(`a promised blob is gone: ${wrong}`)
  }

  async #checkTagList(repository: string): Promise<void> {
    const { world } = this.#options
    const answer = await this.#get(`/v2/${repository}/tags/list?n=10000`)
    if (answer.status === 404) return
    const { tags }: { tags: string[] | null } = JSON.parse(Buffer.from(answer.bytes).toString())
    for (const tag of tags ?? []) {
      if (!world.tags.has(tagKey(repository, tag))) world.violation(`${repository} lists ${tag}, which nobody pushed`)
      const resolved = await this.#get(`/v2/${repository}/manifests/${tag}`)
      if (resolved.status !== 200) world.violation(`${repository} lists ${tag}, which answers ${resolved.status}`)
    }
  }

  /** @returns what is wrong with it, if anything */
  #checkClosure(repository: string, digest: string): Promise<string | undefined> {
    return once(this.#closures, manifestKey(repository, digest), async () => {
      const answer = await this.#get(`/v2/${repository}/manifests/${digest}`)
      if (answer.status !== 200) return `manifest ${digest} answers ${answer.status}`
      if (sha256(answer.bytes) !== digest) return `manifest ${digest} has wrong bytes`
      const wrong = await Promise.all(this.#references(repository, answer.bytes))
      return wrong.find((each) => each !== undefined)
    })
  }

  #references(repository: string, bytes: Uint8Array): Promise<string | undefined>[] {
    const manifest: ParsedManifest = JSON.parse(Buffer.from(bytes).toString())
    const blobs = [manifest.config, ...(manifest.layers ?? [])].filter((descriptor) => descriptor !== undefined)
    return [
      ...blobs.map(({ digest }) => this.#checkBlob(repository, digest)),
      ...(manifest.manifests ?? []).map(({ digest }) => this.#checkClosure(repository, digest)),
    ]
  }

  /** Every repository must see it; the bytes are the same for all, and read once. */
  #checkBlob(repository: string, digest: string): Promise<string | undefined> {
    return once(this.#blobs, blobKey(repository, digest), async () => {
      const head = await this.#options.client.send('HEAD', `/v2/${repository}/blobs/${digest}`)
      this.reads += 1
      if (head.status !== 200) return `blob ${digest} in ${repository} answers ${head.status}`
      return await once(this.#contents, digest, async () => {
        const answer = await this.#get(`/v2/${repository}/blobs/${digest}`)
        if (answer.status !== 200) return `blob ${digest} answers ${answer.status}`
        return sha256(answer.bytes) === digest ? undefined : `blob ${digest} has wrong bytes`
      })
    })
  }

  async #get(path: string): Promise<Answer> {
    this.reads += 1
    return await this.#options.client.send('GET', path)
  }
}

interface ParsedManifest {
  readonly config?: { readonly digest: string }
  readonly layers?: readonly { readonly digest: string }[]
  readonly manifests?: readonly { readonly digest: string }[]
}

function once<Value>(made: Map<string, Promise<Value>>, key: string, make: () => Promise<Value>): Promise<Value> {
  const value = made.get(key) ?? make()
  made.set(key, value)
  return value
}

async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = items.values()
  const worker = async () => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}
