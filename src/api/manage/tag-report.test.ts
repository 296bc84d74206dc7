import { afterEach, beforeEach, expect, test } from 'bun:test'
import { manifest, push } from '../../../test/contracts/metadata-store-fixture.ts'
import { callManage } from '../../../test/support/manage-requests.ts'
import { mustPut } from '../../../test/support/put-settings.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { digestOf } from '../../core/content-digest.ts'
import type { NewManifest } from '../../ports/metadata/manifests.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import { MANAGE_TABLE } from './table.ts'

let registry: TestRegistry
let repository: Repository
beforeEach(async () => {
  registry = await openTestRegistry()
  repository = await createRepository(registry, 'team/app')
})
afterEach(async () => await registry[Symbol.asyncDispose]())

const report = async (of: TestRegistry = registry) => await callManage(of, 'GET', '/repositories/team%2Fapp/tag-report')
const tagAs = async (pushed: NewManifest, ...tags: string[]) =>
  await push(registry.services.metadata, repository.id, pushed, ...tags)

function annotated(annotations: Record<string, string>): NewManifest {
  const content = new TextEncoder().encode(JSON.stringify({ annotations }))
  return manifest('annotated', { content, digest: digestOf(content), sizeBytes: content.byteLength })
}

const LINKED = annotated({
  'org.opencontainers.image.source': 'https://git.example.com/app',
  'org.opencontainers.image.revision': '1a2b3c4',
})

test('a repository without tags has nothing to report', async () => {
  const { status, json } = await report()
  const none = { count: 0, examples: [] }
  expect([status, json]).toEqual([
    200,
    {
      repositoryName: 'team/app',
      tags: 0,
      kinds: [],
      mixed: [],
      moved: none,
      neverMoved: none,
      caseTwins: { ...none, isComplete: true },
      withoutBuildLinks: { ...none, checked: 0, isComplete: true },
    },
  ])
})

test('kinds are counted with examples, and mixed are those that each say which build it is', async () => {
  await tagAs(manifest('a'), '1.4.2', '1.5.0', '1.6.0', '1.6.1', '1.6.2', '2.0.0', 'latest', 'prod', '1a2b3c4', 'odd')
  await tagAs(manifest('b'), 'latest', '1.4.2')
  const { json } = await report()
  expect(MANAGE_TABLE.GetTagReport.output?.parse(json)).toEqual(json)
  expect(json.kinds).toEqual([
    { kind: 'semver', count: 6, examples: ['1.4.2', '1.5.0', '1.6.0', '1.6.1', '1.6.2'], moved: 1 },
    { kind: 'commit-hash', count: 1, examples: ['1a2b3c4'], moved: 0 },
    { kind: 'environment', count: 1, examples: ['prod'], moved: 0 },
    { kind: 'none', count: 1, examples: ['odd'], moved: 0 },
    { kind: 'stable', count: 1, examples: ['latest'], moved: 1 },
  ])
  expect([json.tags, json.mixed]).toEqual([10, ['semver', 'commit-hash']])
  expect([json.moved, json.neverMoved.count]).toEqual([{ count: 2, examples: ['1.4.2', 'latest'] }, 8])
})

test('one identifying kind beside names that move is not mixed', async () => {
  await tagAs(manifest('a'), '1.4.2', 'latest', 'prod', '1.4')
  expect((await report()).json.mixed).toEqual([])
})

test('tags that differ in case alone are shown together', async () => {
  await tagAs(manifest('a'), 'v1-RC', 'v1-rc', 'V1-rc', 'Prod', 'prod', 'v2')
  expect((await report()).json.caseTwins).toEqual({
    count: 2,
    examples: [
      ['Prod', 'prod'],
      ['V1-rc', 'v1-RC', 'v1-rc'],
    ],
    isComplete: true,
  })
})

test('build ids whose manifests do not say where they come from are named; a rule’s names are asked for', async () => {
  await tagAs(manifest('bare'), 'build-1', 'build-2', '1.4.2')
  await tagAs(LINKED, 'build-3')
  expect((await report()).json.withoutBuildLinks).toEqual({
    checked: 3,
    count: 2,
    examples: ['build-1', 'build-2'],
    isComplete: true,
  })
  await mustPut(registry, '?namespace=team/', { tagRules: { value: { buildLinks: { address: ['x.build'] } } } })
  expect((await report()).json.withoutBuildLinks.examples).toEqual(['build-1', 'build-2', 'build-3'])
})

test('pages are put together, and no more than ten thousand manifests are looked into', async () => {
  const tags = Array.from({ length: 10_500 }, (_, index) => `build-${index}`)
  await tagAs(LINKED, ...tags)
  await tagAs(manifest('a'), 'BUILD-10499', 'latest')
  const { json } = await report()
  expect([json.tags, json.kinds[0].count, json.withoutBuildLinks]).toEqual([
    10_502,
    10_501,
    { checked: 10_000, count: 1, examples: ['BUILD-10499'], isComplete: false },
  ])
  expect(json.caseTwins.examples).toEqual([['BUILD-10499', 'build-10499']])
}, 30_000)

test('of a repository that there is not, it is said', async () => {
  const { status } = await callManage(registry, 'GET', '/repositories/none/tag-report')
  expect(status).toBe(404)
})
