import { afterEach, beforeEach, expect, test } from 'bun:test'
import { handleOciRequest } from '../../src/api/oci/handle.ts'
import { OCI_TABLE } from '../../src/api/oci/table.ts'
import { InstallationKeys } from '../../src/services/identity/installation-keys.ts'
import { issueToken } from '../../src/services/token.ts'
import { callEcr } from '../support/aws-requests.ts'
import { pushImage } from '../support/images.ts'
import { requestContext } from '../support/request-context.ts'
import {
  createRepository,
  openTestRegistry,
  TEST_KEY_ID,
  TEST_SECRET,
  type TestRegistry,
} from '../support/test-registry.ts'

let registry: TestRegistry
let digest: string
beforeEach(async () => {
  registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
  digest = await pushImage(registry, 'team/app', 'v1')
})
afterEach(async () => await registry[Symbol.asyncDispose]())

const basic = (user: string, password: string) => `Basic ${btoa(`${user}:${password}`)}`

/** One request for every row of the table; a row without one does not compile. */
function requestOf(kind: keyof typeof OCI_TABLE): [method: string, path: string] {
  const rows: Record<keyof typeof OCI_TABLE, [string, string]> = {
    version: ['GET', '/v2/'],
    'extensions-discover': ['GET', '/v2/_oci/ext/discover'],
    catalog: ['GET', '/v2/_catalog'],
    'tag-list': ['GET', '/v2/team/app/tags/list'],
    referrers: ['GET', `/v2/team/app/referrers/${digest}`],
    'blob-get': ['GET', `/v2/team/app/blobs/${digest}`],
    'blob-head': ['HEAD', `/v2/team/app/blobs/${digest}`],
    'blob-delete': ['DELETE', `/v2/team/app/blobs/${digest}`],
    'manifest-get': ['GET', '/v2/team/app/manifests/v1'],
    'manifest-head': ['HEAD', '/v2/team/app/manifests/v1'],
    'manifest-put': ['PUT', '/v2/team/app/manifests/v2'],
    'manifest-delete': ['DELETE', '/v2/team/app/manifests/v1'],
    'upload-start': ['POST', '/v2/team/app/blobs/uploads/'],
    'upload-status': ['GET', `/v2/team/app/blobs/uploads/${'0'.repeat(32)}`],
    'upload-append': ['PATCH', `/v2/team/app/blobs/uploads/${'0'.repeat(32)}`],
    'upload-finish': ['PUT', `/v2/team/app/blobs/uploads/${'0'.repeat(32)}?digest=${digest}`],
    'upload-cancel': ['DELETE', `/v2/team/app/blobs/uploads/${'0'.repeat(32)}`],
  }
  return rows[kind]
}
// Object.keys of a mapped type over the kinds gives the kinds.
const KINDS = Object.keys(OCI_TABLE) as (keyof typeof OCI_TABLE)[]
const DECISION = /[0-9a-f]{8}-[0-9a-f-]{27}/g

/** What a request of each kind is refused for first (ecr.md 5.3); undefined where a valid credential is enough. */
const ACTIONS: Readonly<Record<keyof typeof OCI_TABLE, string | undefined>> = {
  version: undefined,
  'extensions-discover': undefined,
  catalog: 'ecr:DescribeRepositories',
  'tag-list': 'ecr:ListImages',
  referrers: 'ecr:BatchGetImage',
  'blob-get': 'ecr:GetDownloadUrlForLayer',
  'blob-head': 'ecr:BatchCheckLayerAvailability',
  'blob-delete': 'ecr:BatchDeleteImage',
  'manifest-get': 'ecr:BatchGetImage',
  'manifest-head': 'ecr:BatchGetImage',
  'manifest-put': 'ecr:PutImage',
  'manifest-delete': 'ecr:BatchDeleteImage',
  'upload-start': 'ecr:InitiateLayerUpload',
  'upload-status': 'ecr:UploadLayerPart',
  'upload-append': 'ecr:UploadLayerPart',
  'upload-finish': 'ecr:CompleteLayerUpload',
  'upload-cancel': 'ecr:UploadLayerPart',
}
const READS = new Set<keyof typeof OCI_TABLE>([
  'version',
  'extensions-discover',
  'catalog',
  'tag-list',
  'referrers',
  'blob-get',
  'blob-head',
  'manifest-get',
  'manifest-head',
])

test.each(KINDS)('a stranger is refused at %s, with the one challenge', async (kind) => {
  const [method, path] = requestOf(kind)
  const otherKeys = new InstallationKeys([new Uint8Array(32)])
  const tokenOfAnother = issueToken({ ...registry.services, keys: otherKeys }, registry.caller.principal).token
  const credentials = [
    null,
    'Basic Og==',
    'Basic not base64 at all',
    'Bearer abc',
    basic('AWS', 'nonsense'),
    basic('AWS', tokenOfAnother),
    basic(TEST_KEY_ID, 'wrong'),
    basic('AKIANOBODY', TEST_SECRET),
    basic('', TEST_SECRET),
  ]
  for (const authorization of credentials) {
    const response = await registry.send(method, path, { authorization })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm="[^"]+"/)
  }
})

