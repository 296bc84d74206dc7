import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { FOUNDING_POLICY } from '../../../test/lifecycle/world.ts'
import { policy } from '../../../test/support/accounts.ts'
import { callEcr } from '../../../test/support/aws-requests.ts'
import { imageManifest, pushImage, putManifest } from '../../../test/support/images.ts'
import { callManage } from '../../../test/support/manage-requests.ts'
import { mustPut, putSettings as put, type SaidSettings } from '../../../test/support/put-settings.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { SETTING_NAMES } from '../../core/settings/settings.ts'

const APP = 'team-blue/api'
const TEAM = '?namespace=team-blue/'
const IMMUTABLE = { mode: 'IMMUTABLE' }
const FIRST = imageManifest(['layer'])
const SECOND = imageManifest(['layer', 'second'])

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  await createRepository(registry, APP)
})
afterEach(async () => await registry[Symbol.asyncDispose]())

async function effective(repository = APP) {
  const { json } = await callManage(registry, 'GET', `/effective-settings?repository=${repository}`)
  return json.settings
}

const usage = async (query: string) => (await callManage(registry, 'GET', `/usage${query}`)).json

describe('tag mutability', () => {
  test('of a namespace decides on pushes of every repository below, from the very next one', async () => {
    await pushImage(registry, APP, 'v1', FIRST)
    await pushImage(registry, APP, 'v1', SECOND)
    await mustPut(registry, TEAM, { tagMutability: { value: IMMUTABLE } })
    const refused = await putManifest(registry, APP, 'v1', FIRST.text)
    expect(refused.status).toBe(400)
    expect(await refused.text()).toContain('because the tag is immutable')
    await mustPut(registry, `?repository=${APP}`, { tagMutability: { value: { mode: 'MUTABLE' } } })
    expect((await putManifest(registry, APP, 'v1', FIRST.text)).status).toBe(201)
  })

  test('that is locked cannot be weakened below, by whichever API, and says by whom', async () => {
    await mustPut(registry, '', {
      tagMutability: { value: { mode: 'MUTABLE_WITH_EXCLUSION', exclusionFilters: ['v*'] } },
    })
    const settings = { value: { mode: 'IMMUTABLE_WITH_EXCLUSION', exclusionFilters: ['dev-*'] }, locked: true }
    await mustPut(registry, TEAM, { tagMutability: settings })
    const sentence = expect.stringContaining("The setting tagMutability is locked by namespace 'team-blue/'.")
    const weaker = { repositoryName: APP, imageTagMutability: 'MUTABLE' }
    expect((await callEcr(registry, 'PutImageTagMutability', weaker)).json.message).toEqual(sentence)
    const made = { repositoryName: 'team-blue/new', imageTagMutability: 'MUTABLE' }
    expect((await callEcr(registry, 'CreateRepository', made)).json.message).toEqual(sentence)
    for (const below of [`?repository=${APP}`, '?namespace=team-blue/web/']) {
      const { status, json } = await put(registry, below, { tagMutability: { value: { mode: 'MUTABLE' } } })
      expect([status, json.error.code, json.error.message]).toEqual([409, 'Unmodifiable', sentence])
    }
    await mustPut(registry, `?repository=${APP}`, { tagMutability: { value: IMMUTABLE } })
  })

  test('that was chosen before a lock came is kept, and counts again when the lock goes', async () => {
    await mustPut(registry, `?repository=${APP}`, { tagMutability: { value: { mode: 'MUTABLE' } } })
    await mustPut(registry, TEAM, { tagMutability: { value: IMMUTABLE, locked: true } })
    const shown = async () => (await callEcr(registry, 'DescribeRepositories', {})).json.repositories[0]
    expect((await shown()).imageTagMutability).toBe('IMMUTABLE')
    await pushImage(registry, APP, 'v1', FIRST)
    expect((await pushImage(registry, APP, 'v1', SECOND).catch((error: Error) => error.message)) as string).toContain(
      'immutable',
    )
    expect((await effective()).map((one: { from: object }) => one.from)).toEqual([
      { kind: 'namespace', name: 'team-blue/' },
      { kind: 'repository', name: APP },
    ])
    expect((await callManage(registry, 'DELETE', `/settings/tagMutability${TEAM}`)).status).toBe(204)
    expect((await shown()).imageTagMutability).toBe('MUTABLE')
    await pushImage(registry, APP, 'v1', SECOND)
  })
})

test('scanOnPush is shown as it is in force, in a list and by name', async () => {
  await createRepository(registry, 'other')
  await mustPut(registry, TEAM, { scanOnPush: { value: true } })
  const scans = async (input: object) =>
    (await callEcr(registry, 'DescribeRepositories', input)).json.repositories.map(
      (one: { imageScanningConfiguration: { scanOnPush: boolean } }) => one.imageScanningConfiguration.scanOnPush,
    )
  expect(await scans({})).toEqual([false, true])
  expect(await scans({ repositoryNames: [APP] })).toEqual([true])
})

