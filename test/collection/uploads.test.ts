import { afterEach, beforeEach, expect, test } from 'bun:test'
import type { UploadId } from '../../src/ports/ids.ts'
import { isUploadId } from '../../src/ports/ids.ts'
import { expireUploads, sweepUploads } from '../../src/services/expire-uploads.ts'
import { cancelUpload, finishUpload } from '../../src/services/uploads.ts'
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

test('an upload that nobody goes on with is removed, bytes and row, and one in use is not', async () => {
  const old = await startUpload('old')
  world.wait(600)
  const young = await startUpload('young')
  world.wait(401)
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
  world.wait(1001)
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
        world.wait(1001)
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
  world.wait(1001)
  const blobs = altered(services.blobs, {
    discardUpload: (id) => (id === bad.id ? Promise.reject(new Error('EIO')) : services.blobs.discardUpload(id)),
  })
  expect(await expireUploads({ ...services, blobs }, NEVER)).toEqual({ discarded: 1, failed: 1 })
  expect(await expireUploads(services, NEVER)).toEqual({ discarded: 1, failed: 0 })
  expect(await staged()).toEqual([])
})

test('the sweep removes staged bytes without a row, and nothing else', async () => {
  const { services } = world.registry
  const known = await startUpload('known')
  const unknown = services.ids.uploadId()
  await services.blobs.startUpload(unknown, 'sha256')
  await services.blobs.append(unknown, 0, bytesOf('left over'), 1e9)
  expect(await sweepUploads(services, NEVER)).toBe(1)
  expect(await staged()).toEqual([known.id])
})
