import { afterEach, beforeEach, expect, test } from 'bun:test'
import { altered } from '../../../test/collection/world.ts'
import { AUDIT_ACCOUNT, pullParts } from '../../../test/support/audit-parts.ts'
import { type AuditWorld, numbers, openAuditWorld } from '../../../test/support/audit-world.ts'
import { auditRecord } from '../../core/audit/audit-record.ts'
import { type Principal, rootPrincipal } from '../../core/principal.ts'
import { Refusal } from '../../core/refusal.ts'
import { parseRepositoryName } from '../../core/repository-name.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import { nextTurn } from '../next-turn.ts'
import { AuditTrail, type AuditTrailOptions } from './audit-trail.ts'
import { sealAudit } from './seal-audit.ts'
import type { Read } from './summed-reads.ts'

const OTHER = '111111111111'

let world: AuditWorld
/** What the next transactions do instead: nothing while undefined. */
let fault: (() => void) | undefined
let failures: unknown[]
let trails: AuditTrail[]
beforeEach(async () => {
  world = await openAuditWorld()
  fault = undefined
  failures = []
  trails = []
})
afterEach(async () => {
  fault = undefined
  for (const trail of trails) await trail.close()
  await world[Symbol.asyncDispose]()
})

function openTrail(options: Partial<AuditTrailOptions> = {}): AuditTrail {
  const transact: MetadataStore['transact'] = async (work) => {
    fault?.()
    return await world.metadata.transact(work)
  }
  const metadata = altered(world.metadata, { transact })
  const failed = (error: unknown) => failures.push(error)
  const trail = new AuditTrail({ ...world, metadata }, { region: 'us-east-1', failed, ...options })
  trails.push(trail)
  return trail
}

const pull = (number: number, accountId = AUDIT_ACCOUNT) => auditRecord(pullParts(number, { accountId }))
const away = () => {
  throw new Refusal('storage-unavailable', 'away')
}

/** All records of the account, oldest first. */
async function written(accountId = AUDIT_ACCOUNT) {
  await sealAudit(world)
  const query = { accountId, attribute: undefined, fromMs: 0, untilMs: Number.MAX_SAFE_INTEGER }
  const entries = await world.metadata.lookUpAudit(query, { limit: 10_000 })
  return entries
    .map(({ body }) => JSON.parse(body))
    .toSorted((a, b) => a.additionalEventData.atMs - b.additionalEventData.atMs)
}

test('a note is found at once, and is written by the next flush', async () => {
  const trail = openTrail()
  for (const number of numbers(1, 250)) trail.note(pull(number))
  const { eventID } = pull(7)
  expect(trail.pending).toBe(250)
  expect(await written()).toEqual([])
  expect((await trail.find(AUDIT_ACCOUNT, eventID))?.eventId).toBe(eventID)
  expect(await trail.find(OTHER, eventID)).toBeUndefined()
  await trail.flush()
  expect([trail.pending, trail.written, trail.lost]).toEqual([0, 250, 0])
  expect((await written()).map((record) => record.eventID)).toEqual(
    numbers(1, 250).map((number) => pull(number).eventID),
  )
  expect((await trail.find(AUDIT_ACCOUNT, eventID))?.eventId).toBe(eventID)
  expect(await trail.find(AUDIT_ACCOUNT, 'unknown')).toBeUndefined()
})

test('notes are written by themselves: after half a second, or at 500', async () => {
  const slow = openTrail()
  slow.note(pull(1))
  const many = openTrail()
  for (const number of numbers(1000, 1499)) many.note(pull(number))
  // Turns without any time in them: no timer has its part in it.
  for (let turn = 0; turn < 200 && many.written < 500; turn++) await nextTurn()
  expect(many.written).toBe(500)
  while (slow.written < 1) await Bun.sleep(20)
  expect(await written()).toHaveLength(501)
})

test('what cannot be written waits, once each and in order, and the failure is told once', async () => {
  const trail = openTrail()
  fault = away
  trail.note(pull(1))
  await expect(trail.flush()).rejects.toThrow('away')
  trail.note(pull(2))
  await expect(trail.flush()).rejects.toThrow('away')
  expect([trail.pending, trail.written, failures.length]).toEqual([2, 0, 1])
  fault = undefined
  await trail.flush()
  expect((await written()).map((record) => record.requestID)).toEqual(['request-1', 'request-2'])
  fault = away
  trail.note(pull(3))
  await expect(trail.flush()).rejects.toThrow('away')
  expect(failures).toHaveLength(2)
})

test('a commit that took effect although it failed is not recorded twice', async () => {
  const trail = openTrail()
  trail.note(pull(1))
  await world.record([1])
  await trail.flush()
  expect(await written()).toHaveLength(1)
})

