import { MemoryBlobStore } from '../../src/adapters/blobs/memory-blob-store.ts'
import { describeBlobStore } from './blob-store.ts'

describeBlobStore('memory', async () => {
  const store = new MemoryBlobStore()
  return {
    store,
    reopen: undefined,
    damage: async (location, bytes) => store.overwrite(location, bytes),
    close: async () => {},
  }
})
