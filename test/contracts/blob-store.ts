import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { RandomIds } from '../../src/adapters/random-ids.ts'
import { type Digest, type DigestAlgorithm, parseDigest } from '../../src/core/digest.ts'
import type { BlobLocation, BlobStore } from '../../src/ports/blob-store.ts'
import type { UploadId } from '../../src/ports/ids.ts'

/** One place where blobs are kept, for the length of a test. */
export interface BlobStoreFixture {
  readonly store: BlobStore
  /** A second store on the same bytes, as after a restart; undefined where nothing survives one. */
  readonly reopen: (() => Promise<BlobStore>) | undefined
  /** Changes what is stored behind the store's back. */
  damage(location: BlobLocation, bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}

export const NO_LIMIT = 1e12
const randomIds = new RandomIds()
const HELLO = bytes('hello, world')

export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

export function digestOf(content: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): Digest {
  return parseDigest(`${algorithm}:${createHash(algorithm).update(content).digest('hex')}`)
}

export function streamOf(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })
}

/** A stream whose chunks the test hands over one by one. */
export function handFed() {
  let controller!: ReadableStreamDefaultController<Uint8Array> // start() runs before the constructor returns
  let cancelled = false
  const stream = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given
    },
    cancel() {
      cancelled = true
    },
  })
  return {
    stream,
    push: (chunk: Uint8Array) => controller.enqueue(chunk),
    end: () => controller.close(),
    fail: (error: unknown) => controller.error(error),
    wasCancelled: () => cancelled,
  }
}

export async function startUpload(store: BlobStore, algorithm: DigestAlgorithm = 'sha256'): Promise<UploadId> {
  const upload = randomIds.uploadId()
  await store.startUpload(upload, algorithm)
  return upload
}

export async function put(store: BlobStore, content: Uint8Array): Promise<BlobLocation> {
  const upload = await startUpload(store)
  await store.append(upload, 0, content, NO_LIMIT)
  return (await store.commit(upload, digestOf(content))).location
}

export async function contentAt(store: BlobStore, location: BlobLocation): Promise<Uint8Array | undefined> {
  return await (await store.read(location))?.bytes()
}

export async function listed(store: BlobStore): Promise<UploadId[]> {
  return (await Array.fromAsync(store.listUploads())).toSorted()
}

