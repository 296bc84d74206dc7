import { afterEach, beforeEach, expect, test } from 'bun:test'
import { explainBlob } from '../../src/services/collection/explain-blob.ts'
import { deleteRepository } from '../../src/services/repositories/delete-repository.ts'
import { imageManifest, pushBlob, pushImage } from '../support/images.ts'
import { type CollectionWorld, openCollectionWorld, textDigest } from './world.ts'

let world: CollectionWorld
beforeEach(async () => {
  world = await openCollectionWorld()
})
afterEach(async () => await world[Symbol.asyncDispose]())

test('explains a blob from its push to its end', async () => {
  const { services } = world.registry
  const layer = textDigest('layer')
  const why = async () => (await explainBlob(services, layer)).sentence
  expect(await why()).toContain('no event that is still kept tells of it')
  await pushBlob(world.registry, 'team/app', 'layer')
  expect(await why()).toContain('was told that it is here: it stays until 2026-01-01T00:00:01.000Z')
  const image = await pushImage(world.registry, 'team/app', 'v1', imageManifest(['layer']))
  expect(await explainBlob(services, layer)).toMatchObject({
    sentence: expect.stringContaining(
      'manifests refer to it, deleted ones in their restore window included, in: team/app',
    ),
    holders: [{ repository: 'team/app', isDeleted: false, isReferenced: true }],
    candidates: [{ kind: 'blob', repositoryId: world.app.id }],
  })
  await world.registry.send('DELETE', `/v2/team/app/manifests/${image}`)
  expect(await why()).toContain('in: team/app')
  world.wait(1001)
  await world.collect()
  expect(await why()).toContain('nothing referred to it any more and its lease had ended; its bytes are about to be')
  world.wait(11)
  await world.collect()
  const { sentence, blob, history } = await explainBlob(services, layer)
  expect(sentence).toContain('its bytes are unlinked')
  expect(blob).toBeUndefined()
  expect(history.map(({ kind }) => kind)).toEqual(['blobs-collected'])
})

test('says that a deleted repository holds a blob, until that one is purged', async () => {
  const { services, caller } = world.registry
  await pushImage(world.registry, 'team/app', 'v1', imageManifest(['layer']))
  world.wait(1001)
  await deleteRepository(services, caller, world.app, { force: true })
  const explained = await explainBlob(services, textDigest('layer'))
  expect(explained.sentence).toBe(
    'It stays because manifests refer to it in repositories that are deleted, until they are purged: team/app.',
  )
  expect(explained.holders).toEqual([{ repository: 'team/app', isDeleted: true, isReferenced: true }])
  world.wait(1001)
  await world.collect()
  expect((await explainBlob(services, textDigest('layer'))).sentence).toStartWith('It went at')
})

test('says when a blob waits for the collector, and when it is damaged', async () => {
  const { services } = world.registry
  const digest = await pushBlob(world.registry, 'team/app', 'loose')
  world.wait(1001)
  expect((await explainBlob(services, digest)).sentence).toContain('the collector looks at it after')
  await services.metadata.transact((transaction) => transaction.setBlobState(digest, 'damaged'))
  expect((await explainBlob(services, digest)).sentence).toStartWith('It is out of service because it is damaged.')
})
