import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { UploadId } from '../../src/ports/ids.ts'
import { isUploadId } from '../../src/ports/ids.ts'
import { expireUploads, sweepUploads } from '../../src/services/expire-uploads.ts'
import {
  appendToUpload,
  startUpload as beginUpload,
  cancelUpload,
  finishUpload,
  uploadAtOnce,
} from '../../src/services/uploads.ts'
import { handFed } from '../contracts/blob-store.ts'
import { bytesOf } from '../support/images.ts'
import { altered, type CollectionWorld, NEVER, openCollectionWorld, textDigest } from './world.ts'

let world: CollectionWorld
beforeEach(async () => {
  world = await openCollectionWorld({ uploadExpiryMs: 1000 })
})
afterEach(async () => await world[Symbol.asyncDispose]())

async function startUpload(text: string): Promise<{ path: string; id: UploadId }> {
  const started = await world.registry.send('POST', '/v2/team/app/blobs/uploads/')
  const path = started.headers.get('location') ?? ''
  const id = path.split('/').at(-1) ?? ''
  if (!isUploadId(id)) throw new Error(`no upload id in ${path}`)
  expect((await world.registry.send('PATCH', path, { body: text })).status).toBe(202)
  return { path, id }
}

async function staged(): Promise<UploadId[]> {
  return await Array.fromAsync(world.registry.services.blobs.listUploads())
}

test('zot#2598, #2142: an upload that nobody goes on with is removed, bytes and row, and one in use is not', async () => {
  const old = await startUpload('old')
  world.wait(1000)
  expect((await expireUploads(world.registry.services, NEVER)).discarded).toBe(0)
  const young = await startUpload('young')
  world.wait(501)
  expect(await expireUploads(world.registry.services, NEVER)).toEqual({ discarded: 1, failed: 0 })
  expect(await staged()).toEqual([young.id])
  expect(await world.registry.services.metadata.findUpload(old.id)).toBeUndefined()
  expect((await world.registry.send('GET', old.path)).status).toBe(404)
  expect((await world.registry.send('PUT', `${young.path}?digest=${textDigest('young')}`)).status).toBe(201)
})

test('bytes that were committed but never recorded go with the upload', async () => {
  const { blobs, metadata } = world.registry.services
  const { id } = await startUpload('half done')
  const { location } = await blobs.commit(id, textDigest('half done'))
  world.wait(1501)
  expect((await expireUploads(world.registry.services, NEVER)).discarded).toBe(1)
  expect(await blobs.read(location)).toBeUndefined()
  expect(await metadata.findUpload(id)).toBeUndefined()
})

test('an upload that is being finished while it expires or is cancelled gives no blob without bytes', async () => {
  const { services, caller } = world.registry
  for (const how of ['expire', 'cancel'] as const) {
    const { id, path } = await startUpload('raced')
    const original = services.blobs
    // The commit is over, its transaction not begun: just then somebody else removes the upload.
    const blobs = altered(original, {
      commit: async (...given) => {
        const committed = await original.commit(...given)
        world.wait(1501)
        if (how === 'expire') await expireUploads(services, NEVER)
        else expect((await world.registry.send('DELETE', path)).status).toBe(204)
        return committed
      },
    })
    const finish = finishUpload({ ...services, blobs }, caller, world.app, {
      uploadId: id,
      digest: textDigest('raced'),
    })
    await expect(finish).rejects.toMatchObject({ reason: 'upload-unknown' })
    expect(await services.metadata.findBlob(textDigest('raced'))).toBeUndefined()
  }
})

test('an upload that was cancelled half-way is cleaned up by the next expiry', async () => {
  const { services } = world.registry
  const { id, path } = await startUpload('cancelled')
  const blobs = altered(services.blobs, { discardUpload: () => Promise.reject(new Error('the process dies here')) })
  await expect(cancelUpload({ ...services, blobs }, world.registry.caller, world.app, id)).rejects.toThrow('dies')
  expect((await world.registry.send('GET', path)).status).toBe(404)
  expect(await staged()).toEqual([id])
  expect((await expireUploads(services, NEVER)).discarded).toBe(1)
  expect(await staged()).toEqual([])
})

test('a failing removal does not stop the others, and is tried again', async () => {
  const { services } = world.registry
  const bad = await startUpload('bad')
  await startUpload('good')
  world.wait(1501)
  const blobs = altered(services.blobs, {
    discardUpload: (id) => (id === bad.id ? Promise.reject(new Error('EIO')) : services.blobs.discardUpload(id)),
  })
  expect(await expireUploads({ ...services, blobs }, NEVER)).toEqual({ discarded: 1, failed: 1 })
  expect(await expireUploads(services, NEVER)).toEqual({ discarded: 1, failed: 0 })
  expect(await staged()).toEqual([])
})

test.each([0, 400, 600, 999])(
  'an upload is kept for a whole period after a chunk that came %d after it began',
  async (ms) => {
    const { path, id } = await startUpload('one')
    world.wait(ms)
    expect((await world.registry.send('PATCH', path, { body: 'two' })).status).toBe(202)
    world.wait(999)
    await expireUploads(world.registry.services, NEVER)
    expect(await staged()).toEqual([id])
  },
)

