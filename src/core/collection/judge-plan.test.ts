import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Amount, addAmounts, type BrakeLimits, DEFAULT_BRAKE, judgePlan, NO_AMOUNT } from './judge-plan.ts'

const GIB = 1024 ** 3
const STORE: Amount = { manifests: 10_000, blobs: 50_000, blobBytes: 1000 * GIB }

function amount(part: Partial<Amount>): Amount {
  return { ...NO_AMOUNT, ...part }
}

describe('judgePlan with the default limits', () => {
  test.each([
    ['nothing at all', {}],
    ['exactly half of the bytes', { blobBytes: 500 * GIB }],
    ['exactly half of the blobs', { blobs: 25_000 }],
    ['exactly half of the manifests', { manifests: 5_000 }],
  ])('lets %s go', (_, taken) => {
    expect(judgePlan(amount(taken), STORE, DEFAULT_BRAKE)).toEqual({ plausible: true })
  })

  test.each([
    ['blobBytes', { blobBytes: 500 * GIB + 1 }],
    ['blobs', { blobs: 25_001 }],
    ['manifests', { manifests: 5_001 }],
  ] as const)('stops one more than half by %s', (measure, taken) => {
    const verdict = judgePlan(amount(taken), STORE, DEFAULT_BRAKE)
    expect(verdict).toEqual({ plausible: false, measure, taken: amount(taken)[measure], total: STORE[measure] })
  })

  test('lets a small store be emptied: below the floor everything is plausible', () => {
    const all = { manifests: 1000, blobs: 1000, blobBytes: GIB }
    expect(judgePlan(all, all, DEFAULT_BRAKE)).toEqual({ plausible: true })
    expect(judgePlan({ ...all, blobs: 1001 }, { ...all, blobs: 1001 }, DEFAULT_BRAKE).plausible).toBe(false)
  })

  test('a plan that names more than there is, as when the counts are old, is stopped', () => {
    expect(judgePlan(amount({ blobs: 2000 }), NO_AMOUNT, DEFAULT_BRAKE).plausible).toBe(false)
  })
})

test('a share of 1 switches the brake off', () => {
  const off: BrakeLimits = { share: 1, floor: NO_AMOUNT }
  expect(judgePlan(STORE, STORE, off)).toEqual({ plausible: true })
})

test('judgePlan is monotonic: whatever contains an implausible plan is implausible', () => {
  const amounts = fc.record({ manifests: fc.nat(), blobs: fc.nat(), blobBytes: fc.nat() })
  fc.assert(
    fc.property(amounts, amounts, amounts, (taken, more, total) => {
      if (judgePlan(taken, total, DEFAULT_BRAKE).plausible) return
      expect(judgePlan(addAmounts(taken, more), total, DEFAULT_BRAKE).plausible).toBe(false)
    }),
  )
})
