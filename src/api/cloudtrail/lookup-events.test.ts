import { afterEach, beforeEach, expect, test } from 'bun:test'
import { AUDIT_ACCOUNT as ACCOUNT, pullParts } from '../../../test/support/audit-parts.ts'
import { type AwsAnswer, type AwsSignOptions, sendAws } from '../../../test/support/aws-requests.ts'
import { openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { auditEntry } from '../../core/audit/audit-entry.ts'
import { type AuditParts, auditRecord } from '../../core/audit/audit-record.ts'
import { sealAudit } from '../../services/audit/seal-audit.ts'

const SECOND = 1_767_225_600
const REPOSITORY = `arn:aws:ecr:us-east-1:${ACCOUNT}:repository/team/app`

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
})
afterEach(async () => await registry[Symbol.asyncDispose]())

async function record(number: number, change: Partial<AuditParts> = {}): Promise<string> {
  const entry = auditEntry(auditRecord(pullParts(number, { atMs: (SECOND + number) * 1000 + 250, ...change })))
  await registry.services.metadata.transact((transaction) => transaction.recordAudit([entry]))
  await sealAudit(registry.services)
  return entry.body
}

async function call(
  input: unknown,
  options: AwsSignOptions = {},
  target = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents',
): Promise<AwsAnswer> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target }
  const message = { headers, body: typeof input === 'string' ? input : JSON.stringify(input) }
  const response = await sendAws(registry, message, { service: 'cloudtrail', ...options })
  return { status: response.status, headers: response.headers, json: await response.json() }
}

const namesOf = ({ json }: AwsAnswer): number[] =>
  json.Events.map((event: { EventId: string }) => Number(event.EventId.slice(-12)))
const by = (AttributeKey: string, AttributeValue: string) => ({ LookupAttributes: [{ AttributeKey, AttributeValue }] })

test('LookupEvents gives events as CloudTrail does, newest first', async () => {
  const body = await record(1)
  await record(2, {
    caller: { kind: 'anonymous', accountId: ACCOUNT, arn: 'anonymous' },
    readOnly: false,
    resources: [],
  })
  const { status, headers, json } = await call({})
  expect([status, headers.get('content-type')]).toEqual([200, 'application/x-amz-json-1.1'])
  expect(json.NextToken).toBeUndefined()
  expect(json.Events[1]).toEqual({
    EventId: '10000000-0000-4000-8000-000000000001',
    EventName: 'BatchGetImage',
    ReadOnly: 'true',
    AccessKeyId: 'AKIATESTTESTTESTTEST',
    EventTime: SECOND + 1,
    EventSource: 'ecr.amazonaws.com',
    Username: 'root',
    Resources: [{ ResourceType: 'AWS::ECR::Repository', ResourceName: REPOSITORY }],
    CloudTrailEvent: body,
  })
  const [anonymous] = json.Events
  expect(anonymous).toMatchObject({ ReadOnly: 'false', Resources: [] })
  expect(anonymous).not.toHaveProperty('Username')
  expect(JSON.parse(anonymous.CloudTrailEvent).userIdentity.accountId).toBe('ANONYMOUS_PRINCIPAL')
})

test('LookupEvents finds by each attribute, and a repository by its name too', async () => {
  await record(1)
  await record(2, { name: 'CreateUser', source: 'iam.amazonaws.com', readOnly: false, resources: [] })
  await record(3, { accountId: '111111111111' })
  expect(namesOf(await call(by('EventId', '10000000-0000-4000-8000-000000000002')))).toEqual([2])
  expect(namesOf(await call(by('EventName', 'CreateUser')))).toEqual([2])
  expect(namesOf(await call(by('EventSource', 'ecr.amazonaws.com')))).toEqual([1])
  expect(namesOf(await call(by('ReadOnly', 'false')))).toEqual([2])
  expect(namesOf(await call(by('Username', 'root')))).toEqual([2, 1])
  expect(namesOf(await call(by('AccessKeyId', 'AKIATESTTESTTESTTEST')))).toEqual([2, 1])
  expect(namesOf(await call(by('ResourceType', 'AWS::ECR::Repository')))).toEqual([1])
  expect(namesOf(await call(by('ResourceName', REPOSITORY)))).toEqual([1])
  expect(namesOf(await call(by('ResourceName', 'team/app')))).toEqual([1])
  expect(namesOf(await call(by('ResourceName', 'team')))).toEqual([])
  expect(namesOf(await call({ LookupAttributes: [] }))).toEqual([2, 1])
})

