import { afterEach, beforeEach, expect, test } from 'bun:test'
import { parseTag } from '../../src/core/tag.ts'
import { namespaceTagChanges } from '../../src/services/tags/tag-changes.ts'
import { imageManifest, pushImage } from '../support/images.ts'
import { callManage } from '../support/manage-requests.ts'
import { createRepository } from '../support/test-registry.ts'
import { type LifecycleWorld, NAME, openLifecycleWorld } from './world.ts'

let world: LifecycleWorld
beforeEach(async () => {
  world = await openLifecycleWorld()
})
afterEach(async () => await world[Symbol.asyncDispose]())

const REPOSITORY = `/repositories/${encodeURIComponent(NAME)}`
const ROOT = 'arn:aws:iam::000000000000:root'
const get = async (path: string) => await callManage(world.registry, 'GET', path)
const post = async (path: string, body: object) => await callManage(world.registry, 'POST', path, { body })
const push = (tag: string, content: string, name = NAME) =>
  pushImage(world.registry, name, tag, imageManifest([content]))
const now = () => new Date(world.registry.clock.nowMs()).toISOString()

test('a tag remembers where it pointed, since when, by whom and why', async () => {
  const first = await push('prod', 'one')
  const set = now()
  world.wait(1)
  const second = await push('prod', 'two')
  const moved = now()
  world.wait(1)
  const { headers } = await world.ecr('BatchDeleteImage', { imageIds: [{ imageTag: 'prod' }] })
  const deleted = now()
  const planId = headers.get('x-lading-plan')
  expect((await get(`${REPOSITORY}/tags/prod/history`)).json.periods).toEqual([
    {
      ...{ digest: second, from: moved, until: deleted, setAt: moved, by: ROOT, cause: 'push' },
      ...{ untilBy: ROOT, untilCause: 'deletion', untilPlanId: planId },
    },
    {
      ...{ digest: first, from: set, until: moved, setAt: set, by: ROOT, cause: 'push' },
      ...{ untilBy: ROOT, untilCause: 'push' },
    },
  ])
  world.wait(1)
  await callManage(world.registry, 'POST', `${REPOSITORY}/plans/${planId}/undo`)
  await world.registry.services.background.idle()
  const [back] = (await get(`${REPOSITORY}/tags/prod/history`)).json.periods
  expect(back).toEqual({ digest: second, from: now(), setAt: moved, by: ROOT, cause: 'undo', planId })
})

test('name@time: what a tag was at an instant, at the edges of its periods and before it was', async () => {
  const before = now()
  world.wait(1)
  const first = await push('prod', 'one')
  const set = now()
  world.wait(1)
  const second = await push('prod', 'two')
  const moved = now()
  const at = async (time: string) => {
    const { status, json } = await get(`${REPOSITORY}/tags/prod?at=${encodeURIComponent(time)}`)
    return status === 200 ? json.digest : json.error.message
  }
  expect([await at(before), await at(set), await at(moved)]).toEqual([
    `There was no tag prod at ${before}.`,
    first,
    second,
  ])
  expect(await at(new Date(Date.parse(moved) - 1).toISOString())).toBe(first)
  expect((await get(`${REPOSITORY}/tags/prod`)).json.digest).toBe(second)
  const { tags } = (await get(`${REPOSITORY}/tags?at=${encodeURIComponent(set)}`)).json
  expect(tags).toMatchObject([{ tag: 'prod', digest: first }])
  expect((await get(`${REPOSITORY}/tags/prod?at=yesterday`)).json.error.message).toContain('2026-08-01T00:00Z')
})

test('a tag is rolled back, which is a write like any other, and can be rolled back itself', async () => {
  const first = await push('prod', 'one')
  const set = now()
  world.wait(1)
  const second = await push('prod', 'two')
  const moved = now()
  world.wait(1)
  expect((await post(`${REPOSITORY}/tags/prod/rollback`, { to: set })).json).toEqual({
    ...{ tag: 'prod', from: second, to: first, asOf: set },
  })
  const { json } = await get(`${REPOSITORY}/tags/prod/history`)
  expect(json.periods[0]).toMatchObject({ digest: first, cause: 'rollback', by: ROOT })
  world.wait(1)
  await post(`${REPOSITORY}/tags/prod/rollback`, { to: moved })
  expect((await get(`${REPOSITORY}/tags/prod`)).json.digest).toBe(second)
  const events = await world.registry.services.metadata.listEvents({ limit: 100 })
  expect(events.filter(({ kind }) => kind === 'tag-rolled-back')).toHaveLength(2)
})

