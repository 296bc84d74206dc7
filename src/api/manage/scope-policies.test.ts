import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { allow, basic, makeAccount, makeUser, policy } from '../../../test/support/accounts.ts'
import { callEcr } from '../../../test/support/aws-requests.ts'
import { imageManifest, pushImage } from '../../../test/support/images.ts'
import { callManage } from '../../../test/support/manage-requests.ts'
import { mustPut, putSettings as put } from '../../../test/support/put-settings.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { MOST_SCOPE_POLICY_CHARS } from '../../services/settings/check-scope-policy.ts'

const APP = 'team-blue/api'
const TEAM = '?namespace=team-blue/'
const FIRST = imageManifest(['layer'])

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  await createRepository(registry, APP)
})
afterEach(async () => await registry[Symbol.asyncDispose]())

describe('the policy of a scope', () => {
  const OTHER = '222222222222'
  const readFor = (account: string, effect = 'Allow') =>
    policy({ Effect: effect, Principal: { AWS: account }, Action: ['ecr:BatchGetImage', 'ecr:ListImages'] })

  async function puller(): Promise<string> {
    await makeAccount(registry, OTHER)
    const { key } = await makeUser(registry, 'puller', { accountId: OTHER, policies: [policy(allow('ecr:*'))] })
    return basic(key.accessKeyId, key.secret)
  }

  test('counts for every repository below, at once, and stops as soon as it is deleted', async () => {
    const authorization = await puller()
    await pushImage(registry, APP, 'v1', FIRST)
    await createRepository(registry, 'team-red/api')
    const pull = async (name = APP) => (await registry.send('GET', `/v2/${name}/tags/list`, { authorization })).status
    expect(await pull()).toBe(403)
    await mustPut(registry, TEAM, { repositoryPolicy: { value: readFor(OTHER) } })
    expect([await pull(), await pull('team-red/api')]).toEqual([200, 403])
    await callManage(registry, 'DELETE', `/settings/repositoryPolicy${TEAM}`)
    expect(await pull()).toBe(403)
    const body = { settings: { repositoryPolicy: { value: readFor(OTHER) } } }
    expect((await callManage(registry, 'PUT', '/installation/settings', { body })).status).toBe(200)
    expect([await pull(), await pull('team-red/api')]).toEqual([200, 200])
    await callManage(registry, 'DELETE', '/installation/settings/repositoryPolicy')
    expect([await pull(), await pull('team-red/api')]).toEqual([403, 403])
  })

  test('adds to that of the repository, and what it denies no repository allows', async () => {
    const authorization = await puller()
    await callEcr(registry, 'SetRepositoryPolicy', { repositoryName: APP, policyText: readFor(OTHER) })
    const list = async () => (await registry.send('GET', `/v2/${APP}/tags/list`, { authorization })).status
    expect(await list()).toBe(200)
    await mustPut(registry, TEAM, { repositoryPolicy: { value: readFor(OTHER, 'Deny') } })
    expect(await list()).toBe(403)
    expect((await callEcr(registry, 'GetRepositoryPolicy', { repositoryName: APP })).json.policyText).toBe(
      readFor(OTHER),
    )
  })

  test('is refused when it would keep its maker from setting another one, unless that is meant', async () => {
    const value = policy({ Effect: 'Deny', Principal: '*', Action: 'ecr:SetRepositoryPolicy' })
    for (const scope of ['', TEAM, '?namespace=team-blue/web/']) {
      const { status, json } = await put(registry, scope, { repositoryPolicy: { value } })
      expect([status, json.error.message]).toEqual([400, expect.stringContaining('set it with force')])
    }
    expect((await put(registry, TEAM, { repositoryPolicy: { value } }, { force: true })).status).toBe(200)
    // Deleting it takes another permission.
    expect((await callManage(registry, 'DELETE', `/settings/repositoryPolicy${TEAM}`)).status).toBe(204)
  })

  test('takes the permission to set policies there beside the one for settings', async () => {
    const arn = `arn:aws:ecr:us-east-1:000000000000:repository/team-blue/*`
    const { key } = await makeUser(registry, 'keeper', {
      policies: [policy(allow('lading:PutSettings', arn), allow('lading:DeleteSetting', arn))],
    })
    const authorization = basic(key.accessKeyId, key.secret)
    const ask = async (body: object) =>
      (await callManage(registry, 'PUT', `/settings${TEAM}`, { authorization, body })).json
    expect((await ask({ settings: { scanOnPush: { value: true } } })).error).toBeUndefined()
    const refused = await ask({ settings: { repositoryPolicy: { value: readFor(OTHER) } } })
    expect(refused.error.message).toContain(`perform: ecr:SetRepositoryPolicy on resource: ${arn}`)
    await mustPut(registry, TEAM, { repositoryPolicy: { value: readFor('000000000000') } })
    const path = `/settings/repositoryPolicy${TEAM}`
    const { json } = await callManage(registry, 'DELETE', path, { authorization })
    expect(json.error.message).toContain('perform: ecr:DeleteRepositoryPolicy')
    const elsewhere = { authorization, body: { settings: { scanOnPush: { value: true } } } }
    expect((await callManage(registry, 'PUT', '/settings?namespace=team-red/', elsewhere)).status).toBe(403)
    expect((await callManage(registry, 'PUT', '/settings', elsewhere)).status).toBe(403)
  })

  test('shares its room with those of all scopes of the registry', async () => {
    const value = policy({ Effect: 'Allow', Principal: '*', Action: 'ecr:ListImages', Sid: 'x'.repeat(9000) })
    const fitting = Math.floor(MOST_SCOPE_POLICY_CHARS / value.length)
    for (let at = 0; at < fitting; at++) await mustPut(registry, `?namespace=n${at}/`, { repositoryPolicy: { value } })
    const { status, json } = await put(registry, '?namespace=last/', { repositoryPolicy: { value } })
    expect([status, json.error.code]).toEqual([400, 'LimitExceeded'])
  })
})
