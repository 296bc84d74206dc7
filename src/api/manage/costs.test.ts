import { afterEach, beforeEach, expect, test } from 'bun:test'
import { textDigest } from '../../../test/collection/world.ts'
import { imageManifest, indexOf, pushBlob, pushImage, putManifest } from '../../../test/support/images.ts'
import { callManage } from '../../../test/support/manage-requests.ts'
import { mustPut } from '../../../test/support/put-settings.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { deleteRepository } from '../../services/repositories/delete-repository.ts'
import { PLAN_HEADER } from '../plan-header.ts'
import { MANAGE_TABLE } from './table.ts'

const ONE = imageManifest(['a base layer', 'one'])
const TWO = imageManifest(['a base layer', 'two and'])
const HOUR_MS = 3_600_000

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry({ restoreWindowMs: 100 * HOUR_MS })
  for (const name of ['team/app', 'team/other', 'alone']) await createRepository(registry, name)
})
afterEach(async () => await registry[Symbol.asyncDispose]())

const bytesIn = (...texts: string[]) => texts.join('').length
const get = (path: string) => callManage(registry, 'GET', path)
const whatIf = (body: object, name = 'team/app') =>
  callManage(registry, 'POST', `/repositories/${encodeURIComponent(name)}/costs/what-if`, { body })

test('a repository has what it holds alone, and its part of what it shares', async () => {
  await pushImage(registry, 'team/app', 'v1', ONE)
  await pushImage(registry, 'team/other', 'v1', TWO)
  await pushImage(registry, 'team/app', 'v2', imageManifest(['three']))
  await registry.send('DELETE', `/v2/team/app/manifests/${imageManifest(['three']).digest}`)
  const { status, json } = await get('/repositories/team%2Fapp/costs')
  expect(status).toBe(200)
  expect(MANAGE_TABLE.GetRepositoryCosts.output?.parse(json)).toEqual(json)
  const alone = bytesIn(...imageManifest(['three']).blobs, ONE.blobs[0] ?? '', 'one')
  expect(json).toEqual({
    repositoryName: 'team/app',
    repositories: 1,
    images: 1,
    deletedImages: 1,
    logicalBytes: bytesIn(...ONE.blobs),
    heldBytes: alone + 'a base layer'.length,
    aloneBytes: alone,
    sharedBytes: 'a base layer'.length,
    attributedBytes: alone + 'a base layer'.length / 2,
    onlyDeleted: { aloneBytes: bytesIn(...imageManifest(['three']).blobs), sharedBytes: 0 },
  })
})

test('a namespace holds alone what only its repositories share; the account has all of it', async () => {
  await pushImage(registry, 'team/app', 'v1', ONE)
  await pushImage(registry, 'team/other', 'v1', TWO)
  await pushImage(registry, 'alone', 'v1', imageManifest(['one']))
  const all = new Set([...ONE.blobs, ...TWO.blobs, ...imageManifest(['one']).blobs])
  const { json } = await get('/namespaces/team%2F/costs')
  expect(MANAGE_TABLE.GetNamespaceCosts.output?.parse(json)).toEqual(json)
  expect(json).toMatchObject({
    namespace: 'team/',
    asOf: '2026-01-01T00:00:00.000Z',
    repositories: 2,
    images: 2,
    sharedBytes: 'one'.length,
    attributedBytes: json.heldBytes - 1,
  })
  expect(json.largest.map((each: { repositoryName: string }) => each.repositoryName)).toEqual([
    'team/other',
    'team/app',
  ])
  const account = (await get('/costs')).json
  expect(MANAGE_TABLE.GetAccountCosts.output?.parse(account)).toEqual(account)
  expect([account.repositories, account.attributedBytes, account.sharedBytes]).toEqual([3, bytesIn(...all), 0])
  expect((await get('/namespaces/none%2F/costs')).json).toMatchObject({ repositories: 0, heldBytes: 0, largest: [] })
})

