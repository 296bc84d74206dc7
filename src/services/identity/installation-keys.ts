import { createHash, hkdfSync } from 'node:crypto'

/** What a key is derived for; each use has one of its own, so that nothing made for one passes for another. */
export type KeyUse =
  | 'access key secrets'
  | 'session tokens'
  | 'authorization tokens'
  | 'download addresses'
  | 'audit'
  | 'webhook secrets'

export interface DerivedKey {
  /** Which installation key it comes from: eight hexadecimal digits, which tell nothing of the key. */
  readonly keyId: string
  /** 32 bytes. Never logged. */
  readonly key: Uint8Array
}

/** The length of every key, in bytes. */
export const KEY_BYTES = 32

interface Root {
  readonly keyId: string
  readonly bytes: Uint8Array
}

/**
 * The secret of the installation, from which every key that it makes anything with is derived (ADR 4). There may be
 * several: the first makes, and all of them open what they have made, so that a key can be replaced while it is in use.
 */
export class InstallationKeys {
  readonly #newest: Root
  readonly #roots: ReadonlyMap<string, Root>
  readonly #derived = new Map<string, DerivedKey>()

  /**
   * @param keys of 32 random bytes each, the newest first; at least one
   * @throws {RangeError} for anything else, or for two that have the same id
   */
  constructor(keys: readonly Uint8Array[]) {
    const roots = keys.map((bytes) => ({ bytes, keyId: idOf(bytes) }))
    const [newest] = roots
    if (newest === undefined || keys.some((key) => key.byteLength !== KEY_BYTES)) {
      throw new RangeError(`an installation has at least one key, of ${KEY_BYTES} bytes each`)
    }
    this.#newest = newest
    this.#roots = new Map(roots.map((root) => [root.keyId, root]))
    if (this.#roots.size < roots.length) throw new RangeError('an installation key is given twice')
  }

  /** Of the key that new things are made with. */
  get currentId(): string {
    return this.#newest.keyId
  }

  has(keyId: string): boolean {
    return this.#roots.has(keyId)
  }

  /** What new things are made with. */
  current(use: KeyUse): DerivedKey {
    return this.#derive(use, this.#newest)
  }

  /** What the thing was made with that names this key; undefined when the installation has no such key. */
  find(use: KeyUse, keyId: string): DerivedKey | undefined {
    const root = this.#roots.get(keyId)
    return root && this.#derive(use, root)
  }

  /** Of every key that there is, the newest first. */
  all(use: KeyUse): DerivedKey[] {
    return [...this.#roots.values()].map((root) => this.#derive(use, root))
  }

  #derive(use: KeyUse, { keyId, bytes }: Root): DerivedKey {
    const name = `${keyId} ${use}`
    const known = this.#derived.get(name)
    if (known !== undefined) return known
    const key = { keyId, key: expand(bytes, use) }
    this.#derived.set(name, key)
    return key
  }
}

function expand(bytes: Uint8Array, label: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', bytes, 'lading', label, KEY_BYTES))
}

function idOf(bytes: Uint8Array): string {
  return createHash('sha256').update(expand(bytes, 'key id')).digest('hex').slice(0, 8)
}
