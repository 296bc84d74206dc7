import { afterEach, beforeEach, expect, test } from 'bun:test'
import { AUDIT_ACCOUNT } from '../../../test/support/audit-parts.ts'
import { type AuditWorld, numbers, openAuditWorld } from '../../../test/support/audit-world.ts'
import type { AuditQuery } from '../../ports/metadata/audit.ts'
import { lookUpEvents } from './lookup-events.ts'
import { sealAudit } from './seal-audit.ts'

const QUERY: AuditQuery = {
  accountId: AUDIT_ACCOUNT,
  attribute: { name: 'eventName', value: 'BatchGetImage' },
  fromMs: 0,
  untilMs: Number.MAX_SAFE_INTEGER,
}

let world: AuditWorld
beforeEach(async () => {
  world = await openAuditWorld()
  await world.record(numbers(1, 12))
  await sealAudit(world)
})
afterEach(() => world[Symbol.asyncDispose]())

test('lookUpEvents gives pages, newest first, and no token with the last one', async () => {
  const seen: number[] = []
  let token: string | undefined
  do {
    const answer = await lookUpEvents(world, QUERY, { limit: 4, token })
    expect(answer.entries).toHaveLength(4)
    seen.push(...answer.entries.map(({ eventId }) => Number(eventId.slice(-12))))
    token = answer.nextToken
    // What comes in meanwhile is newer than what the token stands for.
    await world.record([100 + seen.length])
    await sealAudit(world)
  } while (token !== undefined)
  expect(seen).toEqual(numbers(1, 12).toReversed())
})

test('a token is good for its own question alone', async () => {
  const { nextToken: token } = await lookUpEvents(world, QUERY, { limit: 4, token: undefined })
  const others: AuditQuery[] = [
    { ...QUERY, accountId: '111111111111' },
    { ...QUERY, attribute: undefined },
    { ...QUERY, attribute: { name: 'eventName', value: 'PutImage' } },
    { ...QUERY, attribute: { name: 'username', value: 'BatchGetImage' } },
    { ...QUERY, fromMs: 1 },
    { ...QUERY, untilMs: 5 },
  ]
  expect((await lookUpEvents(world, QUERY, { limit: 50, token })).entries).toHaveLength(8)
  for (const other of others) {
    const answer = lookUpEvents(world, other, { limit: 4, token })
    await expect(answer).rejects.toMatchObject({ reason: 'page-invalid' })
  }
  for (const bad of ['', 'x', `${token}x`, token?.slice(1)]) {
    const answer = lookUpEvents(world, QUERY, { limit: 4, token: bad ?? '' })
    await expect(answer).rejects.toMatchObject({ reason: 'page-invalid' })
  }
})