test('what there is no room for is counted by account, and the trail tells of it when it can be written again', async () => {
  const trail = openTrail({ mostPending: 3 })
  fault = away
  const startMs = world.clock.nowMs()
  for (const number of numbers(1, 5)) trail.note(pull(number))
  world.clock.advance(1000)
  trail.note(pull(6))
  trail.note(pull(7, OTHER))
  expect([trail.pending, trail.lost]).toEqual([3, 4])
  await expect(trail.flush()).rejects.toThrow('away')
  fault = undefined
  await trail.flush()
  expect((await written()).map((record) => record.eventName).sort()).toEqual([
    'AuditRecordsLost',
    'BatchGetImage',
    'BatchGetImage',
    'BatchGetImage',
  ])
  const lost = (await written()).find((record) => record.eventName === 'AuditRecordsLost')
  expect(lost).toMatchObject({
    eventSource: 'lading.internal',
    eventType: 'AwsServiceEvent',
    userIdentity: { type: 'AWSService' },
    additionalEventData: { count: 3, fromMs: startMs, untilMs: startMs + 1000 },
  })
  expect(await written(OTHER)).toMatchObject([{ eventName: 'AuditRecordsLost', additionalEventData: { count: 1 } }])
  await trail.flush()
  expect(await written()).toHaveLength(4)
  expect(trail.lost).toBe(4)
})

test('room is bounded by bytes too', async () => {
  const trail = openTrail({ mostPendingBytes: 3000 })
  for (const number of numbers(1, 5)) trail.note(pull(number))
  expect([trail.pending, trail.lost]).toEqual([3, 2])
  await trail.flush()
  for (const number of numbers(6, 8)) trail.note(pull(number))
  expect([trail.pending, trail.lost]).toEqual([3, 2])
})

test('a record that the database does not take is lost alone', async () => {
  const trail = openTrail()
  const poison = pull(2)
  const transact: MetadataStore['transact'] = (work) =>
    world.metadata.transact(async (transaction) => {
      const recordAudit: typeof transaction.recordAudit = async (entries) => {
        if (entries.some((entry) => entry.eventId === poison.eventID)) throw new Error('not this one')
        await transaction.recordAudit(entries)
      }
      return await work(altered(transaction, { recordAudit }))
    })
  const poisoned = new AuditTrail(
    { ...world, metadata: altered(world.metadata, { transact }) },
    { region: 'us-east-1', failed: (error) => failures.push(error) },
  )
  trails.push(poisoned)
  for (const record of [pull(1), poison, pull(3)]) poisoned.note(record)
  await poisoned.flush()
  expect([poisoned.lost, poisoned.pending, failures.length]).toEqual([1, 0, 1])
  expect((await written()).map((record) => record.eventName)).toContain('AuditRecordsLost')
  expect((await written()).map((record) => record.requestID)).toEqual(
    expect.arrayContaining(['request-1', 'request-3']),
  )
  expect(trail.lost).toBe(0)
})

function blobRead(
  bytes: number,
  change: { principal?: Principal; repository?: { id: number; name: string } } = {},
): Read {
  return {
    operation: 'blob-get',
    caller: {
      principal: change.principal ?? rootPrincipal(AUDIT_ACCOUNT, 'AKIA'),
      registry: { accountId: AUDIT_ACCOUNT, region: 'us-east-1' },
      requestId: `request of ${bytes}`,
      origin: { clientAddress: '192.0.2.1', userAgent: 'containerd/2.1.0', secure: true },
    },
    repository: { id: change.repository?.id ?? 1, name: parseRepositoryName(change.repository?.name ?? 'team/app') },
    digest: undefined,
    tag: undefined,
    bytes,
  }
}

test('reads of blobs are summed up by principal, repository and minute', async () => {
  const trail = openTrail()
  const startMs = world.clock.nowMs()
  for (const bytes of [100, 20, 3]) trail.noteRead(blobRead(bytes))
  trail.noteRead(blobRead(7, { principal: rootPrincipal(OTHER, 'AKIB') }))
  trail.noteRead(blobRead(9, { repository: { id: 2, name: 'team/b' } }))
  world.clock.advance(59_999)
  trail.noteRead(blobRead(4000))
  await trail.flush()
  expect(await written()).toEqual([])
  world.clock.advance(1)
  trail.noteRead(blobRead(50_000))
  await trail.flush()
  const sums = (await written()).map((record) => record.additionalEventData)
  expect(sums.map(({ count, bytes }) => [count, bytes])).toEqual(
    expect.arrayContaining([
      [4, 4123],
      [1, 7],
      [1, 9],
    ]),
  )
  expect(sums).toHaveLength(3)
  expect(await written()).toContainEqual(
    expect.objectContaining({
      eventName: 'GetDownloadUrlForLayer',
      eventCategory: 'Data',
      managementEvent: false,
      readOnly: true,
      requestID: 'request of 100',
      additionalEventData: {
        protocol: 'oci',
        operation: 'blob-get',
        count: 4,
        bytes: 4123,
        fromMs: startMs,
        untilMs: startMs + 59_999,
        atMs: startMs + 59_999,
      },
    }),
  )
  await trail.close()
  expect(await written()).toHaveLength(4)
})

test('close writes everything, and what comes afterwards is counted as lost', async () => {
  const trail = openTrail()
  trail.note(pull(1))
  trail.noteRead(blobRead(5))
  await trail.close()
  expect(await written()).toHaveLength(2)
  trail.note(pull(2))
  trail.noteRead(blobRead(6))
  expect([trail.pending, trail.lost]).toEqual([0, 2])
})
