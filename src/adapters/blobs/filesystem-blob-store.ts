import { existsSync, statSync } from 'node:fs'
import { open, opendir, unlink } from 'node:fs/promises'
import { algorithmOf, type Digest, type DigestAlgorithm } from '../../core/digest.ts'
import type { ByteRange } from '../../core/http/parse-range.ts'
import type { BlobLocation, BlobStore, CommittedBlob } from '../../ports/blob-store.ts'
import { isUploadId, type UploadId } from '../../ports/ids.ts'
import { appendFile } from './append-file.ts'
import { type BlobDirectories, makeBlobDirectories } from './blob-directories.ts'
import { DirectorySync } from './directory-sync.ts'
import { hashFile } from './hash-file.ts'
import { HashShelf } from './hash-shelf.ts'
import { OwnerFile } from './owner-file.ts'
import { publishFile } from './publish-file.ts'
import { RunningHash } from './running-hash.ts'
import { SpaceGuard } from './space-guard.ts'
import { errorCode, orMissing, refusing, requireDirectory, storageUnavailable } from './storage-error.ts'
import { locationOf } from './storage-key.ts'
import { type UploadOperation, UploadOperations } from './upload-operations.ts'
import { uploadBusy, uploadUnknown } from './upload-refusals.ts'

const PRIVATE = 0o600

/** Opens the store under `root`, and makes it when there is none. One file per blob (docs/adr/0002). */
export async function openFilesystemBlobStore(options: { readonly root: string }): Promise<FilesystemBlobStore> {
  return await refusing(async () => new FilesystemBlobStore(await makeBlobDirectories(options.root)))
}

/**
 * Blobs as files. What can wait for the disk's journal (create, rename, unlink, sync) runs on the thread pool. Looking
 * at a file runs at once: 2 to 4 us against 50, and serving the file looks at it on the same thread anyway.
 */
export class FilesystemBlobStore implements BlobStore {
  readonly #directories: BlobDirectories
  readonly #operations = new UploadOperations()
  readonly #hashes = new HashShelf()
  readonly #directorySync = new DirectorySync()

  readonly #owner: OwnerFile
  readonly #space: SpaceGuard

  constructor(directories: BlobDirectories) {
    this.#directories = directories
    this.#owner = new OwnerFile(directories.owner)
    this.#space = new SpaceGuard(directories.uploads)
  }

  startUpload(upload: UploadId, algorithm: DigestAlgorithm): Promise<void> {
    return refusing(async () => {
      this.#owner.requirePresent()
      const path = this.#directories.staged(upload)
      // 'ax' fails when the file exists; that the directory is missing means that the disk is
      const file = await orMissing(() => open(path, 'ax', PRIVATE), storageUnavailable)
      await file.close()
      this.#hashes.put(upload, new RunningHash(algorithm))
    })
  }

