import { expect, test } from 'bun:test'
import { changesNothing } from '../../src/api/changes-nothing.ts'
import { ECR_TABLE, NOT_AVAILABLE_YET } from '../../src/api/ecr/table.ts'
import { IAM_TABLE } from '../../src/api/iam/table.ts'
import { MANAGE_TABLE } from '../../src/api/manage/table.ts'
import type { QueryAction } from '../../src/api/query/define-action.ts'
import type { AuditRecord } from '../../src/core/audit/audit-record.ts'
import { Refusal } from '../../src/core/refusal.ts'
import type { MetadataTransaction } from '../../src/ports/metadata-store.ts'
import { altered } from '../collection/world.ts'
import { auditRecords } from '../support/audit-records.ts'
import { CHANGING_CALLS, type ChangingCall, NOTED_CALLS } from '../support/changing-calls.ts'
import { createRepository, openTestRegistry, sendTo, type TestRegistry } from '../support/test-registry.ts'

/** What becomes of a transaction, given what it has to do. */
type Fault = (
  transaction: MetadataTransaction,
  work: (given: MetadataTransaction) => Promise<unknown>,
) => Promise<unknown>

const away = () => new Refusal('storage-unavailable', 'The database is away.')

/** Everything was done, and then it could not be committed. */
const lastMoment: Fault = async (transaction, work) => {
  await work(transaction)
  throw away()
}

/** The record alone could not be written. */
const record: Fault = async (transaction, work) =>
  await work(altered(transaction, { recordAudit: async () => await Promise.reject(away()) }))

/** The same registry, whose calls meet the fault in their transactions. */
function withFault(registry: TestRegistry, fault: Fault): TestRegistry {
  const { metadata } = registry.services
  const transact: typeof metadata.transact = async (work) =>
    // A fault gives what the work gave, if anything.
    (await metadata.transact((transaction) => fault(transaction, work))) as Awaited<ReturnType<typeof work>>
  const services = { ...registry.services, metadata: altered(metadata, { transact }) }
  const send: TestRegistry['send'] = (method, path, options = {}) => sendTo(services, method, path, options)
  return { ...registry, services, send }
}

const isOf =
  ({ name }: ChangingCall) =>
  (one: AuditRecord) =>
    one.eventName === name && !one.readOnly && one.errorCode === undefined

test('a change and its record are there together or not at all, for every row that changes something', async () => {
  await using registry = await openTestRegistry()
  for (const change of CHANGING_CALLS) {
    const count = async () => (await auditRecords(registry.services)).filter(isOf(change)).length
    for (const fault of [lastMoment, record]) {
      await change.prepare?.(registry)
      const before = await count()
      const refused = await change.call(withFault(registry, fault))
      expect([change.row, fault.name, refused.status >= 500]).toEqual([change.row, fault.name, true])
      expect([change.row, fault.name, await count()]).toEqual([change.row, fault.name, before])
    }
    await change.prepare?.(registry)
    const before = await count()
    // Had one of the two been made before, this one would be refused.
    const { status } = await change.call(registry)
    expect([change.row, status >= 200 && status < 300]).toEqual([change.row, true])
    expect([change.row, (await count()) - before]).toEqual([change.row, 1])
  }
}, 60_000)

test('these are all rows that change something', () => {
  const rowsOf = (surface: ChangingCall['surface']) =>
    [
      ...new Set([...CHANGING_CALLS, ...NOTED_CALLS].filter((one) => one.surface === surface).map(({ row }) => row)),
    ].sort()
  const ecr = Object.entries(ECR_TABLE).filter(([name, row]) => row !== NOT_AVAILABLE_YET && !changesNothing(name))
  expect(rowsOf('ecr')).toEqual(ecr.map(([name]) => name).sort())
  const actions: readonly QueryAction[] = Object.values(IAM_TABLE)
  const changing = actions.filter((action) => !action.isUnsigned && action.changes).map(({ operation }) => operation)
  // There are no login profiles, so this one has nothing to delete and is always refused.
  expect([...rowsOf('iam'), 'DeleteLoginProfile'].sort()).toEqual(changing.sort())
  const managing = Object.values(MANAGE_TABLE).filter(({ isRead }) => !isRead)
  expect(rowsOf('manage')).toEqual(managing.map(({ operation }) => String(operation)).sort())
})

test('what changes nothing in the metadata leaves one record too', async () => {
  await using registry = await openTestRegistry()
  await createRepository(registry, 'team/app')
  for (const change of NOTED_CALLS) {
    await change.prepare?.(registry)
    expect([change.row, (await change.call(registry)).status]).toEqual([change.row, 200])
    expect((await auditRecords(registry.services)).filter(isOf(change))).toHaveLength(1)
  }
})
