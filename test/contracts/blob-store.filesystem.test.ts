import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFilesystemBlobStore } from '../../src/adapters/blobs/filesystem-blob-store.ts'
import { describeBlobStore } from './blob-store.ts'

describeBlobStore('filesystem', async () => {
  const root = await mkdtemp(join(tmpdir(), 'lading-blobs-'))
  return {
    store: await openFilesystemBlobStore({ root }),
    reopen: () => openFilesystemBlobStore({ root }),
    damage: (location, bytes) => writeFile(join(root, 'blobs', location.slice(0, 2), location), bytes),
    close: () => rm(root, { recursive: true }),
  }
})
