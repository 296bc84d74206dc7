import { afterEach, beforeEach, expect, test } from 'bun:test'
import { altered } from '../../../test/collection/world.ts'
import { AUDIT_ACCOUNT } from '../../../test/support/audit-parts.ts'
import { AUDIT_SIGNER, type AuditWorld, numbers, openAuditWorld } from '../../../test/support/audit-world.ts'
import type { MetadataStore, MetadataTransaction } from '../../ports/metadata-store.ts'
import { checkpointAudit } from './checkpoint-audit.ts'
import { sealAudit } from './seal-audit.ts'

const OTHER = '111111111111'

let world: AuditWorld
beforeEach(async () => {
  world = await openAuditWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

/** The store as a process has it that is killed just before the commit of its `nth` transaction. */
function killedAt(metadata: MetadataStore, nth: number): MetadataStore {
  let count = 0
  const transact: MetadataStore['transact'] = (work) =>
    metadata.transact(async (transaction: MetadataTransaction) => {
      const result = await work(transaction)
      if (++count === nth) throw new Error('killed')
      return result
    })
  return altered(metadata, { transact })
}

test('sealAudit seals everything of every account, and each chain is whole', async () => {
  await world.record(numbers(1, 250))
  await world.record(numbers(300, 303), { accountId: OTHER })
  expect(await sealAudit(world)).toEqual({ sealed: 254 })
  expect(await sealAudit(world)).toEqual({ sealed: 0 })
  expect(await world.verified()).toMatchObject({ ok: true, records: 250, signedThrough: 0 })
  expect(await world.verified(1, OTHER)).toMatchObject({ ok: true, records: 4 })
})

test('a round that is killed at any of its transactions leaves whole batches, and the next one goes on', async () => {
  for (const nth of [1, 2, 3]) {
    const before = (await world.metadata.listAuditChains())[0]?.sequence ?? 0
    await world.record(numbers(nth * 1000, nth * 1000 + 249))
    const killed = sealAudit({ metadata: killedAt(world.metadata, nth) })
    await expect(killed).rejects.toThrow('killed')
    expect((await world.metadata.listAuditChains())[0]?.sequence ?? 0).toBe(before + (nth - 1) * 100)
    await world.checkpoint()
    expect(await world.verified()).toMatchObject({ ok: true, records: before + 250, signedThrough: before + 250 })
  }
})

test('two rounds at once, while records come in, make one chain', async () => {
  await world.record(numbers(1, 150))
  const coming = numbers(200, 260).map((number) => world.record([number]))
  const [one, two] = await Promise.all([sealAudit(world), sealAudit(world), ...coming])
  const rest = await sealAudit(world)
  expect(one.sealed + two.sealed + rest.sealed).toBe(211)
  expect(await world.verified()).toMatchObject({ ok: true, records: 211 })
})

test('a round that is told to end does so after a batch', async () => {
  await world.record(numbers(1, 150))
  expect(await sealAudit(world, AbortSignal.abort())).toEqual({ sealed: 0 })
})

test('checkpointAudit signs for accounts with new records, once', async () => {
  await world.record(numbers(1, 3))
  await world.record([9], { accountId: OTHER })
  expect(await checkpointAudit(world, AUDIT_SIGNER)).toEqual([])
  await sealAudit(world)
  const both = await Promise.all([checkpointAudit(world, AUDIT_SIGNER), checkpointAudit(world, AUDIT_SIGNER)])
  expect(
    both
      .flat()
      .map(({ checkpoint }) => [checkpoint.account, checkpoint.sequence])
      .sort(),
  ).toEqual([
    [AUDIT_ACCOUNT, 3],
    [OTHER, 1],
  ])
  expect(await checkpointAudit(world, AUDIT_SIGNER)).toEqual([])
  await world.record([4])
  world.clock.advance(60_000)
  await world.checkpoint()
  expect(await world.verified()).toMatchObject({
    ok: true,
    signedThrough: 4,
    signedAtMs: world.clock.nowMs(),
    installation: 'here',
  })
})
