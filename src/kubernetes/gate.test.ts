import { expect, test } from 'bun:test'
import { Gate } from './gate.ts'

test('no more than so many are inside at once, all get through, also after one that fails', async () => {
  const gate = new Gate(2)
  let [inside, most, through] = [0, 0, 0]
  const work = async (fails: boolean) => {
    inside += 1
    most = Math.max(most, inside)
    await Bun.sleep(1)
    inside -= 1
    through += 1
    if (fails) throw new Error('as told')
  }
  const all = Array.from({ length: 9 }, (_, index) => gate.through(() => work(index % 3 === 0)))
  const outcomes = await Promise.allSettled(all)
  expect({ most, through }).toEqual({ most: 2, through: 9 })
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(3)
})