  append(
    upload: UploadId,
    offsetBytes: number,
    source: ReadableStream<Uint8Array> | Uint8Array,
    limitBytes: number,
  ): Promise<number> {
    return this.#alone(upload, (operation) =>
      appendFile({
        path: this.#directories.staged(upload),
        offsetBytes,
        limitBytes,
        source,
        space: this.#space,
        takeHash: (sizeBytes) => this.#hashes.take(upload, sizeBytes),
        keepHash: (hash) => this.#hashes.put(upload, hash),
        onStart: (stop) => {
          operation.stop = stop
        },
      }),
    )
  }

  uploadSize(upload: UploadId): Promise<number | undefined> {
    return refusing(async () => fileSize(this.#directories.staged(upload)))
  }

  commit(upload: UploadId, digest: Digest): Promise<CommittedBlob> {
    const location = locationOf(upload)
    return this.#alone(upload, async () => {
      // Nothing is recorded that lies where a volume was mounted before.
      this.#owner.requirePresent()
      const sizeBytes = await publishFile({
        from: this.#directories.staged(upload),
        to: this.#directories.committed(location),
        digest,
        takeHash: (size) => this.#hashes.take(upload, size),
        directorySync: this.#directorySync,
      })
      return { location, sizeBytes }
    })
  }

  discardUpload(upload: UploadId): Promise<void> {
    return refusing(() => this.#discard(upload))
  }

  read(location: BlobLocation, range?: ByteRange): Promise<Blob | undefined> {
    return refusing(async () => {
      const path = this.#directories.committed(location)
      // existsSync is the cheapest look; only when it says no does it matter why
      if (!existsSync(path) && fileSize(path) === undefined) return this.#missing(location)
      const file = Bun.file(path)
      return range === undefined ? file : file.slice(range.start, range.end + 1)
    })
  }

  verify(location: BlobLocation, digest: Digest, bytesPerSecond?: number): Promise<'intact' | 'damaged' | 'missing'> {
    return refusing(async () => {
      const file = await open(this.#directories.committed(location), 'r').catch(undefinedIfMissing)
      if (file === undefined) return this.#missing(location) ?? 'missing'
      try {
        return (await hashFile(file.fd, algorithmOf(digest), bytesPerSecond)) === digest ? 'intact' : 'damaged'
      } finally {
        await file.close()
      }
    })
  }

  remove(location: BlobLocation): Promise<void> {
    return refusing(() => this.#remove(location))
  }

  async *listUploads(): AsyncIterable<UploadId> {
    const directory = await refusing(() => opendir(this.#directories.uploads))
    for await (const { name } of directory) if (isUploadId(name)) yield name
  }

  owner(): Promise<string | undefined> {
    return refusing(async () => this.#owner.read())
  }

  claim(owner: string): Promise<void> {
    return refusing(() => this.#owner.write(owner))
  }

  probe(): Promise<void> {
    return refusing(async () => {
      this.#owner.requirePresent()
      const path = this.#directories.probe
      const file = await orMissing(() => open(path, 'w', PRIVATE), storageUnavailable)
      try {
        await file.write('probe')
        await file.datasync()
      } finally {
        await file.close()
        await unlinkIfThere(path)
      }
    })
  }

  /** Runs the one thing that may be done to an upload at a time. */
  #alone<Result>(upload: UploadId, work: (operation: UploadOperation) => Promise<Result>): Promise<Result> {
    const busy = () => {
      const offsetBytes = fileSize(this.#directories.staged(upload))
      return offsetBytes === undefined ? uploadUnknown() : uploadBusy(offsetBytes)
    }
    return refusing(() =>
      this.#operations.alone(upload, busy, async (operation) => {
        const result = await orMissing(
          () => work(operation),
          (cause) => this.#whyMissing(upload, cause),
        )
        if (operation.discarded) await this.#discard(upload)
        if (operation.discarded) throw uploadUnknown()
        return result
      }),
    )
  }

  /**
   * An upload is either staged or committed. Should a file system show both after a crash in the midst of the rename,
   * then the blob may have been recorded meanwhile, so only the staged one may go.
   */
  async #discard(upload: UploadId): Promise<void> {
    this.#operations.discard(upload)
    const wasStaged = await unlinkIfThere(this.#directories.staged(upload))
    this.#hashes.drop(upload)
    if (!wasStaged) await this.#remove(locationOf(upload))
  }

  /** Durable, because who asked forgets the location: nothing would find the bytes if a power cut brought them back. */
  async #remove(location: BlobLocation): Promise<void> {
    const wasThere = await unlinkIfThere(this.#directories.committed(location))
    if (!wasThere) this.#missing(location)
    else await this.#directorySync.sync(this.#directories.fan(location))
  }

  /** @returns undefined: the disk is there, the blob is not */
  #missing(location: BlobLocation): undefined {
    this.#owner.requirePresent()
    requireDirectory(this.#directories.fan(location))
  }

  /** An upload whose file is there, or whose disk is not, is not unknown. */
  #whyMissing(upload: UploadId, cause: unknown): Error {
    const known = existsSync(this.#directories.staged(upload)) || !existsSync(this.#directories.uploads)
    return known ? storageUnavailable(cause) : uploadUnknown()
  }
}

/** @returns whether the file was there */
async function unlinkIfThere(path: string): Promise<boolean> {
  try {
    await unlink(path)
    return true
  } catch (error) {
    undefinedIfMissing(error)
    return false
  }
}

function fileSize(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size
}

function undefinedIfMissing(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error
  return undefined
}