test('the installation’s parts are what lies in the blob store, by account', async () => {
  await pushImage(registry, 'team/app', 'v1', ONE)
  await registry.send('DELETE', `/v2/team/app/blobs/${await pushBlob(registry, 'team/app', 'nobody holds it')}`)
  const location = (await registry.send('POST', '/v2/alone/blobs/uploads/')).headers.get('location') ?? ''
  await registry.send('PATCH', location, { body: 'staged' })
  const { json } = await get('/installation/costs')
  expect(MANAGE_TABLE.GetInstallationCosts.output?.parse(json)).toEqual(json)
  const held = bytesIn(...ONE.blobs)
  expect([json.parts, json.totalBytes]).toEqual([
    {
      attributedBytes: held,
      unheldBytes: 'nobody holds it'.length,
      outOfSightBytes: 0,
      uploadBytes: 'staged'.length,
      removalBytes: 0,
    },
    held + bytesIn('nobody holds it', 'staged'),
  ])
  expect(json.accounts).toMatchObject([{ accountId: '000000000000', region: 'us-east-1', heldBytes: held }])
})

test('what a pass found is good for a minute, and a repository is weighed anew each time', async () => {
  const images = async (path: string) => (await get(path)).json.images
  expect([await images('/costs'), await images('/repositories/team%2Fapp/costs')]).toEqual([0, 0])
  await pushImage(registry, 'team/app', 'v1', ONE)
  registry.clock.advance(59_999)
  expect([await images('/costs'), await images('/repositories/team%2Fapp/costs')]).toEqual([0, 1])
  registry.clock.advance(1)
  expect(await images('/costs')).toBe(1)
})

test('gitea 20631: after deleting an image the answer says what is still held, by what, and until when', async () => {
  await pushImage(registry, 'team/app', 'v1', ONE)
  await pushImage(registry, 'team/app', 'v2', TWO)
  await pushImage(registry, 'team/other', 'v1', imageManifest(['one']))
  registry.clock.advance(50 * HOUR_MS)
  const [config = ''] = ONE.blobs
  const freed = {
    repositoryName: 'team/app',
    images: 1,
    freesNowBytes: 0,
    freesLaterBytes: config.length,
    freesLaterAt: '2026-01-07T06:00:00.000Z',
    keptBytes: bytesIn('a base layer', 'one'),
    kept: [
      {
        digest: textDigest(config),
        sizeBytes: config.length,
        by: 'restore-window',
        until: '2026-01-07T06:00:00.000Z',
      },
      { digest: textDigest('a base layer'), sizeBytes: 12, by: 'image', image: TWO.digest },
      { digest: textDigest('one'), sizeBytes: 3, by: 'repository', repositoryName: 'team/other' },
    ],
  }
  const before = await whatIf({ delete: { reference: 'v1' } })
  expect(MANAGE_TABLE.WeighDeletion.output?.parse(before.json)).toEqual(before.json)
  expect([before.status, before.json]).toEqual([200, freed])
  expect((await registry.send('GET', '/v2/team/app/manifests/v1')).status).toBe(200)
  const deleted = await registry.send('DELETE', `/v2/team/app/manifests/${ONE.digest}`)
  const planId = deleted.headers.get(PLAN_HEADER) ?? ''
  expect((await whatIf({ planId })).json).toEqual(freed)
  registry.clock.advance(100 * HOUR_MS)
  expect((await whatIf({ planId })).json).toMatchObject({ freesNowBytes: config.length, freesLaterBytes: 0 })
})

test('a deleted repository keeps what it shares until its own window ends, as a setting says', async () => {
  for (const name of ['team/app', 'team/other']) await pushImage(registry, name, 'v1', ONE)
  await mustPut(registry, '?repository=team%2Fother', { restoreWindow: { value: { days: 14 } } })
  const deleted = await callManage(registry, 'DELETE', '/repositories/team%2Fother?force=true')
  const { kept } = (await whatIf({ delete: { reference: 'v1' } })).json
  const { undoUntil: until } = deleted.json
  expect(kept).toHaveLength(ONE.blobs.length)
  for (const blob of kept) expect(blob).toMatchObject({ by: 'repository', repositoryName: 'team/other', until })
})

