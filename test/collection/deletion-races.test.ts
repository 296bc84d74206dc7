import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { Tag } from '../../src/core/tag.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import { deleteBlob } from '../../src/services/blobs.ts'
import type { Caller, Services } from '../../src/services/context.ts'
import { mountBlob } from '../../src/services/mount-blob.ts'
import { deleteImage } from '../../src/services/plans/delete-images.ts'
import { pushManifest } from '../../src/services/push-manifest.ts'
import { changeRepository } from '../../src/services/repositories/change-repository.ts'
import { deleteRepository } from '../../src/services/repositories/delete-repository.ts'
import { tagRepository, untagRepository } from '../../src/services/repositories/resource-tags.ts'
import { finishUpload, startUpload } from '../../src/services/uploads.ts'
import { bytesOf, imageManifest, OCI_MANIFEST, pushImage } from '../support/images.ts'
import { createRepository } from '../support/test-registry.ts'
import { altered, type CollectionWorld, openCollectionWorld, textDigest } from './world.ts'

const IMAGE = imageManifest(['layer'])
// One that parses.
const V1 = 'v1' as Tag

let world: CollectionWorld
let services: Services
let caller: Caller
let metadata: MetadataStore
beforeEach(async () => {
  world = await openCollectionWorld()
  services = world.registry.services
  caller = world.registry.caller
  metadata = services.metadata
  await pushImage(world.registry, 'team/app', 'v1', IMAGE)
  await tagRepository(services, caller, world.app, [{ key: 'team', value: 'blue' }])
})
afterEach(async () => await world[Symbol.asyncDispose]())

/** Services for a request that has found the repository, which is deleted before the request's first transaction. */
function deletedMeanwhile(): Services {
  let isDeleted = false
  const transact: MetadataStore['transact'] = async (work) => {
    if (!isDeleted) {
      isDeleted = true
      await deleteRepository(services, caller, world.app, { force: true })
    }
    return await metadata.transact(work)
  }
  return { ...services, metadata: altered(metadata, { transact }) }
}

/** What is to be there still, should the repository be brought back. */
async function contents(): Promise<unknown[]> {
  const { id } = world.app
  return [
    await metadata.findTag(id, V1),
    await metadata.findManifest(id, IMAGE.digest),
    await metadata.listTags(id, { limit: 100 }),
    await metadata.listResourceTags(id),
    await metadata.findRepositoryBlob(id, textDigest('layer')),
    { ...(await metadata.findStoredRepository(id)), deletedAtMs: undefined },
  ]
}

type Request = (racing: Services) => Promise<unknown>

const REQUESTS: Record<string, { request: Request; reason: string }> = {
  'a manifest push': {
    request: (racing) =>
      pushManifest(racing, caller, {
        repository: world.app,
        content: bytesOf(IMAGE.text),
        mediaType: OCI_MANIFEST,
        tags: ['v2' as Tag],
      }),
    reason: 'repository-unknown',
  },
  untag: {
    request: (racing) =>
      deleteImage(racing, caller, world.app, { kind: 'tag', tag: V1, expected: undefined, takesLastImage: false }),
    reason: 'repository-unknown',
  },
  'the deletion of a manifest': {
    request: (racing) => deleteImage(racing, caller, world.app, { kind: 'image', digest: IMAGE.digest }),
    reason: 'repository-unknown',
  },
  'the deletion of a tag': {
    request: (racing) =>
      deleteImage(racing, caller, world.app, { kind: 'tag', tag: V1, expected: undefined, takesLastImage: true }),
    reason: 'repository-unknown',
  },
  'the deletion of a blob': {
    request: (racing) => deleteBlob(racing, world.app, textDigest('layer')),
    reason: 'blob-unknown',
  },
  'a change of settings': {
    request: (racing) => changeRepository(racing, caller, world.app, { scanOnPush: true }),
    reason: 'repository-unknown',
  },
  'a resource tag': {
    request: (racing) => tagRepository(racing, caller, world.app, [{ key: 'team', value: 'red' }]),
    reason: 'repository-unknown',
  },
  'a resource tag taken off': {
    request: (racing) => untagRepository(racing, caller, world.app, ['team']),
    reason: 'repository-unknown',
  },
  'another deletion': {
    request: (racing) => deleteRepository(racing, caller, world.app, { force: true }),
    reason: 'repository-unknown',
  },
}

for (const [name, { request, reason }] of Object.entries(REQUESTS)) {
  test(`${name} is refused when the repository is deleted under it, and changes nothing`, async () => {
    const before = await contents()
    await expect(request(deletedMeanwhile())).rejects.toMatchObject({ reason })
    expect(await contents()).toEqual(before)
    expect(await world.events('repository-deleted')).toHaveLength(1)
  })
}

test('an upload that is finished when the repository is deleted under it is refused, and its bytes go', async () => {
  const uploadId = await startUpload(services, caller, world.app, { surface: 'oci', algorithm: 'sha256' })
  await services.blobs.append(uploadId, 0, bytesOf('late'), 100)
  const finish = { uploadId, digest: textDigest('late') }
  await expect(finishUpload(deletedMeanwhile(), caller, world.app, finish)).rejects.toMatchObject({
    reason: 'repository-unknown',
  })
  expect(await metadata.findUpload(uploadId)).toBeUndefined()
  expect(await world.hasRecord(textDigest('late'))).toBe(false)
})

describe('a mount from a repository that is deleted', () => {
  const digest = textDigest('layer')

  test('is an upload, with and without the name of its source', async () => {
    await createRepository(world.registry, 'team/target')
    await deleteRepository(services, caller, world.app, { force: true })
    for (const from of ['', '&from=team/app']) {
      const path = `/v2/team/target/blobs/uploads/?mount=${digest}${from}`
      expect((await world.registry.send('POST', path)).status).toBe(202)
    }
  })

  test('is an upload too when the source is deleted under it', async () => {
    const target = await createRepository(world.registry, 'team/target')
    for (const from of [undefined, world.app.name]) {
      expect(await mountBlob(deletedMeanwhile(), caller, target, { digest, from })).toBe(false)
    }
    expect(await metadata.findRepositoryBlob(target.id, digest)).toBeUndefined()
  })

  test('and one into it is none', async () => {
    const source = await createRepository(world.registry, 'team/source')
    await pushImage(world.registry, 'team/source', 'v1', imageManifest(['only there']))
    const mount = { digest: textDigest('only there'), from: source.name }
    expect(await mountBlob(deletedMeanwhile(), caller, world.app, mount)).toBe(false)
    expect(await metadata.findRepositoryBlob(world.app.id, mount.digest)).toBeUndefined()
  })
})
