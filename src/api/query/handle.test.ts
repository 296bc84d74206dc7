import { expect, test } from 'bun:test'
import { AWS_HOST, awsSigner, callQuery } from '../../../test/support/aws-requests.ts'
import { insertIdentities, newUser } from '../../../test/support/identities.ts'
import { requestContext } from '../../../test/support/request-context.ts'
import { openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { Refusal } from '../../core/refusal.ts'
import { BodyRoom } from '../../services/body-room.ts'
import { handleAwsRequest } from '../handle-aws-request.ts'
import type { RequestContext } from '../request-context.ts'
import { defineUnsignedAction } from './define-action.ts'
import { Inputs } from './inputs.ts'
import { toTree } from './parameters.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded', host: AWS_HOST }

/** Sends a form, and gives what the log and the metrics are told of it. */
async function contextOf(
  registry: TestRegistry,
  body: string,
  options: { readonly service?: string; readonly secret?: string; readonly accessKeyId?: string } = {},
): Promise<RequestContext> {
  const target = { method: 'POST', protocol: 'http:', hostname: AWS_HOST, path: '/', query: {} }
  const signer = awsSigner({ service: 'iam', ...options })
  const signingDate = new Date(registry.clock.nowMs())
  const { headers } = await signer.sign({ ...target, headers: FORM, body }, { signingDate })
  const context = requestContext({ host: AWS_HOST })
  const request = new Request(`http://${AWS_HOST}/`, { method: 'POST', headers, body })
  await handleAwsRequest(registry.services, request, context, { version: '9.9.9' })
  return context
}

test('the log is told what was asked of whom, and only names that there are', async () => {
  await using registry = await openTestRegistry()
  const asked = await contextOf(registry, 'Action=AddUserToGroup&UserName=bob&GroupName=devs')
  expect(asked).toMatchObject({
    surface: 'iam',
    operation: 'AddUserToGroup',
    principal: 'arn:aws:iam::000000000000:root',
    target: { user: 'bob', group: 'devs' },
    refused: { code: 'NoSuchEntity' },
  })
  const long = await contextOf(registry, `Action=GetUser&UserName=${'x'.repeat(10_000)}`)
  expect(long.target?.user?.length).toBeLessThan(600)
  const unknown = await contextOf(registry, 'Action=MakeEverybodyRoot&UserName=bob')
  expect(unknown).toMatchObject({ surface: 'iam', operation: 'unknown', refused: { code: 'UnsupportedOperation' } })
  const ours = await contextOf(registry, 'Action=GetCallerIdentity', { service: 'sts' })
  expect(ours).toMatchObject({ surface: 'sts', operation: 'GetCallerIdentity', target: {} })
})

test('a failed login counts for the API that it was for', async () => {
  await using registry = await openTestRegistry()
  for (const service of ['iam', 'sts']) {
    const context = await contextOf(registry, 'Action=GetUser', { service, secret: 'wrong' })
    expect(context).toMatchObject({ surface: service, operation: 'unknown', login: 'failed' })
    expect(context.principal).toBeUndefined()
  }
})

test('a body holds its room until the call is answered, and not after', async () => {
  await using opened = await openTestRegistry()
  // Room for one body, past what every body may have anyway.
  const bodyRoom = new BodyRoom(150 * 1024, () => 0)
  const registry = { ...opened, services: { ...opened.services, bodyRoom } }
  const { metadata } = registry.services
  const largest = { bytes: 1024 * 1024, refusal: () => new Refusal('limit-exceeded', 'No.') }
  const isRoom = () =>
    bodyRoom.read(new Blob(['x'.repeat(200_000)]).stream(), largest).then(
      (held) => held[Symbol.dispose]() === undefined,
      () => false,
    )
  const find = metadata.findIdentity.bind(metadata)
  const seen: boolean[] = []
  metadata.findIdentity = async (...asked) => {
    seen.push(await isRoom())
    return await find(...asked)
  }
  const body = `Action=GetUser&UserName=bob&Other=${'x'.repeat(200_000)}`
  expect((await contextOf(registry, body)).refused?.code).toBe('NoSuchEntity')
  expect(seen).toEqual([false, false])
  expect(await isRoom()).toBe(true)
  expect((await contextOf(registry, `${body}&UserName=twice`)).refused?.code).toBe('ValidationError')
  expect(await isRoom()).toBe(true)
})

test('a form of more than 256 KiB is refused', async () => {
  await using registry = await openTestRegistry()
  const answer = await callQuery(registry, 'GetUser', { UserName: 'x'.repeat(256 * 1024) })
  expect(answer).toMatchObject({ status: 409, code: 'LimitExceeded' })
})

test('a page of a thousand is sent as it is read', async () => {
  await using registry = await openTestRegistry()
  const path = `/${'p'.repeat(400)}/`
  await insertIdentities(
    registry,
    Array.from({ length: 1000 }, (_, index) => newUser(`u${index}`, { path })),
  )
  const { xml } = await callQuery(registry, 'ListUsers', { MaxItems: '1000' })
  expect(xml.length).toBeGreaterThan(900_000)
  expect(xml.match(/<member>/g)).toHaveLength(1000)
  expect(xml).toEndWith('</ListUsersResponse>')
  expect(registry.services.answerRoom.heldBytes).toBe(0)
})

test('an unsigned operation reads its input and is told who asks from where', async () => {
  await using registry = await openTestRegistry()
  const { services, caller } = registry
  const action = defineUnsignedAction('AssumeRoleWithWebIdentity', {
    parse: (inputs) => inputs.requiredText('RoleArn'),
    handle: async ({ origin }, roleArn) => ({ Provider: roleArn, Audience: origin.clientAddress }),
  })
  const call = {
    services,
    registry: caller.registry,
    requestId: 'r',
    origin: { ...caller.origin, clientAddress: '192.0.2.1' },
    identify: () => {},
  }
  const run = (input: Record<string, string>) => action.run(call, new Inputs(toTree(Object.entries(input))))
  expect(await run({ RoleArn: 'a' })).toEqual({ Provider: 'a', Audience: '192.0.2.1' })
  await expect(run({})).rejects.toMatchObject({ reason: 'parameter-invalid' })
})