test('a lease keeps what was just pushed, longer than no restore window does', async () => {
  await using quick = await openTestRegistry({ restoreWindowMs: 0 })
  await createRepository(quick, 'team/app')
  await pushImage(quick, 'team/app', 'v1', ONE)
  const ask = async () =>
    (await callManage(quick, 'POST', '/repositories/team%2Fapp/costs/what-if', { body: { delete: 'repository' } })).json
  const before = await ask()
  expect(before).toMatchObject({ freesNowBytes: 0, freesLaterBytes: bytesIn(...ONE.blobs), keptBytes: 0, images: 1 })
  expect(before.kept[0]).toMatchObject({ by: 'lease', until: before.freesLaterAt })
  quick.clock.advance(Date.parse(before.freesLaterAt) - quick.clock.nowMs())
  expect(await ask()).toMatchObject({ freesNowBytes: bytesIn(...ONE.blobs), freesLaterBytes: 0, kept: [] })
})

test('a tag beside another one frees nothing; referrers go along with their subject', async () => {
  await pushImage(registry, 'team/app', 'v1', ONE)
  await putManifest(registry, 'team/app', 'latest', ONE.text)
  expect((await whatIf({ delete: { reference: 'v1' } })).json).toMatchObject({ images: 0, freesLaterBytes: 0 })
  const subject = { mediaType: JSON.parse(ONE.text).mediaType, digest: ONE.digest, size: ONE.text.length }
  const signature = imageManifest(['a signature'], { subject, artifactType: 'application/vnd.example' })
  await pushImage(registry, 'team/app', signature.digest, signature)
  expect((await whatIf({ delete: { reference: ONE.digest } })).json).toMatchObject({
    images: 2,
    freesLaterBytes: bytesIn(...ONE.blobs, ...signature.blobs),
  })
})

test('what could not be deleted is refused in the same words, and nothing is changed', async () => {
  await pushImage(registry, 'team/app', ONE.digest, ONE)
  const index = indexOf([ONE])
  await putManifest(registry, 'team/app', 'multi', index.text)
  const refused = await whatIf({ delete: { reference: ONE.digest } })
  expect([refused.status, refused.json.error.message]).toEqual([
    409,
    `Requested image referenced by manifest list: [${index.digest}]`,
  ])
  const events = async () => (await registry.services.metadata.listEvents({ limit: 1000 })).length
  const before = await events()
  expect((await whatIf({ delete: { reference: 'multi' } })).json).toMatchObject({ images: 1, freesLaterBytes: 0 })
  expect([await events(), await registry.services.metadata.listPlans(1, { limit: 10 })]).toEqual([before, []])
})

test.each([
  [{}, 'team/app', 400],
  [{ delete: 'all' }, 'team/app', 400],
  [{ delete: { reference: 'no tag' } }, 'team/app', 400],
  [{ delete: 'repository', planId: '00000000-0000-4000-8000-000000000000' }, 'team/app', 400],
  [{ delete: { reference: 'none' } }, 'team/app', 404],
  [{ delete: 'repository' }, 'team/none', 404],
  [{ planId: '00000000-0000-4000-8000-000000000000' }, 'team/app', 404],
] as const)('%j of %s is answered with %i', async (body, name, status) => {
  expect((await whatIf(body, name)).status).toBe(status)
})

test('a plan is known by its repository alone, also when that was deleted by it', async () => {
  const repository = await createRepository(registry, 'short-lived')
  await pushImage(registry, 'short-lived', 'v1', TWO)
  const { planId } = await deleteRepository(registry.services, registry.caller, repository, { force: true })
  expect((await whatIf({ planId }, 'team/other')).status).toBe(404)
  const freed = { images: 1, freesLaterBytes: bytesIn(...TWO.blobs), keptBytes: 0 }
  expect((await whatIf({ planId }, 'short-lived')).json).toMatchObject(freed)
  expect((await whatIf({ delete: 'repository' }, 'short-lived')).status).toBe(404)
})
