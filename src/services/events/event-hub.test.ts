import { describe, expect, test } from 'bun:test'
import { EventHub } from './event-hub.ts'

describe('EventHub', () => {
  test('the sessions of one account leave half of all streams to others', () => {
    const hub = new EventHub()
    const enter = (account: string, session: number) =>
      hub.enter({ principal: `arn:aws:sts::${account}:assumed-role/ci/${session}`, accountId: account })
    const places = Array.from({ length: 100 }, (_, session) => enter('111122223333', session))
    const refusal = expect.objectContaining({
      reason: 'too-many-requests',
      message: expect.stringContaining('account'),
    })
    expect(() => enter('111122223333', 100)).toThrow(refusal)
    for (let session = 0; session < 100; session++) enter('444455556666', session)
    expect(() => enter('777788889999', 0)).toThrow('Try again later.')
    places[0]?.[Symbol.dispose]()
    enter('777788889999', 0)
    places[1]?.[Symbol.dispose]()
    enter('111122223333', 101)
    expect(hub.streams).toBe(200)
  })

  test('one principal has ten', () => {
    const hub = new EventHub()
    const owner = { principal: 'arn:aws:iam::111122223333:root', accountId: '111122223333' }
    for (let stream = 0; stream < 10; stream++) hub.enter(owner)
    expect(() => hub.enter(owner)).toThrow('You have 10')
  })
})