test('aws roadmap#215: deletion protection of a scope keeps repositories below, also from a deletion with force', async () => {
  await mustPut(registry, '', { deletionProtection: { value: true } })
  const remove = async () =>
    (await callEcr(registry, 'DeleteRepository', { repositoryName: APP, force: true })).json.message
  expect(await remove()).toContain('deletion protection is set by the registry')
  await mustPut(registry, `?repository=${APP}`, { deletionProtection: { value: false } })
  await mustPut(registry, '', { deletionProtection: { value: true, locked: true } })
  expect(await remove()).toContain('deletion protection is set by the registry')
  await callManage(registry, 'DELETE', '/settings/deletionProtection')
  expect(await remove()).toBeUndefined()
})

test('a restore window of zero days makes what is deleted due at once', async () => {
  await mustPut(registry, TEAM, { restoreWindow: { value: { days: 0 } } })
  await pushImage(registry, APP, 'v1', FIRST)
  expect((await registry.send('DELETE', `/v2/${APP}/manifests/${FIRST.digest}`)).status).toBe(202)
  const due = await registry.services.metadata.listDueCandidates(registry.clock.nowMs(), 10)
  expect(due.map(({ kind }) => kind)).toEqual(['manifest'])
})

describe('a quota', () => {
  test('refuses the push that would exceed it, with exact figures, and says so in ECR’s words to ECR’s clients', async () => {
    await mustPut(registry, TEAM, { quota: { value: { images: 1 } } })
    await pushImage(registry, APP, 'v1', FIRST)
    const refused = await pushImage(registry, APP, 'v2', SECOND).catch((error: Error) => error.message)
    expect(refused).toContain('403')
    expect(refused).toContain("The quota of namespace 'team-blue/' in images is 1. Used are 1, and this needs 1 more.")
    const input = { repositoryName: APP, imageManifest: SECOND.text, imageTag: 'v2' }
    const { json } = await callEcr(registry, 'PutImage', input)
    expect([json.__type, json.message]).toEqual(['LimitExceededException', expect.stringContaining('in images is 1.')])
    expect(await usage(TEAM)).toMatchObject({ images: 1, quota: { images: 1 } })
    // The same image again is nothing new.
    expect((await putManifest(registry, APP, 'again', FIRST.text)).status).toBe(201)
  })

  test('has room again when images are deleted, or their repository', async () => {
    await mustPut(registry, '', { quota: { value: { images: 1 } } })
    await pushImage(registry, APP, 'v1', FIRST)
    await registry.send('DELETE', `/v2/${APP}/manifests/${FIRST.digest}`)
    await pushImage(registry, APP, 'v2', SECOND)
    await callEcr(registry, 'DeleteRepository', { repositoryName: APP, force: true })
    expect(await usage('')).toMatchObject({ images: 0, bytes: 0 })
    await createRepository(registry, APP)
    await pushImage(registry, APP, 'v1', FIRST)
  })

  test('may be below what is held: nothing is lost, and nothing can be pushed', async () => {
    await pushImage(registry, APP, 'v1', FIRST)
    const { bytes } = await usage(`?repository=${APP}`)
    await mustPut(registry, `?repository=${APP}`, { quota: { value: { bytes: 10 } } })
    const refused = await pushImage(registry, APP, 'v2', SECOND).catch((error: Error) => error.message)
    expect(refused).toContain(`in bytes is 10. Used are ${bytes}, and`)
    await mustPut(registry, `?repository=${APP}`, { quota: { value: { bytes: 100_000 } } })
    await pushImage(registry, APP, 'v2', SECOND)
  })

  test('is counted in distinct blobs: a layer that two images share is there once', async () => {
    await pushImage(registry, APP, 'v1', FIRST)
    const one = await usage(TEAM)
    await pushImage(registry, APP, 'v2', SECOND)
    const both = await usage(TEAM)
    const added = SECOND.text.length + (SECOND.blobs[0]?.length ?? 0) + 'second'.length
    expect(both).toEqual({ images: 2, bytes: one.bytes + added })
  })
})

test('what counts for a repository is shown with where each setting comes from', async () => {
  await mustPut(registry, '', { lifecyclePolicy: { value: FOUNDING_POLICY, locked: true } })
  await mustPut(registry, TEAM, { quota: { value: { bytes: 5 } } })
  await callManage(registry, 'PUT', '/installation/settings', {
    body: { settings: { quota: { value: { bytes: 9 } } } },
  })
  const settings = await effective()
  expect(settings).toEqual([
    {
      name: 'lifecyclePolicy',
      value: FOUNDING_POLICY,
      locked: true,
      from: { kind: 'registry' },
      changedAt: expect.any(String),
      changedBy: 'arn:aws:iam::000000000000:root',
    },
    expect.objectContaining({ name: 'quota', value: { bytes: 9 }, from: { kind: 'installation' } }),
    expect.objectContaining({ name: 'quota', value: { bytes: 5 }, from: { kind: 'namespace', name: 'team-blue/' } }),
  ])
  const { status, json } = await put(registry, TEAM, { lifecyclePolicy: { value: FOUNDING_POLICY } })
  expect([status, json.error.message]).toEqual([409, expect.stringContaining('locked by the registry. Another one')])
})

