import { expect, test } from 'bun:test'
import { MemoryBlobStore } from '../adapters/blobs/memory-blob-store.ts'
import { openSqliteMetadataStore } from '../adapters/metadata/sqlite/open-sqlite-metadata-store.ts'
import { RandomIds } from '../adapters/random-ids.ts'
import { tieStores } from './tie-stores.ts'

const ids = new RandomIds()
const newMetadata = () => openSqliteMetadataStore({ path: ':memory:' })

test('new stores are tied to each other once, and found together again', async () => {
  const [metadata, blobs] = [await newMetadata(), new MemoryBlobStore()]
  const first = await tieStores({ metadata, blobs, ids }, 'here')
  const owner = await blobs.owner()
  expect(owner).toMatch(/^[0-9a-f-]{36}$/)
  const again = await tieStores({ metadata, blobs, ids }, 'here')
  expect([first, again]).toEqual([0, 1].map(() => ({ installationId: String(owner), isMetadataLost: false })))
  expect([await blobs.owner(), await metadata.findInstallation()]).toEqual([owner, owner])
})

test('a blob store without an owner is refused once the metadata has one, and left unclaimed', async () => {
  const metadata = await newMetadata()
  await tieStores({ metadata, blobs: new MemoryBlobStore(), ids }, 'here')
  const empty = new MemoryBlobStore()
  await expect(tieStores({ metadata, blobs: empty, ids }, 'here')).rejects.toThrow('a volume may not be mounted')
  expect(await empty.owner()).toBeUndefined()
})

test('blobs and metadata of two installations are refused', async () => {
  const [first, second] = [await newMetadata(), await newMetadata()]
  const blobs = new MemoryBlobStore()
  await tieStores({ metadata: first, blobs, ids }, 'here')
  await tieStores({ metadata: second, blobs: new MemoryBlobStore(), ids }, 'there')
  await expect(tieStores({ metadata: second, blobs, ids }, 'here')).rejects.toThrow('belongs to another one')
})

test('blobs that new metadata knows nothing of are told once', async () => {
  const blobs = new MemoryBlobStore()
  const { installationId } = await tieStores({ metadata: await newMetadata(), blobs, ids }, 'here')
  const metadata = await newMetadata()
  expect(await tieStores({ metadata, blobs, ids }, 'here')).toEqual({ installationId, isMetadataLost: true })
  expect(await tieStores({ metadata, blobs, ids }, 'here')).toEqual({ installationId, isMetadataLost: false })
})

test('a start that died between the two records is completed by the next', async () => {
  const [metadata, blobs] = [await newMetadata(), new MemoryBlobStore()]
  await blobs.claim('claimed-before-the-crash')
  await tieStores({ metadata, blobs, ids }, 'here')
  expect(await metadata.findInstallation()).toBe('claimed-before-the-crash')
})