test('a good credential has one spelling', async () => {
  const good = `Basic ${btoa(`${TEST_KEY_ID}:${TEST_SECRET}!`.slice(0, -1))}`
  const send = async (authorization: string) => (await registry.send('GET', '/v2/', { authorization })).status
  expect(good).toEndWith('=')
  for (const authorization of [good, good.replace('Basic', 'bAsIc'), good.replace(' ', '  ')]) {
    expect(await send(authorization)).toBe(200)
  }
  const lastDigit = good.replace(/.(=+)$/, (_, padding) => `${padding === '=' ? 'B' : 'R'}${padding}`)
  const others = [
    `${good}!!!!`,
    `${good}=`,
    good.replace(/=+$/, ''),
    `${good} x`,
    good.replace(/(.{20})/, '$1-'),
    lastDigit,
  ]
  for (const authorization of others) expect([authorization, await send(authorization)]).toEqual([authorization, 401])
  expect(registry.services.logins.size).toBeLessThanOrEqual(3)
})

test('two Authorization headers, which arrive joined, are a 400 whichever is good', async () => {
  const [good, bad] = [basic(TEST_KEY_ID, TEST_SECRET), basic(TEST_KEY_ID, 'wrong')]
  for (const authorization of [`${good}, ${bad}`, `${bad}, ${good}`, `${good}, ${good}`]) {
    expect((await registry.send('GET', '/v2/', { authorization })).status).toBe(400)
  }
})

test.each(KINDS)('the anonymous listener answers %s only if it reads', async (kind) => {
  const [method, path] = requestOf(kind)
  const response = await registry.send(method, path, { authorization: null, anonymousListener: true })
  if (READS.has(kind)) expect(response.status).toBeOneOf([200, 404])
  else expect(response.status).toBe(403)
})

test('a refusal is the same whether or not the repository exists', async () => {
  const send = async (name: string) => {
    const response = await registry.send('POST', `/v2/${name}/blobs/uploads/`, {
      authorization: null,
      anonymousListener: true,
    })
    return [response.status, (await response.text()).replaceAll(name, 'NAME').replaceAll(DECISION, 'ID')]
  }
  expect(await send('team/app')).toEqual(await send('team/nothing'))
})

test('an authorization token logs in as AWS until it expires', async () => {
  const { token, expiresAtMs } = issueToken(registry.services, registry.caller.principal)
  expect(token).not.toContain(':')
  const authorization = basic('AWS', token)
  expect((await registry.send('GET', '/v2/', { authorization })).status).toBe(200)
  registry.clock.set(expiresAtMs)
  const late = await registry.send('GET', '/v2/', { authorization })
  expect(late.status).toBe(403)
  expect(await late.text()).toContain('Your authorization token has expired. Reauthenticate and try again.')
})

test('a token is good to the last character only', async () => {
  const { token } = issueToken(registry.services, registry.caller.principal)
  for (const changed of [
    `${token}x`,
    `${token}=`,
    `${token} `,
    token.slice(0, -1),
    token.toUpperCase(),
    token.replace('v1.', 'v2.'),
    token.replace(/^v1\.[0-9a-f]{8}/, 'v1.00000000'),
  ]) {
    expect((await registry.send('GET', '/v2/', { authorization: basic('AWS', changed) })).status).toBe(401)
  }
})

/** Sends a request, as root of account 000000000000, to a registry of another account. */
async function sendToAnother(method: string, path: string): Promise<Response> {
  const registryOfAnother = { ...registry.services.defaultRegistry, accountId: '111111111111' }
  const services = { ...registry.services, defaultRegistry: registryOfAnother }
  const headers = { authorization: basic(TEST_KEY_ID, TEST_SECRET) }
  return await handleOciRequest(services, new Request(`http://x${path}`, { method, headers }), requestContext())
}

test.each(KINDS)('the root user of another account is refused at %s, and learns nothing', async (kind) => {
  const action = ACTIONS[kind]
  if (action === undefined) return
  const [method, path] = requestOf(kind)
  const answers = await Promise.all(
    ['team/app', 'team/nothing'].map(async (name) => {
      const response = await sendToAnother(method, path.replace('team/app', name))
      return [response.status, (await response.text()).replaceAll(name, 'NAME').replaceAll(DECISION, 'ID')]
    }),
  )
  expect(answers[0]).toEqual(answers[1])
  const sentence = `is not authorized to perform: ${action} on resource: arn:aws:ecr:us-east-1:111111111111:repository/`
  expect(answers[0]).toEqual([403, method === 'HEAD' ? '' : expect.stringContaining(sentence)])
})

test('a list of repositories is the same question on both surfaces', async () => {
  const question = /perform: \S+ on resource: \S+/
  const asked = question.exec(await (await sendToAnother('GET', '/v2/_catalog')).text())?.[0]
  expect(asked).toBe('perform: ecr:DescribeRepositories on resource: arn:aws:ecr:us-east-1:111111111111:repository/*')
  const { json } = await callEcr(registry, 'DescribeRepositories', { registryId: '111111111111' })
  expect(question.exec(json.message)?.[0]).toBe(asked)
})

test.each(KINDS)('%s looks its repository up once', async (kind) => {
  const { metadata } = registry.services
  let lookUps = 0
  const findRepository: typeof metadata.findRepository = async (...wanted) => {
    lookUps += 1
    return await metadata.findRepository(...wanted)
  }
  const [method, path] = requestOf(kind)
  const request = new Request(`http://x${path}`, {
    method,
    headers: { authorization: basic(TEST_KEY_ID, TEST_SECRET) },
  })
  const services = { ...registry.services, metadata: { ...metadata, findRepository } }
  const response = await handleOciRequest(services, request, requestContext())
  expect(response.status).not.toBe(401)
  expect(lookUps).toBe(path.includes('/team/app/') ? 1 : 0)
})