describe('an upload that takes longer than its period', () => {
  const PERIOD_MS = 120
  const STEP_MS = 20

  /** Lets the clock go along with real time, and the clean-up run all the time. */
  async function livePeriods(slow: CollectionWorld, periods: number, each: () => void): Promise<void> {
    for (let passed = 0; passed < periods * PERIOD_MS; passed += STEP_MS) {
      each()
      await Bun.sleep(STEP_MS)
      slow.wait(STEP_MS)
      await expireUploads(slow.registry.services, NEVER)
    }
  }

  test('goes on for as long as bytes come, and can be finished', async () => {
    await using slow = await openCollectionWorld({ uploadExpiryMs: PERIOD_MS })
    const { services, caller } = slow.registry
    const uploadId = await beginUpload(services, caller, slow.app, { surface: 'oci', algorithm: 'sha256' })
    const source = handFed()
    const append = appendToUpload(services, caller, slow.app, { uploadId, offsetBytes: 0, body: source.stream })
    await livePeriods(slow, 5, () => source.push(bytesOf('x')))
    source.end()
    const sizeBytes = await append
    const finished = await finishUpload(services, caller, slow.app, {
      uploadId,
      digest: textDigest('x'.repeat(sizeBytes)),
    })
    expect(finished.sizeBytes).toBe(30)
  })

  test('does not expire while its bytes are checked', async () => {
    await using slow = await openCollectionWorld({ uploadExpiryMs: PERIOD_MS })
    const { services, caller } = slow.registry
    const uploadId = await beginUpload(services, caller, slow.app, { surface: 'oci', algorithm: 'sha256' })
    const commit: typeof services.blobs.commit = async (...given) => {
      await livePeriods(slow, 5, () => {})
      return await services.blobs.commit(...given)
    }
    const slowly = { ...services, blobs: altered(services.blobs, { commit }) }
    const finished = finishUpload(slowly, caller, slow.app, { uploadId, digest: textDigest('') })
    expect(await finished).toMatchObject({ sizeBytes: 0 })
  })
})

/** Uploads are root's by its id, which is its account's. */
const ROOT_USER_ID = '000000000000'

describe('an upload in one request leaves nothing behind', () => {
  const uploads = async () => {
    const { metadata } = world.registry.services
    return [await staged(), await metadata.countUploads(ROOT_USER_ID)]
  }

  test('when the client breaks it off', async () => {
    const source = handFed()
    const path = `/v2/team/app/blobs/uploads/?digest=${textDigest('whole')}`
    const answer = world.registry.send('POST', path, { body: source.stream })
    source.push(bytesOf('who'))
    await Bun.sleep(5)
    expect(await uploads()).toMatchObject([[expect.any(String)], 1])
    source.fail(new Error('the client went away'))
    await expect(answer).rejects.toThrow('went away')
    expect(await uploads()).toEqual([[], 0])
  })

  test('when the digest is another, or the bytes are too many', async () => {
    const path = `/v2/team/app/blobs/uploads/?digest=${textDigest('this')}`
    expect((await world.registry.send('POST', path, { body: 'that' })).status).toBe(400)
    const { services, caller } = world.registry
    const small = { ...services, limits: { ...services.limits, blobBytes: 3 } }
    const upload = uploadAtOnce(small, caller, world.app, {
      surface: 'oci',
      digest: textDigest('this'),
      body: bytesOf('this'),
    })
    await expect(upload).rejects.toMatchObject({ reason: 'layer-too-large' })
    expect(await uploads()).toEqual([[], 0])
  })

  test('when its first file cannot be made, and says so', async () => {
    const { services, caller } = world.registry
    const blobs = altered(services.blobs, { startUpload: () => Promise.reject(new Error('EROFS')) })
    const start = beginUpload({ ...services, blobs }, caller, world.app, { surface: 'oci', algorithm: 'sha256' })
    await expect(start).rejects.toThrow('EROFS')
    expect(await uploads()).toEqual([[], 0])
  })

  test('but keeps its bytes when the blob was recorded although that seemed to fail', async () => {
    const { services, caller } = world.registry
    const transact: typeof services.metadata.transact = async (work) => {
      const result = await services.metadata.transact(work)
      if ((await services.metadata.findBlob(textDigest('kept'))) !== undefined && !told) {
        told = true
        throw new Error('the connection broke at the commit')
      }
      return result
    }
    let told = false
    const shaky = { ...services, metadata: altered(services.metadata, { transact }) }
    const upload = uploadAtOnce(shaky, caller, world.app, {
      surface: 'oci',
      digest: textDigest('kept'),
      body: bytesOf('kept'),
    })
    await expect(upload).rejects.toThrow('broke')
    const response = await world.registry.send('GET', `/v2/team/app/blobs/${textDigest('kept')}`)
    expect(await response.text()).toBe('kept')
  })
})

test('zot#3825, distribution#1948, PROJQUAY-12557: the sweep removes staged bytes without a row, and nothing else', async () => {
  const { services } = world.registry
  const known = await startUpload('known')
  const unknown = services.ids.uploadId()
  await services.blobs.startUpload(unknown, 'sha256')
  await services.blobs.append(unknown, 0, bytesOf('left over'), 1e9)
  expect(await sweepUploads(services, NEVER)).toBe(1)
  expect(await staged()).toEqual([known.id])
})
