import { expect, test } from 'bun:test'
import type { AwsCredentials } from '../credentials.ts'
import { EcrReader } from './ecr-reader.ts'

const KEY: AwsCredentials = { accessKeyId: 'AKIA', secretAccessKey: 'secret', isLocal: true }

/** A registry that gives these answers, and then good ones. */
function startRegistry(answers: readonly [status: number, body: object][]) {
  const authorizations: string[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => {
      authorizations.push(request.headers.get('authorization') ?? '')
      const [status, body] = answers[authorizations.length - 1] ?? [200, { imageDetails: [] }]
      return Response.json(body, { status })
    },
  })
  let found = 0
  const findCredentials = async () => ({ ...KEY, accessKeyId: `AKIA${++found}` })
  const options = { endpoint: server.url.origin, findCredentials, certificates: undefined, registryId: undefined }
  const ask = (region?: string) => new EcrReader({ ...options, region, firstWaitMs: 1 }).ask('DescribeImages', {})
  return { ask, authorizations, [Symbol.asyncDispose]: () => server.stop(true) }
}

test.each([
  [400, { __type: 'ThrottlingException', message: 'Rate exceeded' }],
  [400, { __type: 'com.amazonaws.ecr#ThrottlingException' }],
  [429, {}],
  [500, { __type: 'ServerException' }],
  [503, {}],
])('an answer of %i %j is waited for, and asked again', async (status, body) => {
  await using registry = startRegistry([
    [status, body],
    [status, body],
  ])
  expect(await registry.ask('eu-test-7')).toEqual({ imageDetails: [] })
  expect(registry.authorizations.length).toBe(3)
})

test('a registry that throttles for good is asked eight times', async () => {
  await using registry = startRegistry(
    Array(20).fill([400, { __type: 'ThrottlingException', message: 'Rate exceeded' }]),
  )
  await expect(registry.ask('eu-test-7')).rejects.toThrow(/refuses: Rate exceeded\.$/)
  expect(registry.authorizations.length).toBe(8)
})

test('a refusal is not asked about again', async () => {
  await using registry = startRegistry([[400, { __type: 'AccessDeniedException', Message: 'You may not' }]])
  await expect(registry.ask('eu-test-7')).rejects.toMatchObject({
    type: 'AccessDeniedException',
    message: expect.stringMatching(/refuses: You may not\.$/),
  })
  expect(registry.authorizations.length).toBe(1)
})

test('credentials that expire on the way are found anew', async () => {
  await using registry = startRegistry([[400, { __type: 'ExpiredTokenException', message: 'expired' }]])
  await registry.ask('eu-test-7')
  expect(registry.authorizations.map((text) => /Credential=(\w+)/.exec(text)?.[1])).toEqual(['AKIA1', 'AKIA2'])
})

test('where nobody named a region the one that the registry says is taken', async () => {
  const message = "Credential should be scoped to a valid region: 'eu-test-7'."
  await using registry = startRegistry([[400, { __type: 'InvalidSignatureException', message }]])
  await registry.ask()
  expect(registry.authorizations.map((text) => text.split('/')[2])).toEqual(['us-east-1', 'eu-test-7'])
  await using strict = startRegistry([[400, { __type: 'InvalidSignatureException', message }]])
  await expect(strict.ask('us-west-2')).rejects.toThrow('valid region')
})

test('one that has answered is waited for when it is away for a moment, and one that never did is not', async () => {
  const fetch = () => Response.json({ imageDetails: [] })
  const first = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch })
  const { port } = first.url
  const options = { endpoint: first.url.origin, region: 'eu-test-7', certificates: undefined, registryId: undefined }
  const open = () => new EcrReader({ ...options, findCredentials: async () => KEY, firstWaitMs: 100 })
  const reader = open()
  await reader.ask('DescribeImages', {})
  await first.stop(true)
  await expect(open().ask('DescribeImages', {})).rejects.toThrow('cannot be reached')
  const asked = reader.ask('DescribeImages', {})
  await Bun.sleep(20)
  const second = Bun.serve({ port: Number(port), hostname: '127.0.0.1', fetch })
  expect(await asked).toEqual({ imageDetails: [] })
  await second.stop(true)
})