test('times are seconds, and both ends belong to the range', async () => {
  for (const number of [1, 2, 3, 4]) await record(number)
  expect(namesOf(await call({ StartTime: SECOND + 2, EndTime: SECOND + 3 }))).toEqual([3, 2])
  expect(namesOf(await call({ StartTime: SECOND + 2.5 }))).toEqual([4, 3])
  expect(namesOf(await call({ EndTime: SECOND + 1.9, StartTime: null }))).toEqual([1])
})

test('pages follow on each other, and a token is good for its question alone', async () => {
  for (let number = 1; number <= 60; number++) await record(number)
  const first = await call({})
  expect(first.json.Events).toHaveLength(50)
  const second = await call({ NextToken: first.json.NextToken })
  expect([...namesOf(first), ...namesOf(second)]).toEqual(Array.from({ length: 60 }, (_, index) => 60 - index))
  expect(second.json.NextToken).toBeUndefined()
  expect((await call({ MaxResults: 10, NextToken: first.json.NextToken })).json.Events).toHaveLength(10)
  const other = await call({ ...by('Username', 'root'), NextToken: first.json.NextToken })
  expect([other.status, other.json.__type]).toEqual([400, 'InvalidNextTokenException'])
})

test.each<[string, unknown]>([
  ['InvalidMaxResultsException', { MaxResults: 0 }],
  ['InvalidMaxResultsException', { MaxResults: 51 }],
  ['InvalidMaxResultsException', { MaxResults: '5' }],
  ['InvalidNextTokenException', { NextToken: 'nonsense' }],
  ['InvalidNextTokenException', { NextToken: 5 }],
  ['InvalidTimeRangeException', { StartTime: 5, EndTime: 4 }],
  ['InvalidTimeRangeException', { StartTime: 'yesterday' }],
  ['InvalidTimeRangeException', { EndTime: -1 }],
  ['InvalidEventCategoryException', { EventCategory: 'insight' }],
  ['InvalidLookupAttributesException', by('Region', 'x')],
  ['InvalidLookupAttributesException', by('constructor', 'x')],
  ['InvalidLookupAttributesException', by('EventName', '')],
  ['InvalidLookupAttributesException', by('EventName', 'x'.repeat(2001))],
  ['InvalidLookupAttributesException', by('EventName', 'x\0')],
  ['InvalidLookupAttributesException', by('ReadOnly', 'maybe')],
  ['InvalidLookupAttributesException', { LookupAttributes: [1] }],
  ['InvalidLookupAttributesException', { LookupAttributes: 'EventName' }],
  ['InvalidLookupAttributesException', { LookupAttributes: [...by('EventName', 'a').LookupAttributes, {}] }],
  ['InvalidParameterException', '[]'],
  ['InvalidParameterException', 'not JSON'],
])('%s, case %#', async (type, input) => {
  const { status, json } = await call(input)
  expect([status, json.__type]).toEqual([400, type])
})

test('nobody but who is signed in for cloudtrail and allowed reads the trail', async () => {
  await record(1)
  const refused = async (options: AwsSignOptions, target?: string) => {
    const { status, json } = await call({}, options, target)
    expect(json.Events).toBeUndefined()
    return [status, json.__type]
  }
  expect(await refused({ unsigned: true })).toEqual([403, 'MissingAuthenticationTokenException'])
  expect(await refused({ secret: 'wrong' })).toEqual([403, 'InvalidSignatureException'])
  expect((await refused({ service: 'ecr' }))[0]).toBe(403)
  const target = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.'
  expect(await refused({}, `${target}DeleteTrail`)).toEqual([404, 'UnknownOperationException'])
  const ecr = await call({}, {}, 'AmazonEC2ContainerRegistry_V20150921.DescribeRegistry')
  expect(ecr.status).toBe(403)
})

test('an answer of many large records is whole', async () => {
  const parameters = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`p${index}`, '\u0001'.repeat(1024)]))
  for (let number = 1; number <= 50; number++) await record(number, { parameters })
  const { json } = await call({})
  expect(json.Events).toHaveLength(50)
  for (const event of json.Events) expect(JSON.parse(event.CloudTrailEvent).requestParameters.p0).toHaveLength(1024)
})
