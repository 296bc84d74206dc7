import { afterEach, beforeEach, expect, test } from 'bun:test'
import { AUDIT_ACCOUNT } from '../../../test/support/audit-parts.ts'
import { type AuditWorld, numbers, openAuditWorld } from '../../../test/support/audit-world.ts'
import { exportAudit } from './export-audit.ts'
import { deleteAuditBefore, deleteAuditOlderThan } from './retain-audit.ts'
import { sealAudit } from './seal-audit.ts'

let world: AuditWorld
beforeEach(async () => {
  world = await openAuditWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

/** Checkpoints after records 120, 240 and 360, a minute apart; 5 more are sealed and not signed for. */
async function fill(): Promise<void> {
  for (const first of [1, 121, 241]) {
    await world.record(numbers(first, first + 119))
    await world.checkpoint()
    world.clock.advance(60_000)
  }
  await world.record(numbers(361, 365))
  await sealAudit(world)
}

test('exportAudit begins at the first record, or after the checkpoint before the one that was asked for', async () => {
  await fill()
  expect(await world.verified()).toMatchObject({ ok: true, from: 1, through: 365, records: 365, signedThrough: 360 })
  for (const [from, first] of [
    [120, 1],
    [121, 121],
    [300, 241],
    [361, 361],
    [9999, 361],
  ]) {
    expect(await world.verified(from)).toMatchObject({ ok: true, from: first, through: 365 })
  }
  expect(await world.verified(1, '111111111111')).toMatchObject({ ok: true, records: 0, through: 0 })
})

test('an export ends where the chain was when it began, whatever is added meanwhile', async () => {
  await fill()
  const lines = exportAudit(world, AUDIT_ACCOUNT)
  const begun = [(await lines.next()).value]
  await world.record(numbers(400, 600))
  await world.checkpoint()
  for await (const line of lines) begun.push(line)
  expect(begun.at(-1)).toContain('"sequence":365')
  expect(begun.filter((line) => line?.includes('"record":'))).toHaveLength(365)
})

test('what is deleted for good leaves a trail that can be verified from a checkpoint on', async () => {
  await fill()
  expect(await deleteAuditBefore(world, AUDIT_ACCOUNT, 120)).toEqual({ deleted: 0, from: undefined })
  expect(await world.verified()).toMatchObject({ ok: true, from: 1 })
  expect(await deleteAuditBefore(world, AUDIT_ACCOUNT, 200)).toEqual({ deleted: 120, from: 121 })
  expect(await world.verified()).toMatchObject({ ok: true, from: 121, through: 365 })
  expect((await world.verified()).message).toContain('What came before record 121 is not in this export')
  expect(await deleteAuditBefore(world, AUDIT_ACCOUNT, 9999)).toEqual({ deleted: 240, from: 361 })
  expect(await world.verified()).toMatchObject({ ok: true, from: 361, records: 5 })
  await world.checkpoint()
  expect(await deleteAuditBefore(world, AUDIT_ACCOUNT, 9999)).toEqual({ deleted: 5, from: 366 })
  expect(await world.verified()).toMatchObject({ ok: true, from: 366, records: 0, through: 365, signedThrough: 365 })
  await world.record([700])
  await world.checkpoint()
  expect(await world.verified()).toMatchObject({ ok: true, from: 366, records: 1, signedThrough: 366 })
})

test('retention by age keeps what no checkpoint of that age vouches for', async () => {
  await fill()
  const secondMs = world.clock.nowMs() - 120_000
  expect(await deleteAuditOlderThan(world, AUDIT_ACCOUNT, secondMs - 60_001)).toMatchObject({ deleted: 0 })
  expect(await deleteAuditOlderThan(world, AUDIT_ACCOUNT, secondMs)).toEqual({ deleted: 240, from: 241 })
  expect(await world.verified()).toMatchObject({ ok: true, from: 241 })
})

test('a deletion that is killed halfway leaves an export that begins after a checkpoint', async () => {
  await fill()
  await world.metadata.transact((transaction) => transaction.deleteAuditThrough(AUDIT_ACCOUNT, 240, 150))
  expect(await world.verified()).toMatchObject({ ok: true, from: 241, through: 365 })
  expect(await deleteAuditBefore(world, AUDIT_ACCOUNT, 300)).toEqual({ deleted: 90, from: 241 })
})

test('an export whose records are deleted under it fails, and does not pass for a whole one', async () => {
  await fill()
  const lines = exportAudit(world, AUDIT_ACCOUNT)
  for (let read = 0; read < 50; read++) await lines.next()
  await deleteAuditBefore(world, AUDIT_ACCOUNT, 9999)
  const rest = async () => {
    for await (const _ of lines);
  }
  await expect(rest()).rejects.toThrow('was it deleted while it was exported?')
})
