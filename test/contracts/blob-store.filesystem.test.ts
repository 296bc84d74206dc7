import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { chmod, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FilesystemBlobStore, openFilesystemBlobStore } from '../../src/adapters/blobs/filesystem-blob-store.ts'
import {
  bytes,
  contentAt,
  describeBlobStore,
  digestOf,
  expectCommit,
  handFed,
  listed,
  NO_LIMIT,
  put,
  startUpload,
  streamOf,
} from './blob-store.ts'

describeBlobStore('filesystem', async () => {
  const root = await mkdtemp(join(tmpdir(), 'lading-blobs-'))
  return {
    store: await openFilesystemBlobStore({ root }),
    reopen: () => openFilesystemBlobStore({ root }),
    damage: (location, content) => writeFile(join(root, 'blobs', location.slice(0, 2), location), content),
    close: () => rm(root, { recursive: true }),
  }
})

describe('FilesystemBlobStore', () => {
  let root: string
  let store: FilesystemBlobStore
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lading-blobs-'))
    store = await openFilesystemBlobStore({ root })
  })
  afterEach(() => rm(root, { recursive: true }))

  test('makes a root that is several levels deep', async () => {
    const deep = await openFilesystemBlobStore({ root: join(root, 'a', 'b', 'c') })
    await put(deep, bytes('deep'))
    expect(await readdir(join(root, 'a', 'b', 'c'))).toEqual(expect.arrayContaining(['blobs', 'uploads']))
  })

  test('directories and files can be read by their owner only', async () => {
    const upload = await startUpload(store)
    const location = await put(store, bytes('private'))
    const fan = join(root, 'blobs', location.slice(0, 2))
    for (const directory of [join(root, 'uploads'), join(root, 'blobs'), fan])
      expect(await modeOf(directory)).toBe(0o700)
    for (const file of [join(root, 'uploads', upload), join(fan, location)]) expect(await modeOf(file)).toBe(0o600)
  })

  test('opening closes directories that others can read', async () => {
    await chmod(join(root, 'blobs'), 0o755)
    await openFilesystemBlobStore({ root })
    expect(await modeOf(join(root, 'blobs'))).toBe(0o700)
  })

  test('leaves no file behind: mismatch, discard, remove, probe', async () => {
    const wrong = await startUpload(store)
    await store.append(wrong, 0, bytes('wrong'), NO_LIMIT)
    await expect(store.commit(wrong, digestOf(bytes('right')))).rejects.toMatchObject({ reason: 'digest-mismatch' })
    await store.discardUpload(await startUpload(store))
    await store.remove(await put(store, bytes('removed')))
    await store.probe()
    expect(await filesUnder(root)).toEqual([])
  })

  test('an empty folder in place of a claimed one is a disk that is gone, not the loss of every blob', async () => {
    await store.claim('installation-1')
    const location = await put(store, bytes('there'))
    const staged = await startUpload(store)
    await rename(root, `${root}-away`)
    await openFilesystemBlobStore({ root })
    const gone = { reason: 'storage-unavailable' }
    await expect(store.read(location)).rejects.toMatchObject(gone)
    await expect(store.verify(location, digestOf(bytes('there')))).rejects.toMatchObject(gone)
    await expect(store.remove(location)).rejects.toMatchObject(gone)
    await expect(startUpload(store)).rejects.toMatchObject(gone)
    await expect(store.commit(staged, digestOf(bytes('')))).rejects.toMatchObject(gone)
    await expect(store.probe()).rejects.toMatchObject(gone)
    await rm(root, { recursive: true })
    await rename(`${root}-away`, root)
    expect(await contentAt(store, location)).toEqual(bytes('there'))
  })

  test('many uploads at rest hold no file descriptors', async () => {
    const before = (await readdir('/proc/self/fd')).length
    for (let index = 0; index < 300; index++) {
      await store.append(await startUpload(store), 0, bytes('resting'), NO_LIMIT)
    }
    expect((await readdir('/proc/self/fd')).length).toBeLessThan(before + 10)
  })

  test('verify reads no faster than it is told', async () => {
    const content = new Uint8Array(1024 * 1024)
    const location = await put(store, content)
    const startedAtMs = performance.now()
    expect(await store.verify(location, digestOf(content), { bytesPerSecond: 4 * 1024 * 1024 })).toBe('intact')
    expect(performance.now() - startedAtMs).toBeGreaterThan(200)
  })

  test('verify ends in the midst of a blob that would take for ever', async () => {
    const content = new Uint8Array(1024 * 1024)
    const location = await put(store, content)
    const stop = new AbortController()
    const openFiles = (await readdir('/proc/self/fd')).length
    const verifying = store.verify(location, digestOf(content), { bytesPerSecond: 1, signal: stop.signal })
    setTimeout(() => stop.abort(new Error('the server stops')), 20)
    const startedAtMs = performance.now()
    await expect(verifying).rejects.toThrow('the server stops')
    expect(performance.now() - startedAtMs).toBeLessThan(2000)
    expect((await readdir('/proc/self/fd')).length).toBeLessThanOrEqual(openFiles)
  })

  test('a disk that is not there is no missing blob: it would be taken for damage', async () => {
    const location = await put(store, bytes('on a disk'))
    const upload = await startUpload(store)
    await rename(join(root, 'blobs'), join(root, 'gone'))
    await rename(join(root, 'uploads'), join(root, 'gone too'))
    const unavailable = { reason: 'storage-unavailable' }
    await expect(store.read(location)).rejects.toMatchObject(unavailable)
    await expect(store.verify(location, digestOf(bytes('on a disk')))).rejects.toMatchObject(unavailable)
    await expect(store.remove(location)).rejects.toMatchObject(unavailable)
    await expect(startUpload(store)).rejects.toMatchObject(unavailable)
    await expect(store.append(upload, 0, bytes('x'), NO_LIMIT)).rejects.toMatchObject(unavailable)
    await expect(store.commit(upload, digestOf(bytes('')))).rejects.toMatchObject(unavailable)
    await expect(store.probe()).rejects.toMatchObject(unavailable)
  })

  test('when only the place for the blob is missing, the upload stays and can be committed later', async () => {
    const upload = await startUpload(store)
    await store.append(upload, 0, bytes('patience'), NO_LIMIT)
    await rename(join(root, 'blobs'), join(root, 'gone'))
    const commit = store.commit(upload, digestOf(bytes('patience')))
    await expect(commit).rejects.toMatchObject({ reason: 'storage-unavailable' })
    await rename(join(root, 'gone'), join(root, 'blobs'))
    await expectCommit(store, upload, bytes('patience'))
  })

  describe('with another process on the same root', () => {
    let other: FilesystemBlobStore
    beforeEach(async () => {
      other = await openFilesystemBlobStore({ root })
    })

    test('each goes on where the other stopped, and either commits the whole', async () => {
      const upload = await startUpload(store)
      await store.append(upload, 0, bytes('one '), NO_LIMIT)
      await other.append(upload, 4, bytes('two '), NO_LIMIT)
      await store.append(upload, 8, bytes('three'), NO_LIMIT)
      await expectCommit(other, upload, bytes('one two three'))
      await expect(store.commit(upload, digestOf(bytes('one ')))).rejects.toMatchObject({ reason: 'upload-unknown' })
    })

    test('bytes from the other are never passed over by a hash that did not see them', async () => {
      const upload = await startUpload(store)
      await store.append(upload, 0, bytes('mine'), NO_LIMIT)
      await other.append(upload, 4, bytes(' and yours'), NO_LIMIT)
      const commit = store.commit(upload, digestOf(bytes('mine')))
      await expect(commit).rejects.toMatchObject({ reason: 'digest-mismatch' })
    })

    test('two writers at once overwrite nothing, and at most one is told that all went well', async () => {
      const upload = await startUpload(store)
      const [mine, yours] = [handFed(), handFed()]
      const appends = [store.append(upload, 0, mine.stream, NO_LIMIT), other.append(upload, 0, yours.stream, NO_LIMIT)]
      for (const source of [mine, yours]) source.push(bytes('1234'))
      await Bun.sleep(20)
      for (const source of [mine, yours]) source.push(bytes('5678'))
      await Bun.sleep(20)
      for (const source of [mine, yours]) source.end()
      const results = await Promise.allSettled(appends)
      for (const result of results)
        expect(result).toMatchObject({ status: 'rejected', reason: { reason: 'upload-range' } })
      expect(await store.uploadSize(upload)).toBe(16)
      const commit = store.commit(upload, digestOf(bytes('12345678')))
      await expect(commit).rejects.toMatchObject({ reason: 'digest-mismatch' })
    })

    test('what one removes is gone for the other', async () => {
      const location = await put(store, bytes('short-lived'))
      expect(await contentAt(other, location)).toEqual(bytes('short-lived'))
      await other.remove(location)
      expect(await store.read(location)).toBeUndefined()
    })
  })

  test('after a crash that left both names, discarding takes only the staged one: the other may be recorded', async () => {
    const location = await put(store, bytes('recorded'))
    await writeFile(join(root, 'uploads', location), 'recorded')
    const [stale] = await listed(store)
    if (stale !== undefined) await store.discardUpload(stale)
    expect(await listed(store)).toEqual([])
    expect(await contentAt(store, location)).toEqual(bytes('recorded'))
  })

  test('a stream of thousands of tiny chunks is written whole', async () => {
    const chunks = Array.from({ length: 5000 }, (_, index) => bytes(`${index},`))
    const upload = await startUpload(store)
    await store.append(upload, 0, streamOf(...chunks), NO_LIMIT)
    await expectCommit(store, upload, new Uint8Array(Buffer.concat(chunks)))
  })

  test('one call with more bytes than fit a piece is written whole', async () => {
    const content = crypto.getRandomValues(new Uint8Array(60_000))
    const big = new Uint8Array(Buffer.concat(Array.from({ length: 40 }, () => content)))
    const upload = await startUpload(store)
    expect(await store.append(upload, 0, big, NO_LIMIT)).toBe(big.length)
    await expectCommit(store, upload, big)
  })
})

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777
}

async function filesUnder(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
