import type { Digest } from '../../../core/digest.ts'
import type { RepositoryName } from '../../../core/repository-name.ts'
import type { Tag } from '../../../core/tag.ts'
import type { BlobRecord } from '../../../ports/metadata/blobs.ts'
import type { StoredManifest } from '../../../ports/metadata/manifests.ts'
import type { Repository } from '../../../ports/metadata/repositories.ts'
import type { MetadataReader } from '../../../ports/metadata-store.ts'

/** What one entry counts beside the bytes it holds. */
const ENTRY_BYTES = 500

type HotReads = Pick<MetadataReader, 'findRepository' | 'readManifestByTag' | 'readManifest' | 'findRepositoryBlob'>

interface CachedRepository {
  readonly manifests: Map<string, StoredManifest>
  sizeBytes: number
}

/**
 * Answers of the reads that every pull makes, kept until a commit touches what they are about. This process is the
 * only one that writes the database, so what it has not written has not changed. What is absent is never kept.
 */
export class ReadCache {
  readonly #capacityBytes: number
  readonly #names = new Map<string, Repository>()
  readonly #repositories = new Map<number, CachedRepository>()
  readonly #blobs = new Map<Digest, Map<number, BlobRecord>>()
  #sizeBytes = 0
  /** Goes up with every commit: an answer read before one must not be kept after it. */
  #version = 0

  /** @param capacityBytes what manifests may take in all; when it is full, it begins anew */
  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes
  }

  /** Called at the very moment of a commit, before anything else can read. */
  forget(touched: Touched): void {
    this.#version++
    if (touched.everything) this.#clear()
    for (const repositoryId of touched.repositories) this.#forgetRepository(repositoryId)
    for (const digest of touched.blobs) this.#forgetBlob(digest)
  }

  /**
   * The same reads, answered from here where possible.
   *
   * @param check refuses when the store may not answer at all: closed, or unsure of what it holds
   */
  over(reader: HotReads, check: () => void): HotReads {
    return {
      findRepository: async (registryId, name) => {
        check()
        return await this.#findRepository(reader, registryId, name)
      },
      readManifestByTag: async (repositoryId, tag) => {
        check()
        return await this.#readManifest(repositoryId, tag, () => reader.readManifestByTag(repositoryId, tag))
      },
      readManifest: async (repositoryId, digest) => {
        check()
        return await this.#readManifest(repositoryId, digest, () => reader.readManifest(repositoryId, digest))
      },
      findRepositoryBlob: async (repositoryId, digest) => {
        check()
        return await this.#findBlob(reader, repositoryId, digest)
      },
    }
  }

  async #findRepository(reader: HotReads, registryId: number, name: RepositoryName): Promise<Repository | undefined> {
    const key = `${registryId}/${name}`
    const known = this.#names.get(key)
    if (known !== undefined) return known
    const version = this.#version
    const found = await reader.findRepository(registryId, name)
    if (found !== undefined && version === this.#version) this.#keep(() => this.#names.set(key, found), ENTRY_BYTES)
    return found
  }

  /** A tag holds no `:` and a digest does, so both fit one map. */
  async #readManifest(
    repositoryId: number,
    reference: Tag | Digest,
    read: () => Promise<StoredManifest | undefined>,
  ): Promise<StoredManifest | undefined> {
    const known = this.#repositories.get(repositoryId)?.manifests.get(reference)
    if (known !== undefined) return known
    const version = this.#version
    const found = await read()
    if (found !== undefined && version === this.#version) {
      const sizeBytes = ENTRY_BYTES + found.content.byteLength
      this.#keep(() => this.#keepManifest(repositoryId, reference, found, sizeBytes), sizeBytes)
    }
    return found
  }

  async #findBlob(reader: HotReads, repositoryId: number, digest: Digest): Promise<BlobRecord | undefined> {
    const known = this.#blobs.get(digest)?.get(repositoryId)
    if (known !== undefined) return known
    const version = this.#version
    const found = await reader.findRepositoryBlob(repositoryId, digest)
    if (found !== undefined && version === this.#version) {
      this.#keep(() => {
        const holders = this.#blobs.get(digest) ?? new Map<number, BlobRecord>()
        this.#blobs.set(digest, holders.set(repositoryId, found))
      }, ENTRY_BYTES)
    }
    return found
  }

  #keep(keep: () => void, sizeBytes: number): void {
    if (this.#sizeBytes + sizeBytes > this.#capacityBytes) this.#clear()
    if (sizeBytes > this.#capacityBytes) return
    this.#sizeBytes += sizeBytes
    keep()
  }

  #keepManifest(repositoryId: number, reference: string, manifest: StoredManifest, sizeBytes: number): void {
    const repository = this.#repositories.get(repositoryId) ?? { manifests: new Map(), sizeBytes: 0 }
    repository.manifests.set(reference, manifest)
    repository.sizeBytes += sizeBytes
    this.#repositories.set(repositoryId, repository)
  }

  #forgetRepository(repositoryId: number): void {
    this.#sizeBytes -= this.#repositories.get(repositoryId)?.sizeBytes ?? 0
    this.#repositories.delete(repositoryId)
  }

  #forgetBlob(digest: Digest): void {
    this.#sizeBytes -= ENTRY_BYTES * (this.#blobs.get(digest)?.size ?? 0)
    this.#blobs.delete(digest)
  }

  #clear(): void {
    this.#names.clear()
    this.#repositories.clear()
    this.#blobs.clear()
    this.#sizeBytes = 0
  }
}

/** What the transactions of a batch have changed, gathered until it commits. */
export class Touched {
  readonly repositories = new Set<number>()
  readonly blobs = new Set<Digest>()
  everything = false

  clear(): void {
    this.repositories.clear()
    this.blobs.clear()
    this.everything = false
  }
}
