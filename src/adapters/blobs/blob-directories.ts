import { chmodSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { BlobLocation } from '../../ports/blob-store.ts'
import type { UploadId } from '../../ports/ids.ts'
import { syncDirectory } from './directory-sync.ts'
import { storageKey } from './storage-key.ts'

const PRIVATE = 0o700

/** Where files lie under the root: `uploads/<id>` while staged, `blobs/<first two digits>/<id>` once committed. */
export class BlobDirectories {
  readonly uploads: string
  readonly blobs: string
  readonly probe: string
  readonly owner: string

  constructor(root: string) {
    this.uploads = join(root, 'uploads')
    this.blobs = join(root, 'blobs')
    this.probe = join(this.uploads, 'probe')
    this.owner = join(root, 'installation')
  }

  staged(upload: UploadId): string {
    return `${this.uploads}/${storageKey(upload)}`
  }

  committed(location: BlobLocation): string {
    return `${this.fan(location)}/${location}`
  }

  /** The directory that holds a committed blob. */
  fan(location: BlobLocation): string {
    return `${this.blobs}/${storageKey(location).slice(0, 2)}`
  }
}

/** Makes what is missing of the directories under `root`, readable by nobody else, and makes them durable. */
export async function makeBlobDirectories(root: string): Promise<BlobDirectories> {
  const directories = new BlobDirectories(resolve(root))
  const madeFrom = mkdirSync(resolve(root), { recursive: true, mode: PRIVATE })
  for (const directory of [directories.uploads, directories.blobs]) {
    mkdirSync(directory, { recursive: true, mode: PRIVATE })
    chmodSync(directory, PRIVATE)
  }
  const existing = new Set(readdirSync(directories.blobs))
  for (const name of fanNames()) {
    if (!existing.has(name)) mkdirSync(join(directories.blobs, name), { recursive: true, mode: PRIVATE })
  }
  await syncDirectory(directories.blobs)
  for (const directory of upTo(resolve(root), madeFrom)) await syncDirectory(directory)
  return directories
}

function fanNames(): string[] {
  return Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0'))
}

/** `directory` and those above it, up to the one that holds `madeFrom`, the topmost that had to be made. */
function upTo(directory: string, madeFrom: string | undefined): string[] {
  const last = madeFrom === undefined ? directory : dirname(madeFrom)
  const directories = [directory]
  for (let above = directory; above !== last && above !== dirname(above); ) {
    above = dirname(above)
    directories.push(above)
  }
  return directories
}
