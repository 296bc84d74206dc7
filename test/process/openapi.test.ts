import { expect, test } from 'bun:test'
import { FOUNDING_POLICY } from '../lifecycle/world.ts'
import { deny, policy } from '../support/accounts.ts'
import { type ApiDocument, checkAnswer } from '../support/described-answers.ts'
import { everyGet } from '../support/every-get.ts'
import { imageManifest, OCI_MANIFEST } from '../support/images.ts'
import { AUTHORIZATION, freshSettings, startLading } from './lading-process.ts'

const REPOSITORY = '/repositories/team%2Fapp'
const ACCOUNT = '123456789012'
const NOBODY_UPLOADS = { ...deny('ecr:InitiateLayerUpload'), Principal: '*' }

let origin = ''

const send = (method: string, path: string, body?: BodyInit, type = 'application/json') =>
  fetch(`${origin}${path}`, {
    method,
    headers: { authorization: AUTHORIZATION, 'content-type': type },
    body: body ?? null,
  })

async function manage(method: string, path: string, body?: object): Promise<{ id?: string }> {
  const answer = await send(method, `/api/v1${path}`, body && JSON.stringify(body))
  expect([method, path, answer.ok]).toEqual([method, path, true])
  // Of whom only plans are asked for their id.
  return (await answer.json()) as { id?: string }
}

async function push(tag: string): Promise<void> {
  const image = imageManifest([`layer of ${tag}`])
  for (const blob of image.blobs) {
    const digest = `sha256:${new Bun.CryptoHasher('sha256').update(blob).digest('hex')}`
    await send('POST', `/v2/team/app/blobs/uploads/?digest=${digest}`, blob)
  }
  expect((await send('PUT', `/v2/team/app/manifests/${tag}`, image.text, OCI_MANIFEST)).status).toBe(201)
}

/** One of everything that a `get` can be asked of. @returns the id of the plan */
async function fill(): Promise<string> {
  for (const tag of ['v1', 'v2']) await push(tag)
  await manage('PUT', `${REPOSITORY}/lifecycle-policy`, { policy: JSON.parse(FOUNDING_POLICY) })
  await manage('PUT', `${REPOSITORY}/locks/v1`, { reason: 'it runs', owner: 'team blue' })
  await manage('PUT', '/webhooks/ci', { url: 'https://hooks.example.com/' })
  await manage('PUT', '/oidc-providers/ci', { issuer: 'https://issuer.example.com', clientIds: ['lading'] })
  await manage('POST', '/accounts', { accountId: ACCOUNT, name: 'Team' })
  const settings = { repositoryPolicy: { value: policy(NOBODY_UPLOADS) }, quota: { value: { images: 9 } } }
  await manage('PUT', '/settings?namespace=team/', { settings })
  const keepOne = { select: {}, when: { beyond: { count: 1, by: 'pushed' } }, action: 'expire' }
  const { id } = await manage('POST', `${REPOSITORY}/plans`, {
    policy: { version: 'lading/lifecycle/v1', rules: [keepOne] },
  })
  return id ?? 'none'
}

async function deniedDecision(): Promise<string> {
  const denied = await send('POST', '/v2/team/app/blobs/uploads/')
  expect(denied.status).toBe(403)
  return /\(decision ([0-9a-f-]{36})\)/.exec(await denied.text())?.[1] ?? 'none'
}

/** The first piece, of what has no end. */
async function read(response: Response, isEndless: boolean): Promise<unknown> {
  if (!isEndless) {
    const text = await response.text()
    return response.headers.get('content-type')?.includes('jsonl') ? text : JSON.parse(text)
  }
  const reader = response.body?.getReader()
  const { value } = (await reader?.read()) ?? {}
  await reader?.cancel()
  return new TextDecoder().decode(value)
}

test('every get of openapi.json, asked of a server that holds one of everything, answers as it is described', async () => {
  await using server = await startLading(await freshSettings())
  origin = server.addresses[0] ?? ''
  const plans = await fill()
  const held = {
    accounts: ACCOUNT,
    decisions: await deniedDecision(),
    images: 'v2',
    namespaces: 'team%2F',
    'oidc-providers': 'ci',
    plans,
    repositories: 'team%2Fapp',
    tags: 'v2',
    webhooks: 'ci',
    repository: 'team/app',
    from: '2000-01-01',
    to: '2100-01-01',
  }
  // It is checked by what is asked of it.
  const document = (await (await send('GET', '/api/v1/openapi.json')).json()) as ApiDocument
  const reads = everyGet(document, held)
  expect(reads.length).toBeGreaterThan(25)
  for (const { operation, path, isEndless } of reads) {
    const response = await send('GET', `/api/v1${path}`)
    const call = { method: 'GET', path, status: response.status, contentType: response.headers.get('content-type') }
    expect(checkAnswer(document, { ...call, answer: await read(response, isEndless) })).toBe(operation)
  }
}, 60_000)