/** The contract of `BlobStore`, sentence by sentence; every adapter runs it. */
export function describeBlobStore(name: string, open: () => Promise<BlobStoreFixture>): void {
  describe(`BlobStore: ${name}`, () => {
    let fixture: BlobStoreFixture
    let store: BlobStore
    beforeEach(async () => {
      fixture = await open()
      store = fixture.store
    })
    afterEach(() => fixture.close())

    describe('owner and claim', () => {
      test('a store has no owner until it is claimed, and keeps the one it has', async () => {
        expect(await store.owner()).toBeUndefined()
        await store.claim('installation-1')
        expect(await store.owner()).toBe('installation-1')
        expect(await (await fixture.reopen?.())?.owner()).toBe(fixture.reopen && 'installation-1')
      })
    })

    describe('startUpload and uploadSize', () => {
      test('a started upload holds no bytes', async () => {
        expect(await store.uploadSize(await startUpload(store))).toBe(0)
      })
      test('an upload that was never started has no size', async () => {
        expect(await store.uploadSize(randomIds.uploadId())).toBeUndefined()
      })
      test('starting an upload twice is a bug, and keeps what the first holds', async () => {
        const upload = await startUpload(store)
        await store.append(upload, 0, HELLO, NO_LIMIT)
        await expect(store.startUpload(upload, 'sha256')).rejects.toThrow()
        expect(await store.uploadSize(upload)).toBe(HELLO.length)
      })
      test.each(['', '../../etc/passwd', 'A'.repeat(32), 'a'.repeat(31), 'a'.repeat(33), `${'a'.repeat(31)}/`])(
        'the id %p is a bug, whatever the method',
        async (text) => {
          const bad = text as UploadId & BlobLocation // deliberately wrong: what a bug elsewhere would send
          await expect(store.startUpload(bad, 'sha256')).rejects.toThrow('storage key')
          await expect(store.discardUpload(bad)).rejects.toThrow('storage key')
          await expect(store.read(bad)).rejects.toThrow('storage key')
          await expect(store.remove(bad)).rejects.toThrow('storage key')
        },
      )
    })

    describe('append', () => {
      test('returns the size of the upload afterwards, for bytes and for a stream', async () => {
        const upload = await startUpload(store)
        expect(await store.append(upload, 0, HELLO, NO_LIMIT)).toBe(12)
        expect(await store.append(upload, 12, streamOf(HELLO, HELLO), NO_LIMIT)).toBe(36)
        expect(await store.append(upload, 36, streamOf(), NO_LIMIT)).toBe(36)
        expect(await store.append(upload, 36, new Uint8Array(), NO_LIMIT)).toBe(36)
        expect(await store.uploadSize(upload)).toBe(36)
      })

      test('refuses an upload that does not exist', async () => {
        const append = store.append(randomIds.uploadId(), 0, HELLO, NO_LIMIT)
        await expect(append).rejects.toMatchObject({ reason: 'upload-unknown' })
      })

      test.each([0, 11, 13, 1e15])('refuses bytes at %d when the upload stands at 12, and says 12', async (offset) => {
        const upload = await startUpload(store)
        await store.append(upload, 0, HELLO, NO_LIMIT)
        const append = store.append(upload, offset, HELLO, NO_LIMIT)
        await expect(append).rejects.toMatchObject({ reason: 'upload-range', detail: { offsetBytes: 12 } })
        await expectCommit(store, upload, HELLO)
      })

      test('two at once never interleave: the second is refused, the first is whole', async () => {
        const upload = await startUpload(store)
        const source = handFed()
        const first = store.append(upload, 0, source.stream, NO_LIMIT)
        source.push(bytes('first '))
        await Bun.sleep(5)
        const second = store.append(upload, 0, bytes('second'), NO_LIMIT)
        await expect(second).rejects.toMatchObject({ reason: 'upload-range' })
        const third = store.append(upload, 6, bytes('third'), NO_LIMIT)
        await expect(third).rejects.toMatchObject({ reason: 'upload-range' })
        source.push(bytes('again'))
        source.end()
        expect(await first).toBe(11)
        await expectCommit(store, upload, bytes('first again'))
      })

      test('of many started in the same moment exactly one is taken', async () => {
        const upload = await startUpload(store)
        const results = await Promise.allSettled(
          Array.from({ length: 20 }, (_, index) =>
            store.append(upload, 0, streamOf(bytes(`racer ${index + 10}`)), 100),
          ),
        )
        expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
        for (const result of results) {
          if (result.status === 'rejected') expect(result.reason).toMatchObject({ reason: 'upload-range' })
        }
        expect(await store.uploadSize(upload)).toBe(8)
      })

      test('keeps what arrived before the source failed, and throws the source’s error on', async () => {
        const upload = await startUpload(store)
        const source = handFed()
        const append = store.append(upload, 0, source.stream, NO_LIMIT)
        source.push(bytes('half of '))
        await Bun.sleep(5)
        const gone = new Error('the client went away')
        source.fail(gone)
        await expect(append).rejects.toBe(gone)
        expect(await store.uploadSize(upload)).toBe(8)
        expect(await store.append(upload, 8, bytes('it'), NO_LIMIT)).toBe(10)
        await expectCommit(store, upload, bytes('half of it'))
      })

      test('fills up to the limit exactly', async () => {
        const upload = await startUpload(store)
        expect(await store.append(upload, 0, HELLO, 12)).toBe(12)
      })

      test.each(['bytes', 'stream'])(
        'past the limit (%s) it refuses, holds what fitted and cancels the rest',
        async (kind) => {
          const upload = await startUpload(store)
          await store.append(upload, 0, bytes('he'), 5)
          const source = handFed()
          source.push(bytes('ll'))
          source.push(bytes('o, world'))
          const append = store.append(upload, 2, kind === 'bytes' ? bytes('llo, world') : source.stream, 5)
          await expect(append).rejects.toMatchObject({ reason: 'layer-too-large' })
          if (kind === 'stream') expect(source.wasCancelled()).toBe(true)
          expect(await store.uploadSize(upload)).toBe(5)
          await expectCommit(store, upload, bytes('hello'))
        },
      )
    })

    describe('commit', () => {
      test('the committed bytes can be read at the location, and the upload has ended', async () => {
        const upload = await startUpload(store)
        await store.append(upload, 0, HELLO, NO_LIMIT)
        const committed = await store.commit(upload, digestOf(HELLO))
        expect(committed.sizeBytes).toBe(12)
        expect(await contentAt(store, committed.location)).toEqual(HELLO)
        expect(await store.uploadSize(upload)).toBeUndefined()
        await expect(store.append(upload, 12, HELLO, NO_LIMIT)).rejects.toMatchObject({ reason: 'upload-unknown' })
        await expect(store.commit(upload, digestOf(HELLO))).rejects.toMatchObject({ reason: 'upload-unknown' })
      })

      test('an empty blob is a blob', async () => {
        const empty = new Uint8Array()
        const { location, sizeBytes } = await store.commit(await startUpload(store), digestOf(empty))
        expect(sizeBytes).toBe(0)
        expect(await contentAt(store, location)).toEqual(empty)
        expect(await store.verify(location, digestOf(empty))).toBe('intact')
      })

      test('refuses bytes that do not match the digest, and the upload is gone', async () => {
        const upload = await startUpload(store)
        await store.append(upload, 0, bytes('goodbye'), NO_LIMIT)
        await expect(store.commit(upload, digestOf(HELLO))).rejects.toMatchObject({ reason: 'digest-mismatch' })
        expect(await store.uploadSize(upload)).toBeUndefined()
        expect(await listed(store)).toEqual([])
        await expect(store.commit(upload, digestOf(bytes('goodbye')))).rejects.toMatchObject({
          reason: 'upload-unknown',
        })
      })

      test('refuses an upload that does not exist', async () => {
        const commit = store.commit(randomIds.uploadId(), digestOf(HELLO))
        await expect(commit).rejects.toMatchObject({ reason: 'upload-unknown' })
      })

      test('is refused while an append is under way, which then goes on', async () => {
        const upload = await startUpload(store)
        const source = handFed()
        const append = store.append(upload, 0, source.stream, NO_LIMIT)
        source.push(HELLO)
        await Bun.sleep(5)
        await expect(store.commit(upload, digestOf(HELLO))).rejects.toMatchObject({ reason: 'upload-range' })
        source.end()
        expect(await append).toBe(12)
        await expectCommit(store, upload, HELLO)
      })

      test('two commits at once: one wins, and what it returns can be read', async () => {
        const upload = await startUpload(store)
        await store.append(upload, 0, HELLO, NO_LIMIT)
        const results = await Promise.allSettled([1, 2, 3].map(() => store.commit(upload, digestOf(HELLO))))
        const won = results.filter((result) => result.status === 'fulfilled')
        expect(won).toHaveLength(1)
        for (const { value } of won) expect(await contentAt(store, value.location)).toEqual(HELLO)
      })

      test.each(['sha256', 'sha512'] as const)('takes either algorithm when %s was hinted', async (hint) => {
        for (const algorithm of ['sha256', 'sha512'] as const) {
          const upload = await startUpload(store, hint)
          await store.append(upload, 0, streamOf(bytes('hello, '), bytes('world')), NO_LIMIT)
          const { location } = await store.commit(upload, digestOf(HELLO, algorithm))
          expect(await contentAt(store, location)).toEqual(HELLO)
          expect(await store.verify(location, digestOf(HELLO, algorithm))).toBe('intact')
        }
      })

      test.each(['sha256', 'sha512'] as const)(
        'refuses a wrong digest of either algorithm when %s was hinted',
        async (hint) => {
          for (const algorithm of ['sha256', 'sha512'] as const) {
            const upload = await startUpload(store, hint)
            await store.append(upload, 0, bytes('goodbye'), NO_LIMIT)
            const commit = store.commit(upload, digestOf(HELLO, algorithm))
            await expect(commit).rejects.toMatchObject({ reason: 'digest-mismatch' })
          }
        },
      )

      test('two commits of one digest give two locations; removing one leaves the other', async () => {
        const [first, second] = [await put(store, HELLO), await put(store, HELLO)]
        expect(first).not.toBe(second)
        await store.remove(first)
        expect(await contentAt(store, first)).toBeUndefined()
        expect(await contentAt(store, second)).toEqual(HELLO)
      })

      test('many at once all succeed', async () => {
        const contents = Array.from({ length: 60 }, (_, index) => bytes(`blob ${index}`))
        const locations = await Promise.all(contents.map((content) => put(store, content)))
        expect(await Promise.all(locations.map((location) => contentAt(store, location)))).toEqual(contents)
      })
    })

    describe('discardUpload', () => {
      test('removes a staged upload', async () => {
        const upload = await startUpload(store)
        await store.append(upload, 0, HELLO, NO_LIMIT)
        await store.discardUpload(upload)
        expect(await store.uploadSize(upload)).toBeUndefined()
        await expect(store.append(upload, 12, HELLO, NO_LIMIT)).rejects.toMatchObject({ reason: 'upload-unknown' })
        expect(await listed(store)).toEqual([])
      })
      test('removes what an upload committed', async () => {
        const location = await put(store, HELLO)
        await store.discardUpload(location as string as UploadId) // a location is its upload's id (docs/adr/0002)
        expect(await contentAt(store, location)).toBeUndefined()
      })
      test('is no error when there is nothing, nor a second time', async () => {
        const upload = await startUpload(store)
        await store.discardUpload(randomIds.uploadId())
        await store.discardUpload(upload)
        await store.discardUpload(upload)
      })
      test('ends an append that is under way', async () => {
        const upload = await startUpload(store)
        const source = handFed()
        const append = store.append(upload, 0, source.stream, NO_LIMIT)
        source.push(HELLO)
        await Bun.sleep(5)
        const [ended] = await Promise.allSettled([append, store.discardUpload(upload)])
        expect(ended).toMatchObject({ status: 'rejected', reason: { reason: 'upload-unknown' } })
        expect(source.wasCancelled()).toBe(true)
        expect(await store.uploadSize(upload)).toBeUndefined()
      })
      test('racing a commit, leaves either the whole blob or nothing', async () => {
        const upload = await startUpload(store)
        await store.append(upload, 0, HELLO, NO_LIMIT)
        const [commit] = await Promise.allSettled([store.commit(upload, digestOf(HELLO)), store.discardUpload(upload)])
        if (commit.status === 'fulfilled') {
          const content = await contentAt(store, commit.value.location)
          if (content !== undefined) expect(content).toEqual(HELLO)
        } else expect(commit.reason).toMatchObject({ reason: 'upload-unknown' })
        expect(await listed(store)).toEqual([])
      })
    })

    describe('read', () => {
      test.each([
        [0, 0, 'h'],
        [0, 4, 'hello'],
        [7, 11, 'world'],
        [11, 11, 'd'],
        [0, 11, 'hello, world'],
      ])('a slice from byte %d to byte %d, both inclusive, is %p', async (start, end, expected) => {
        const part = (await store.read(await put(store, HELLO)))?.slice(start, end + 1)
        expect(part?.size).toBe(expected.length)
        expect(await part?.text()).toBe(expected)
      })
      test('knows the size of the whole', async () => {
        expect((await store.read(await put(store, HELLO)))?.size).toBe(12)
      })
      test.each(['', 'hello', 'hello, world, and more'])('tells the size of what is there now: %p', async (text) => {
        const location = await put(store, HELLO)
        expect((await store.read(location))?.size).toBe(12)
        await fixture.damage(location, bytes(text))
        expect((await store.read(location))?.size).toBe(text.length)
      })
      test('a location that holds nothing gives undefined', async () => {
        const location = await put(store, HELLO)
        await store.remove(location)
        expect(await store.read(location)).toBeUndefined()
      })
      test('a staged upload is not readable', async () => {
        const upload = await startUpload(store)
        await store.append(upload, 0, HELLO, NO_LIMIT)
        expect(await store.read(upload as string as BlobLocation)).toBeUndefined() // a location is its upload's id
      })
    })

    describe('remove', () => {
      test('is no error when already gone', async () => {
        const location = await put(store, HELLO)
        await store.remove(location)
        await store.remove(location)
      })
      test('does not touch a staged upload', async () => {
        const upload = await startUpload(store)
        await store.append(upload, 0, HELLO, NO_LIMIT)
        await store.remove(upload as string as BlobLocation) // a location is its upload's id
        await expectCommit(store, upload, HELLO)
      })
      test('a stream that is open goes on to its end', async () => {
        const content = new Uint8Array(8 * 1024 * 1024).map((_, index) => index % 251)
        const location = await put(store, content)
        const reader = (await store.read(location))?.stream().getReader()
        const parts = [(await reader?.read())?.value ?? new Uint8Array()]
        await store.remove(location)
        for (let next = await reader?.read(); next?.value; next = await reader?.read()) parts.push(next.value)
        expect(digestOf(Buffer.concat(parts))).toBe(digestOf(content))
      })
    })

    describe('verify', () => {
      test('tells intact, damaged and missing apart', async () => {
        const location = await put(store, HELLO)
        expect(await store.verify(location, digestOf(HELLO))).toBe('intact')
        await fixture.damage(location, bytes('hellO, world'))
        expect(await store.verify(location, digestOf(HELLO))).toBe('damaged')
        await fixture.damage(location, bytes('hello'))
        expect(await store.verify(location, digestOf(HELLO))).toBe('damaged')
        await store.remove(location)
        expect(await store.verify(location, digestOf(HELLO))).toBe('missing')
      })
      test('says nothing of the bytes once it was told to stop, but why it stopped', async () => {
        const location = await put(store, HELLO)
        const stop = new AbortController()
        const options = { bytesPerSecond: 1e9, signal: stop.signal }
        expect(await store.verify(location, digestOf(HELLO), options)).toBe('intact')
        stop.abort(new Error('enough'))
        await expect(store.verify(location, digestOf(HELLO), options)).rejects.toThrow('enough')
      })
    })

    describe('listUploads', () => {
      test('lists what is staged, not what is committed', async () => {
        expect(await listed(store)).toEqual([])
        await put(store, HELLO)
        const staged = [await startUpload(store), await startUpload(store)]
        await store.probe()
        expect(await listed(store)).toEqual(staged.toSorted())
      })
      test('goes on while uploads are discarded under it', async () => {
        const staged = await Promise.all(Array.from({ length: 100 }, () => startUpload(store)))
        let seen = 0
        for await (const upload of store.listUploads()) {
          seen += 1
          await store.discardUpload(upload)
        }
        expect(seen).toBe(staged.length)
        expect(await listed(store)).toEqual([])
      })
    })

    describe('restart', () => {
      test('an upload goes on where it stood, and commits', async () => {
        if (fixture.reopen === undefined) return
        const upload = await startUpload(store)
        await store.append(upload, 0, bytes('hello, '), NO_LIMIT)
        const after = await fixture.reopen()
        expect(await after.uploadSize(upload)).toBe(7)
        expect(await listed(after)).toEqual([upload])
        expect(await after.append(upload, 7, bytes('world'), NO_LIMIT)).toBe(12)
        await expectCommit(after, upload, HELLO)
      })
      test('committed blobs are still there', async () => {
        if (fixture.reopen === undefined) return
        const location = await put(store, HELLO)
        expect(await contentAt(await fixture.reopen(), location)).toEqual(HELLO)
      })
    })

    test('however bytes are split into appends and chunks, the same blob comes of them', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(fc.uint8Array({ maxLength: 5000 }), { maxLength: 6 }), { maxLength: 5 }),
          async (appends) => {
            const whole = new Uint8Array(Buffer.concat(appends.flat()))
            const upload = await startUpload(store)
            let sizeBytes = 0
            for (const chunks of appends)
              sizeBytes = await store.append(upload, sizeBytes, streamOf(...chunks), NO_LIMIT)
            expect(sizeBytes).toBe(whole.length)
            await expectCommit(store, upload, whole)
          },
        ),
        { numRuns: 40 },
      )
    })
  })
}

/** Commits, and checks that exactly `content` came of it. */
export async function expectCommit(store: BlobStore, upload: UploadId, content: Uint8Array): Promise<void> {
  const committed = await store.commit(upload, digestOf(content))
  expect(committed.sizeBytes).toBe(content.length)
  expect(await contentAt(store, committed.location)).toEqual(content)
}
