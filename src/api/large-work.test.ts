import { expect, test } from 'bun:test'
import { inTurn } from './large-work.ts'

const LARGE = 1024 * 1024

test('inTurn() works on three large bodies at a time, in their order, whether or not they fail', async () => {
  const begun: number[] = []
  let running = 0
  let most = 0
  const work = async (index: number) => {
    begun.push(index)
    most = Math.max(most, ++running)
    await Bun.sleep(2)
    running--
    if (index % 2 === 1) throw new Error('no')
    return index
  }
  for (let round = 0; round < 2; round++) {
    const all = Array.from({ length: 20 }, (_, index) => inTurn(LARGE, () => work(index)))
    const results = await Promise.allSettled(all)
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual(results.map((_, index) => index % 2 === 0))
  }
  expect(most).toBe(3)
  expect(begun.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, index) => index))
})

test('inTurn() lets small bodies and everything else pass large ones', async () => {
  const blocked = Promise.withResolvers<void>()
  const large = Array.from({ length: 5 }, () => inTurn(LARGE, () => blocked.promise))
  expect(await inTurn(LARGE - 1, async () => 'small')).toBe('small')
  blocked.resolve()
  await Promise.all(large)
})
