import { afterEach, beforeEach, expect, test } from 'bun:test'
import { handleOciRequest } from '../../src/api/oci/handle.ts'
import { allow, basic, makeUser, policy } from '../support/accounts.ts'
import { pushImage } from '../support/images.ts'
import { requestContext } from '../support/request-context.ts'
import { createRepository, openTestRegistry, type TestRegistry } from '../support/test-registry.ts'

const ACCEPT = 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, */*'
const CONTAINERD = 'containerd/1.7.29'
const ALL = policy(allow('ecr:*'))

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  await createRepository(registry, 'team-green/api')
  await pushImage(registry, 'team-green/api', 'v1')
})
afterEach(async () => await registry[Symbol.asyncDispose]())

async function resolve(authorization: string | undefined, userAgent = CONTAINERD): Promise<[number, string | null]> {
  const headers = { accept: ACCEPT, 'user-agent': userAgent, ...(authorization !== undefined && { authorization }) }
  const request = new Request('http://127.0.0.1:5000/v2/team-green/api/manifests/v1', { method: 'HEAD', headers })
  const response = await handleOciRequest(registry.services, request, requestContext())
  return [response.status, response.headers.get('www-authenticate')]
}

test('containerd is challenged first, then told by a second challenge why its login is not enough', async () => {
  const { key } = await makeUser(registry, 'pod')
  const login = basic(key.accessKeyId, key.secret)
  expect(await resolve(undefined)).toEqual([401, expect.stringMatching(/^Basic /)])
  const sentence = `User: arn:aws:iam::000000000000:user/pod is not authorized to perform: ecr:BatchGetImage on resource`
  expect(await resolve(login)).toEqual([401, expect.stringMatching(new RegExp(`^Bearer .*,error="${sentence}: .*"$`))])
  expect(await resolve(login, 'docker/28.0')).toEqual([403, null])
})

test('a good login of containerd gets its answer, and a wrong one is told so at once', async () => {
  const { key } = await makeUser(registry, 'pod', { policies: [ALL] })
  expect(await resolve(basic(key.accessKeyId, key.secret))).toEqual([200, null])
  expect(await resolve(basic(key.accessKeyId, 'x'.repeat(40)))).toEqual([
    401,
    expect.stringMatching(/^Bearer .*error=/),
  ])
})
