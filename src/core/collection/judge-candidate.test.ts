import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { type BlobFacts, type CandidateVerdict, judgeCandidate } from './judge-candidate.ts'

const NOW = 1_000_000

const TABLE: [BlobFacts, CandidateVerdict][] = [
  [
    { leaseUntilMs: undefined, isHeld: false },
    { action: 'drop', why: 'gone' },
  ],
  [
    { leaseUntilMs: undefined, isHeld: true },
    { action: 'drop', why: 'gone' },
  ],
  [
    { leaseUntilMs: NOW - 1, isHeld: true },
    { action: 'drop', why: 'held' },
  ],
  [
    { leaseUntilMs: NOW + 1, isHeld: true },
    { action: 'drop', why: 'held' },
  ],
  [
    { leaseUntilMs: NOW + 1, isHeld: false },
    { action: 'postpone', untilMs: NOW + 1 },
  ],
  [{ leaseUntilMs: NOW, isHeld: false }, { action: 'collect' }],
  [{ leaseUntilMs: NOW - 1, isHeld: false }, { action: 'collect' }],
]

test.each(TABLE)('judgeCandidate(%j) is %j', (facts, verdict) => {
  expect(judgeCandidate(facts, NOW)).toEqual(verdict)
})

test('judgeCandidate never collects what is held or leased, and never puts off to the past', () => {
  const facts = fc.record({ leaseUntilMs: fc.option(fc.nat(), { nil: undefined }), isHeld: fc.boolean() })
  fc.assert(
    fc.property(facts, fc.nat(), (given, nowMs) => {
      const verdict = judgeCandidate(given, nowMs)
      if (verdict.action === 'collect') {
        expect(given.isHeld).toBe(false)
        expect(given.leaseUntilMs ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(nowMs)
      }
      if (verdict.action === 'postpone') expect(verdict.untilMs).toBeGreaterThan(nowMs)
    }),
  )
})