test('a rollback to when there was no such tag takes it off; one to an image that was deleted names its plan', async () => {
  const before = now()
  world.wait(1)
  const first = await push('prod', 'one')
  world.wait(1)
  expect((await post(`${REPOSITORY}/tags/prod/rollback`, { to: before })).json).toMatchObject({ from: first })
  expect(await world.tags()).toEqual([])
  await push('prod', 'one')
  const set = now()
  world.wait(1)
  const { headers } = await world.ecr('BatchDeleteImage', { imageIds: [{ imageDigest: first }] })
  world.wait(1)
  await push('prod', 'two')
  const { status, json } = await post(`${REPOSITORY}/tags/prod/rollback`, { to: set })
  expect([status, json.error.message]).toEqual([
    404,
    expect.stringContaining(`The plan ${headers.get('x-lading-plan')}`),
  ])
  const never = await post(`${REPOSITORY}/tags/never/rollback`, { to: set })
  expect([never.status, never.json.error.message]).toEqual([404, expect.stringContaining('There is no tag never')])
})

test('a rollback is refused where a push would be: an immutable tag, a locked one', async () => {
  await push('prod', 'one')
  const set = now()
  world.wait(1)
  await push('prod', 'two')
  await world.ecr('PutImageTagMutability', { imageTagMutability: 'IMMUTABLE' })
  expect((await post(`${REPOSITORY}/tags/prod/rollback`, { to: set })).json.error.code).toBe('Unmodifiable')
  await world.ecr('PutImageTagMutability', { imageTagMutability: 'MUTABLE' })
  await callManage(world.registry, 'PUT', `${REPOSITORY}/locks/prod`, { body: { reason: 'r', owner: 'o' } })
  expect((await post(`${REPOSITORY}/tags/prod/rollback`, { to: set })).json.error.code).toBe('Locked')
})

test('what changed between two instants, in a repository and in a namespace, page by page', async () => {
  await createRepository(world.registry, 'team/second')
  await createRepository(world.registry, 'teamwork/other')
  const stays = await push('stays', 'same')
  const old = await push('moves', 'one')
  await push('goes', 'gone')
  const from = now()
  world.wait(1)
  const moved = await push('moves', 'two')
  await world.registry.send('DELETE', `/v2/${NAME}/manifests/goes`)
  const came = await push('comes', 'new')
  // There and back again is no change.
  await push('stays', 'two')
  await push('stays', 'same')
  expect(stays).toBe(await push('stays', 'same'))
  const second = await push('v1', 'x', 'team/second')
  await push('v1', 'x', 'teamwork/other')
  world.wait(1)
  const to = now()
  const span = `from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`
  const gone = expect.objectContaining({ tag: 'goes', before: expect.any(String) })
  const wanted = [
    { repositoryName: NAME, tag: 'comes', after: came },
    gone,
    { repositoryName: NAME, tag: 'moves', before: old, after: moved },
  ]
  expect((await get(`${REPOSITORY}/changes?${span}`)).json.changes).toEqual(wanted)
  const all: unknown[] = []
  let after = ''
  do {
    const { json } = await get(`/namespaces/team%2F/changes?${span}&limit=1${after}`)
    all.push(...json.changes)
    after = json.next === undefined ? '' : `&after=${encodeURIComponent(json.next)}`
  } while (after !== '')
  expect(all).toEqual([...wanted, { repositoryName: 'team/second', tag: 'v1', after: second }])
  const turned = `from=${encodeURIComponent(to)}&to=${encodeURIComponent(from)}`
  expect((await get(`${REPOSITORY}/changes?${turned}`)).status).toBe(400)
})

test('a page of the changes in a namespace goes on within it, wherever it is said to begin', async () => {
  await createRepository(world.registry, 'secret/app')
  const span = `from=${encodeURIComponent(now())}`
  world.wait(1)
  await push('v1', 'x', 'secret/app')
  const until = `${span}&to=${encodeURIComponent(now())}`
  expect((await get(`/namespaces/team%2F/changes?${until}&after=secret%2Fapp:0`)).status).toBe(400)
})

test('one page looks at so many tags and no more, and the next ones find the rest', async () => {
  await push('zz', 'one')
  const { services, caller } = world.registry
  const fromMs = services.clock.nowMs()
  world.wait(1)
  const digest = await push('zz', 'two')
  await services.metadata.transact(async (transaction) => {
    for (let index = 0; index < 2500; index++) {
      // Set and taken off again: it is looked at, and no difference.
      const tag = parseTag(`t${index}`)
      await transaction.putTag(world.app.id, tag, digest, { atMs: fromMs + 1, by: undefined, cause: 'push' })
      await transaction.deleteTag(world.app.id, tag, { atMs: fromMs + 2, by: undefined, cause: 'deletion' })
    }
  })
  const span = { fromMs, toMs: services.clock.nowMs() }
  const namespace = { registryId: caller.registry.id, path: 'team/' }
  const first = await namespaceTagChanges(services.metadata, namespace, span, { limit: 10 })
  expect(first).toMatchObject({ changes: [], next: { repositoryName: NAME } })
  const second = await namespaceTagChanges(services.metadata, namespace, span, { after: first.next, limit: 10 })
  expect(second).toMatchObject({ changes: [{ tag: 'zz' }], next: undefined })
})
