import { afterEach, beforeEach, expect, test } from 'bun:test'
import { bytesOf, descriptor, imageManifest, OCI_MANIFEST, pushImage, putManifest } from '../../test/support/images.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../../test/support/test-registry.ts'

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
})
afterEach(() => registry[Symbol.asyncDispose]())

/** Kind and tag of every event, oldest first. */
async function told(): Promise<[kind: string, tag: string | undefined][]> {
  const events = await registry.services.metadata.listEvents({ limit: 100 })
  return events.map(({ kind, detail }) => [kind, 'tag' in detail ? detail.tag : undefined])
}

test('a push leaves one event for each tag that it set, and one when it set none', async () => {
  const image = imageManifest(['layer'])
  const digest = await pushImage(registry, 'team/app', image.digest, image)
  expect(await told()).toEqual([['image-pushed', undefined]])
  await putManifest(registry, 'team/app', 'v1', image.text)
  await putManifest(registry, 'team/app', `${digest}?tag=v1&tag=v2&tag=v3`, image.text)
  expect((await told()).slice(1)).toEqual([
    ['image-pushed', 'v1'],
    ['image-pushed', 'v2'],
    ['image-pushed', 'v3'],
  ])
  const [event] = await registry.services.metadata.listEvents({ limit: 1 })
  expect(event).toMatchObject({
    repositoryName: 'team/app',
    principal: 'arn:aws:iam::000000000000:root',
    detail: { digest, mediaType: OCI_MANIFEST, artifactType: 'application/vnd.oci.image.config.v1+json' },
  })
})

test('a push that changes nothing, and one that is refused, leave none; one that moves a tag does', async () => {
  const image = imageManifest(['layer'])
  const other = imageManifest(['other'])
  await pushImage(registry, 'team/app', 'v1', image)
  await putManifest(registry, 'team/app', 'v1', image.text)
  await putManifest(registry, 'team/app', image.digest, image.text)
  expect((await putManifest(registry, 'team/app', 'v2', other.text)).status).toBe(400)
  expect(await told()).toEqual([['image-pushed', 'v1']])
  await pushImage(registry, 'team/app', 'v1', other)
  expect((await told()).slice(1)).toEqual([['image-pushed', 'v1']])
})

test('what refers to another image is told as a referrer', async () => {
  const image = imageManifest(['layer'])
  await pushImage(registry, 'team/app', 'v1', image)
  const subject = descriptor(bytesOf(image.text), OCI_MANIFEST)
  const referrer = imageManifest(['sbom'], { subject, artifactType: 'application/spdx+json' })
  await pushImage(registry, 'team/app', referrer.digest, referrer)
  const events = await registry.services.metadata.listEvents({ limit: 10 })
  expect(events.at(-1)).toMatchObject({
    kind: 'referrer-pushed',
    detail: { digest: referrer.digest, subject: image.digest, artifactType: 'application/spdx+json' },
  })
})

test('an image that is deleted leaves one event with its tags, and pushed again it is told again', async () => {
  const digest = await pushImage(registry, 'team/app', 'v1')
  await putManifest(registry, 'team/app', 'v2', imageManifest(['layer']).text)
  await registry.send('DELETE', `/v2/team/app/manifests/${digest}`)
  await pushImage(registry, 'team/app', 'v3')
  const events = await registry.services.metadata.listEvents({ limit: 10 })
  expect(events.slice(2)).toMatchObject([
    { kind: 'manifest-deleted', detail: { digest, tags: ['v1', 'v2'], tagCount: 2 } },
    { kind: 'image-pushed', detail: { digest, tag: 'v3' } },
  ])
})
