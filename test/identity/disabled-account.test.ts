import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { handleOciRequest } from '../../src/api/oci/handle.ts'
import { basic, makeAccount, makeRole, makeUser, policy } from '../support/accounts.ts'
import { callEcr } from '../support/aws-requests.ts'
import { makeProvider, TestIssuer } from '../support/identity-provider.ts'
import { pushImage } from '../support/images.ts'
import { callManage } from '../support/manage-requests.ts'
import { requestContext } from '../support/request-context.ts'
import { sessionProbes } from '../support/session-probes.ts'
import { assume, EVERYTHING, tokenLogin } from '../support/session-world.ts'
import { createRepository, openTestRegistry, ROOT_AUTHORIZATION, type TestRegistry } from '../support/test-registry.ts'

const HOME = '000000000000'
const OTHER = '111111111111'

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
  await pushImage(registry, 'team/app', 'v1')
})
afterEach(async () => await registry[Symbol.asyncDispose]())

const { whoIs, ask, pull, addressBy, download } = sessionProbes(() => registry)

describe('a disabled account', () => {
  const host = `${OTHER}.dkr.ecr.us-east-1.localhost:5000`

  test('has no credential that is good, no role that can be had, and no image that can be pulled', async () => {
    const other = await makeAccount(registry, OTHER)
    const ofOther = { ...registry, services: { ...registry.services, defaultRegistry: other } }
    await createRepository(ofOther, 'team/app')
    await pushInto(host)
    const { user, key } = await makeUser(registry, 'home', { policies: [EVERYTHING] })
    const theirs = await makeUser(registry, 'theirs', { accountId: OTHER, policies: [EVERYTHING] })
    const trust = policy({ Effect: 'Allow', Principal: { AWS: [user.id, theirs.user.id] }, Action: 'sts:AssumeRole' })
    await makeRole(registry, 'theirs', trust, { accountId: OTHER, policies: [EVERYTHING] })
    const open = policy({ Effect: 'Allow', Principal: { AWS: HOME }, Action: 'ecr:*' })
    const input = { repositoryName: 'team/app', policyText: open }
    expect((await callEcr(registry, 'SetRepositoryPolicy', input, theirs.key)).status).toBe(200)
    const roleArn = `arn:aws:iam::${OTHER}:role/theirs`
    const session = await assume(registry, key, roleArn)
    const login = basic(key.accessKeyId, key.secret)
    const addresses = [await addressBy(key, { registryId: OTHER }), await addressBy(theirs.key)]
    const authorization = await tokenLogin(registry, session)
    const outcomes = async () => [
      await whoIs(theirs.key),
      await whoIs(session),
      await ask(key, roleArn),
      await pull(basic(theirs.key.accessKeyId, theirs.key.secret), { host }),
      await pull(authorization, { host }),
      await pull(login, { host }),
      ...(await Promise.all(addresses.map(download))),
    ]
    const good = [`arn:aws:iam::${OTHER}:user/theirs`, `arn:aws:sts::${OTHER}:assumed-role/theirs/job`, 'made']
    expect(await outcomes()).toEqual([...good, 200, 200, 200, 200, 200])
    const set = (state: string) => callManage(registry, 'PATCH', `/accounts/${OTHER}`, { body: { state } })
    expect((await set('disabled')).status).toBe(200)
    const gone = ['InvalidClientTokenId', 'InvalidClientTokenId', 'AccessDenied']
    expect(await outcomes()).toEqual([...gone, 403, 403, 403, 403, 403])
    expect((await set('enabled')).status).toBe(200)
    expect(await outcomes()).toEqual([...good, 200, 200, 200, 200, 200])
  })

  test('trusts no identity provider’s tokens any more', async () => {
    await makeAccount(registry, OTHER)
    const issuer = new TestIssuer('https://issuer.example')
    const made = await makeAccount(registry, OTHER)
    const ofOther = { ...registry, services: { ...registry.services, defaultRegistry: made } }
    const Federated = await makeProvider(ofOther, 'ci', issuer)
    const trust = policy({ Effect: 'Allow', Principal: { Federated }, Action: 'sts:AssumeRoleWithWebIdentity' })
    await makeRole(registry, 'ci', trust, { accountId: OTHER, policies: [EVERYTHING] })
    const nowSeconds = registry.clock.nowMs() / 1000
    const token = issuer.token({ sub: 'job', aud: 'sts.amazonaws.com', iat: nowSeconds, exp: nowSeconds + 600 })
    const login = basic(`arn:aws:iam::${OTHER}:role/ci`, token)
    const version = async () => (await registry.send('GET', '/v2/', { authorization: login })).status
    expect(await version()).toBe(200)
    await callManage(registry, 'PATCH', `/accounts/${OTHER}`, { body: { state: 'disabled' } })
    expect(await version()).toBe(401)
  })

  /** The same image as the default account has. */
  async function pushInto(toHost: string): Promise<void> {
    const send: TestRegistry['send'] = async (method, path, options = {}) => {
      const headers = new Headers({ authorization: ROOT_AUTHORIZATION, ...options.headers })
      const request = new Request(`http://127.0.0.1:5000${path}`, { method, headers, body: options.body ?? null })
      return await handleOciRequest(registry.services, request, requestContext({ host: toHost }))
    }
    const open = policy({ Effect: 'Allow', Principal: { AWS: HOME }, Action: 'ecr:*', Resource: '*' })
    const { metadata } = registry.services
    const found = await metadata.findRegistry(OTHER, 'us-east-1')
    await metadata.transact((one) => one.putRegistryPolicy(found?.id ?? 0, open))
    await pushImage({ ...registry, send }, 'team/app', 'v1')
    await metadata.transact((one) => one.deleteRegistryPolicy(found?.id ?? 0))
  }
})