test('a repository says all settings itself, and takes each of them back', async () => {
  const values: Record<(typeof SETTING_NAMES)[number], unknown> = {
    lifecyclePolicy: FOUNDING_POLICY,
    tagMutability: { mode: 'IMMUTABLE', exclusionFilters: [] },
    tagRules: { require: [{ kind: 'semver' }] },
    scanOnPush: true,
    repositoryPolicy: policy({ Effect: 'Allow', Principal: '*', Action: 'ecr:ListImages' }),
    deletionProtection: true,
    quota: { images: 3 },
    lifecycleBrake: { share: 0.5, floor: 10 },
    restoreWindow: { days: 3.5 },
  }
  const query = `?repository=${APP}`
  await mustPut(registry, query, Object.fromEntries(SETTING_NAMES.map((name) => [name, { value: values[name] }])))
  const said = async () => (await callManage(registry, 'GET', `/settings${query}`)).json.settings
  const shown = (await said()).map((one: { name: string; value: unknown }) => [one.name, one.value])
  expect(Object.fromEntries(shown)).toEqual(values)
  for (const name of SETTING_NAMES) {
    const remove = async () => (await callManage(registry, 'DELETE', `/settings/${name}${query}`)).status
    expect([name, await remove(), await remove()]).toEqual([name, 204, 404])
  }
  expect(await said()).toEqual([])
})

test('namespaces are those that hold repositories or say something, a page at a time', async () => {
  for (const name of ['team-blue/web/app', 'team-blue-x/app', 'alone']) await createRepository(registry, name)
  await mustPut(registry, '?namespace=team-red/', { scanOnPush: { value: true } })
  const paths: string[] = []
  let after = ''
  for (;;) {
    const { json } = await callManage(registry, 'GET', `/namespaces?limit=1${after && `&after=${after}`}`)
    paths.push(...json.namespaces.map((one: { path: string }) => one.path))
    if (json.next === undefined) break
    after = json.next
  }
  expect(paths).toEqual(['team-blue-x/', 'team-blue/', 'team-blue/web/', 'team-red/'])
  const { json } = await callManage(registry, 'GET', '/namespaces')
  expect(json.namespaces.at(-1)).toEqual({ path: 'team-red/', settings: ['scanOnPush'] })
})

test.each([
  ['?namespace=team-blue', { scanOnPush: { value: true } }, 'invalid namespace'],
  ['?namespace=a/&repository=a/b', { scanOnPush: { value: true } }, 'not both'],
  ['', {}, 'must have a setting'],
  ['', { scanOnPush: { value: 'yes' } }, 'settings.scanOnPush.value'],
  ['', { unknown: { value: 1 } }, 'unknown'],
  ['', { tagMutability: { value: { mode: 'IMMUTABLE', exclusionFilters: ['v*'] } } }, 'belong to the modes'],
  ['', { tagMutability: { value: { mode: 'MUTABLE_WITH_EXCLUSION' } } }, 'belong to the modes'],
  ['', { lifecyclePolicy: { value: 'no json' } }, 'Could not map policyString into LifecyclePolicy'],
  ['', { lifecyclePolicy: { value: '[]' } }, 'Expected an object'],
  ['', { lifecyclePolicy: { value: '{}' } }, 'missing required properties'],
  ['', { quota: { value: {} } }, 'a quota has bytes, images or both'],
  ['', { quota: { value: { images: -1 } } }, 'settings.quota.value.images'],
  ['', { quota: { value: { images: 1 }, locked: true } }, 'cannot be locked'],
  ['', { restoreWindow: { value: { days: -1 } } }, 'settings.restoreWindow.value.days'],
  ['', { lifecycleBrake: { value: { share: 2, floor: 0 } } }, 'settings.lifecycleBrake.value.share'],
  ['', { repositoryPolicy: { value: '{}' } }, 'Invalid repository policy provided'],
  [`?repository=${APP}`, { scanOnPush: { value: true, locked: true } }, 'nothing below it'],
])('PUT /settings%s with %j is refused', async (query, settings, sentence) => {
  const { status, json } = await put(registry, query, settings as SaidSettings)
  expect([status, json.error.message]).toEqual([400, expect.stringContaining(sentence)])
})

test('settings of a repository that is not there are not to be had', async () => {
  expect((await put(registry, '?repository=team-blue/none', { scanOnPush: { value: true } })).status).toBe(404)
  expect((await callManage(registry, 'GET', '/usage?repository=team-blue/none')).status).toBe(404)
  expect((await callManage(registry, 'GET', '/effective-settings?repository=team-blue/none')).status).toBe(404)
})
