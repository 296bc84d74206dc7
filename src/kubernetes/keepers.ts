import type { ListedNamespace } from './namespaces.ts'

interface Keeper {
  readonly roleArn: string | undefined
  readonly abort: AbortController
  readonly done: Promise<void>
}

/** One task for each namespace: what is in the list is kept, what is not is let go. */
export class Keepers {
  readonly #keep: (namespace: ListedNamespace, signal: AbortSignal) => Promise<void>
  readonly #running = new Map<string, Keeper>()

  /** @param keep goes on until its signal is given, and never throws */
  constructor(keep: (namespace: ListedNamespace, signal: AbortSignal) => Promise<void>) {
    this.#keep = keep
  }

  /** A namespace whose role has changed is begun anew. */
  keepOnly(namespaces: readonly ListedNamespace[]): void {
    const wanted = new Map(namespaces.map((one) => [one.name, one]))
    for (const [name, keeper] of this.#running) {
      const namespace = wanted.get(name)
      if (namespace !== undefined && namespace.roleArn === keeper.roleArn) continue
      keeper.abort.abort()
      this.#running.delete(name)
    }
    for (const namespace of wanted.values()) if (!this.#running.has(namespace.name)) this.#start(namespace)
  }

  /** Lets all go, and waits for their end. */
  async stop(): Promise<void> {
    const keepers = [...this.#running.values()]
    this.keepOnly([])
    await Promise.all(keepers.map(({ done }) => done))
  }

  #start(namespace: ListedNamespace): void {
    const abort = new AbortController()
    const done = this.#keep(namespace, abort.signal)
    this.#running.set(namespace.name, { roleArn: namespace.roleArn, abort, done })
  }
}
