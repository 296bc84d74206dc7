import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Window } from './window.ts'

test('Window keeps what sorting would put first', () => {
  const orders = fc.uniqueArray(fc.nat({ max: 200 }), { maxLength: 60 })
  fc.assert(
    fc.property(orders, fc.nat({ max: 70 }), (items, count) => {
      const window = new Window(count, items.length, (a, b) => a < b)
      for (const item of items) window.offer(item)
      const kept = items.toSorted((a, b) => a - b).slice(0, count)
      expect(items.filter((item) => !window.isBeyond(item)).toSorted((a, b) => a - b)).toEqual(kept)
    }),
  )
})
