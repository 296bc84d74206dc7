import { expect, test } from 'bun:test'
import { ABSENT, AT_REST, Ledger } from './ledger.ts'

test('an acknowledged write must be there; one that nobody answered may be', () => {
  const ledger = new Ledger()
  expect(ledger.possible('tag', AT_REST)).toEqual(new Set([ABSENT]))
  const first = ledger.begin('tag', 'a')
  expect(ledger.possible('tag', AT_REST)).toEqual(new Set([ABSENT, 'a']))
  first.acked()
  expect(ledger.certain('tag')).toBe('a')
  ledger.begin('tag', 'b')
  expect(ledger.possible('tag', AT_REST)).toEqual(new Set(['a', 'b']))
  expect(ledger.certain('tag')).toBeUndefined()
  ledger.begin('tag', 'c').refused()
  expect(ledger.possible('tag', AT_REST)).toEqual(new Set(['a', 'b']))
  ledger.settle('tag', 'b')
  expect(ledger.certain('tag')).toBe('b')
})

test('at a cut, what was acknowledged before must be there, what began after cannot be', async () => {
  const ledger = new Ledger()
  ledger.begin('tag', 'before').acked()
  await Bun.sleep(2)
  const fromMs = performance.now()
  await Bun.sleep(2)
  ledger.begin('tag', 'during').acked()
  const toMs = performance.now()
  await Bun.sleep(2)
  ledger.begin('tag', 'after').acked()
  expect(ledger.possible('tag', { fromMs, toMs })).toEqual(new Set(['before', 'during']))
  expect(ledger.certain('tag')).toBe('after')
})
