import { afterEach, beforeEach, expect, test } from 'bun:test'
import { collect } from '../../src/services/collect.ts'
import { defaultCollectOptions } from '../../src/services/collection/collect-options.ts'
import { imageManifest, indexOf, pushBlob, pushImage, putManifest } from '../support/images.ts'
import { callManage } from '../support/manage-requests.ts'
import { type LifecycleWorld, NAME, NEVER, openLifecycleWorld } from './world.ts'

/** Each named after the issue of those who suffered it (docs/field-lessons.md). */

let world: LifecycleWorld
beforeEach(async () => {
  world = await openLifecycleWorld()
})
afterEach(async () => await world[Symbol.asyncDispose]())

const rules = (...given: object[]) => ({ version: 'lading/lifecycle/v1', rules: given })
const status = async (reference: string) =>
  (await world.registry.send('GET', `/v2/${NAME}/manifests/${reference}`)).status

/** Puts the policy into force and carries it out, and the collector after it, as long after as it likes. */
async function keepBy(policy: object): Promise<void> {
  await callManage(world.registry, 'PUT', `/repositories/${encodeURIComponent(NAME)}/lifecycle-policy`, {
    body: { policy },
  })
  await world.run()
  world.wait(30)
  await collect(world.registry.services, { ...defaultCollectOptions(), force: true }, NEVER)
}

test('marin#1544: a retention policy leaves alone what a cluster goes on pulling, the platform of an index included', async () => {
  const [amd64, arm64] = [imageManifest(['amd64']), imageManifest(['arm64'])]
  for (const child of [amd64, arm64]) await pushImage(world.registry, NAME, child.digest, child)
  await putManifest(world.registry, NAME, 'running', indexOf([amd64, arm64]).text)
  await pushImage(world.registry, NAME, 'left', imageManifest(['left']))
  for (let day = 0; day < 60; day += 20) {
    world.wait(20)
    // A node that has the image asks for the manifest of its platform alone.
    expect(await status(amd64.digest)).toBe(200)
    await world.registry.services.pulls.flush()
  }
  await keepBy(rules({ select: {}, when: { olderThan: { days: 30, since: 'pulled' } }, action: 'expire' }))
  expect(await world.tags()).toEqual(['running'])
  for (const { digest } of [amd64, arm64]) expect(await status(digest)).toBe(200)
})

test('zot verify-feature retention: trying a policy collects nothing, also of what nothing refers to', async () => {
  await pushImage(world.registry, NAME, 'v1')
  const loose = await pushBlob(world.registry, NAME, 'loose')
  world.wait(400)
  const policy = rules({ select: {}, action: 'expire' })
  const body = { body: { policy } }
  await callManage(world.registry, 'POST', `/repositories/${encodeURIComponent(NAME)}/plans`, body)
  await world.registry.services.background.idle()
  expect(await world.latest('preview')).toMatchObject({ state: 'ready', summary: { expire: 1 } })
  expect(await world.tags()).toEqual(['v1'])
  expect((await world.registry.send('GET', `/v2/${NAME}/blobs/${loose}`)).status).toBe(200)
})

const UNTAGGED = {
  'in our own format': rules({ select: { tagged: false }, action: 'expire' }),
  "in ECR's": {
    rules: [
      {
        rulePriority: 1,
        selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 1 },
        action: { type: 'expire' },
      },
    ],
  },
}

const purges = [
  'distribution#3178, harbor#11273: what belongs to an image that stays is not taken for untagged',
  'acr-cli#131, acr#666, acr-cli#342: after the purge every platform of every image is pulled',
  'container-retention-policy#97, #43, delete-package-versions#90, ghcr-cleanup-action#104, #114, kubernoodles#664, db-backup#575: pulls go on for weeks',
].flatMap((name) => Object.entries(UNTAGGED).map(([format, policy]) => [name, format, policy] as const))

test.each(purges)('%s, by a policy %s', async (_name, _format, policy) => {
  const children = ['amd64', 'arm64'].map((platform) => imageManifest([platform]))
  for (const child of children) await pushImage(world.registry, NAME, child.digest, child)
  await putManifest(world.registry, NAME, 'v1', indexOf(children).text)
  const lost = await pushImage(world.registry, NAME, 'moved', imageManifest(['old']))
  await pushImage(world.registry, NAME, 'moved', imageManifest(['new']))
  world.wait(30)
  await keepBy(policy)
  expect(await status(lost)).toBe(404)
  for (const child of children) {
    expect(await status(child.digest)).toBe(200)
    for (const blob of child.blobs) {
      const digest = new Bun.CryptoHasher('sha256').update(blob).digest('hex')
      expect((await world.registry.send('GET', `/v2/${NAME}/blobs/sha256:${digest}`)).status).toBe(200)
    }
  }
})
