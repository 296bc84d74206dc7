import { expect, test } from 'bun:test'
import { AWS_HOST, type AwsSignOptions, awsSigner, handleAws, sendAws } from '../../../test/support/aws-requests.ts'
import { openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { Refusal, type RefusalReason } from '../../core/refusal.ts'
import { errorShape, xmlErrorResponse } from './answers.ts'
import { QUERY_ERRORS } from './errors.ts'
import { IAM, STS } from './query-api.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
const GET_CALLER_IDENTITY = 'Action=GetCallerIdentity&Version=2011-06-15'

async function post(registry: TestRegistry, body: string, options: AwsSignOptions = {}): Promise<[number, string]> {
  const response = await sendAws(registry, { headers: FORM, body }, { service: 'sts', ...options })
  expect(response.headers.get('content-type')).toBe('text/xml')
  expect(response.headers.get('x-amzn-requestid')).toBe('request-1')
  return [response.status, await response.text()]
}

async function presigned(registry: TestRegistry, query: Record<string, string>): Promise<Request> {
  const signed = await awsSigner({ service: 'sts' }).presign(
    { method: 'GET', protocol: 'http:', hostname: AWS_HOST, path: '/', query, headers: { host: AWS_HOST } },
    { signingDate: new Date(registry.clock.nowMs()), expiresIn: 60 },
  )
  const pairs = Object.entries(signed.query ?? {}).map(
    ([name, value]) => `${name}=${encodeURIComponent(String(value))}`,
  )
  return new Request(`http://${AWS_HOST}/?${pairs.join('&')}`, { headers: { host: AWS_HOST } })
}

test('GetCallerIdentity says who signed, in any region', async () => {
  await using registry = await openTestRegistry()
  const [status, xml] = await post(registry, GET_CALLER_IDENTITY, { region: 'eu-north-1' })
  expect(status).toBe(200)
  expect(xml).toBe(
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
      '<Arn>arn:aws:iam::000000000000:root</Arn><UserId>000000000000</UserId><Account>000000000000</Account>' +
      '</GetCallerIdentityResult><ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata>' +
      '</GetCallerIdentityResponse>',
  )
})

test('GetCallerIdentity as a presigned GET, and not with another parameter', async () => {
  await using registry = await openTestRegistry()
  const request = await presigned(registry, { Action: 'GetCallerIdentity', Version: '2011-06-15' })
  const response = await handleAws(registry, request)
  expect([response.status, await response.text()]).toEqual([
    200,
    expect.stringContaining('<Account>000000000000</Account>'),
  ])
  const changed = new Request(`${request.url}&Extra=1`, { headers: { host: AWS_HOST } })
  const refused = await handleAws(registry, changed)
  expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('SignatureDoesNotMatch')])
})

test('other calls of STS and IAM say that they are not available yet', async () => {
  await using registry = await openTestRegistry()
  const [status, xml] = await post(registry, 'Action=AssumeRole&Version=2011-06-15')
  expect([status, xml]).toEqual([400, expect.stringContaining('AssumeRole is not available yet in Lading 9.9.9.')])
  expect(xml).toContain('<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>')
  const [, iam] = await post(registry, 'Action=CreateSAMLProvider&Version=2010-05-08', { service: 'iam' })
  expect(iam).toContain('https://iam.amazonaws.com/doc/2010-05-08/')
  expect(iam).toContain('<Code>UnsupportedOperation</Code>')
  const [, identity] = await post(registry, 'Action=GetCallerIdentity', { service: 'iam' })
  expect(identity).toContain('<Code>UnsupportedOperation</Code>')
  const [, unsigned] = await post(registry, 'Action=AssumeRoleWithWebIdentity', { unsigned: true })
  expect(unsigned).toContain('not available yet')
})

test('strangers get the codes that clients know', async () => {
  await using registry = await openTestRegistry()
  const code = async (options: AwsSignOptions, body = GET_CALLER_IDENTITY) => {
    const [status, xml] = await post(registry, body, options)
    return [status, /<Code>(\w+)</.exec(xml)?.[1]]
  }
  expect(await code({ unsigned: true })).toEqual([403, 'MissingAuthenticationToken'])
  expect(await code({ secret: 'wrong' })).toEqual([403, 'SignatureDoesNotMatch'])
  expect(await code({ accessKeyId: 'AKIANOBODY' })).toEqual([403, 'SignatureDoesNotMatch'])
  expect(await code({ service: 'ecr' })).toEqual([400, 'IncompleteSignature'])
  expect(await code({}, 'Action=<b>&Version=1')).toEqual([400, 'InvalidAction'])
  expect(await code({}, '')).toEqual([400, 'InvalidAction'])
})

test('every refusal has an answer here too, and only the storage is our own fault', async () => {
  // Object.keys of a mapped type over the reasons gives the reasons.
  for (const reason of Object.keys(QUERY_ERRORS) as RefusalReason[]) {
    for (const api of [STS, IAM]) {
      const shape = errorShape(api, reason)
      const response = xmlErrorResponse(api, { refusal: new Refusal(reason, 'No.'), shape }, 'request-1')
      const type = reason.startsWith('storage-') ? 'Receiver' : 'Sender'
      expect([reason, response.status >= 500]).toEqual([reason, type === 'Receiver'])
      expect(await response.text()).toMatch(new RegExp(`<Type>${type}</Type><Code>[A-Z][A-Za-z]+</Code><Message>No.<`))
    }
  }
})

test('an operation may have an error of its own, an API too', () => {
  expect(errorShape(IAM, 'resource-tags-too-many').code).toBe('LimitExceeded')
  expect(errorShape(STS, 'resource-tags-too-many').code).toBe('ValidationError')
  const own = { 'resource-tags-too-many': { code: 'Own', status: 418 } }
  expect(errorShape(IAM, 'resource-tags-too-many', own)).toEqual({ code: 'Own', status: 418 })
})

test("a version is the API's own, or none", async () => {
  await using registry = await openTestRegistry()
  expect(await post(registry, 'Action=GetCallerIdentity')).toEqual([200, expect.stringContaining('<Account>')])
  const [status, xml] = await post(registry, 'Action=GetCallerIdentity&Version=2010-05-08')
  expect(status).toBe(400)
  expect(xml).toContain('<Code>InvalidAction</Code>')
  expect(xml).toContain('Could not find operation GetCallerIdentity for version &quot;2010-05-08&quot;.')
})

test('a form that cannot be read in one way only is refused', async () => {
  await using registry = await openTestRegistry()
  for (const extra of [
    '&Action=GetCallerIdentity',
    '&A=%zz',
    '&A=%ff',
    '&A=1&A=2',
    '&A=1&A.b=2',
    '&=',
    '&&',
    '&A..b=1',
  ]) {
    const [status, xml] = await post(registry, `${GET_CALLER_IDENTITY}${extra}`)
    expect([extra, status]).toEqual([extra, 400])
    expect(xml).toContain('<Code>ValidationError</Code>')
  }
})
