import { afterEach, beforeEach, expect, test } from 'bun:test'
import { basic, deny, makeUser, policy } from '../../../test/support/accounts.ts'
import { callEcr } from '../../../test/support/aws-requests.ts'
import { imageManifest, pushImage } from '../../../test/support/images.ts'
import { callManage } from '../../../test/support/manage-requests.ts'
import { mustPut } from '../../../test/support/put-settings.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'

const APP = 'team/app'
const AT = '/repositories/team%2Fapp'

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
})
afterEach(async () => await registry[Symbol.asyncDispose]())

const create = (body: object, authorization?: string) =>
  callManage(registry, 'POST', '/repositories', { body, ...(authorization !== undefined && { authorization }) })

test('a repository is made with its resource tags, shown, and not made twice', async () => {
  const made = await create({ name: APP, resourceTags: [{ key: 'team', value: 'blue' }] })
  expect([made.status, made.json]).toEqual([
    201,
    {
      name: APP,
      arn: 'arn:aws:ecr:us-east-1:000000000000:repository/team/app',
      createdAt: new Date(registry.clock.nowMs()).toISOString(),
      encryption: { type: 'AES256' },
      resourceTags: [{ key: 'team', value: 'blue' }],
    },
  ])
  expect((await callManage(registry, 'GET', AT)).json).toEqual(made.json)
  const again = await create({ name: APP })
  expect([again.status, again.json.error.message]).toEqual([409, expect.stringContaining('already exists')])
  expect((await callManage(registry, 'GET', '/repositories/team%2Fnone')).status).toBe(404)
})

test('repositories are listed a page at a time', async () => {
  for (const name of ['b/x', 'aa', 'b-x']) await createRepository(registry, name)
  const names: string[] = []
  let after = ''
  for (;;) {
    const { json } = await callManage(registry, 'GET', `/repositories?limit=2${after}`)
    names.push(...json.repositories.map((one: { name: string }) => one.name))
    if (json.next === undefined) break
    after = `&after=${encodeURIComponent(json.next)}`
  }
  expect(names).toEqual(['aa', 'b-x', 'b/x'])
  expect((await callManage(registry, 'GET', '/repositories?after=A')).status).toBe(400)
})

test('resource tags are added, changed, and taken off, one that is not there too', async () => {
  await create({ name: APP, resourceTags: [{ key: 'team', value: 'blue' }] })
  const put = await callManage(registry, 'PUT', `${AT}/resource-tags`, {
    body: {
      resourceTags: [
        { key: 'team', value: 'red' },
        { key: '..', value: '' },
      ],
    },
  })
  expect(put.json.resourceTags).toHaveLength(2)
  for (const key of ['team', 'team']) {
    expect((await callManage(registry, 'DELETE', `${AT}/resource-tags?key=${key}`)).status).toBe(204)
  }
  expect((await callManage(registry, 'GET', AT)).json.resourceTags).toEqual([{ key: '..', value: '' }])
})

test('a deletion says by which plan it is undone, and the plan does', async () => {
  await create({ name: APP })
  await pushImage(registry, APP, 'v1', imageManifest(['layer']))
  expect((await callManage(registry, 'DELETE', AT)).json.error.message).toContain('still contains images')
  const { status, json } = await callManage(registry, 'DELETE', `${AT}?force=true`)
  expect([status, json]).toEqual([200, { planId: expect.any(String), undoUntil: expect.any(String) }])
  expect(Date.parse(json.undoUntil)).toBeGreaterThan(registry.clock.nowMs())
  expect((await callManage(registry, 'GET', AT)).status).toBe(404)
  await callManage(registry, 'POST', `${AT}/plans/${json.planId}/undo`)
  await registry.services.background.idle()
  expect((await registry.send('GET', `/v2/${APP}/manifests/v1`)).status).toBe(200)
})

test('what is protected is not deleted here either', async () => {
  await create({ name: APP })
  await mustPut(registry, '?namespace=team/', { deletionProtection: { value: true } })
  const { status, json } = await callManage(registry, 'DELETE', `${AT}?force=true`)
  expect([status, json.error.message]).toEqual([409, expect.stringContaining("set by namespace 'team/'")])
})

test('a repository’s own policy, its resource tags and the tags that are asked for have their say, as at ECR', async () => {
  const own = policy(
    { Effect: 'Allow', Action: ['ecr:*', 'lading:*'], Resource: '*' },
    { ...deny('ecr:DeleteRepository'), Condition: { StringEquals: { 'aws:ResourceTag/keep': 'yes' } } },
    {
      ...deny(['ecr:CreateRepository', 'ecr:TagResource']),
      Condition: { StringNotEqualsIfExists: { 'aws:RequestTag/team': 'blue' } },
    },
  )
  const { key } = await makeUser(registry, 'maker', { policies: [own] })
  const authorization = basic(key.accessKeyId, key.secret)
  const tags = (team: string) => [{ key: 'team', value: team }]
  expect((await create({ name: APP, resourceTags: tags('red') }, authorization)).status).toBe(403)
  expect((await create({ name: APP, resourceTags: tags('blue') }, authorization)).status).toBe(201)
  const put = (team: string) =>
    callManage(registry, 'PUT', `${AT}/resource-tags`, { authorization, body: { resourceTags: tags(team) } })
  expect([(await put('red')).status, (await put('blue')).status]).toEqual([403, 200])
  await callManage(registry, 'PUT', `${AT}/resource-tags`, { body: { resourceTags: [{ key: 'keep', value: 'yes' }] } })
  const remove = async () => (await callManage(registry, 'DELETE', AT, { authorization })).status
  expect(await remove()).toBe(403)
  await callManage(registry, 'DELETE', `${AT}/resource-tags?key=keep`)
  const policyText = policy({
    Effect: 'Deny',
    Principal: '*',
    Action: ['ecr:DeleteRepository', 'lading:GetRepository'],
  })
  await callEcr(registry, 'SetRepositoryPolicy', { repositoryName: APP, policyText })
  expect(await remove()).toBe(403)
  await callEcr(registry, 'DeleteRepositoryPolicy', { repositoryName: APP })
  expect(await remove()).toBe(200)
})
