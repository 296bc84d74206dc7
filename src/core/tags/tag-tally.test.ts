import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { recogniseTag } from './recognise-tag.ts'
import { TagTally } from './tag-tally.ts'

const tags = fc.array(
  fc.tuple(fc.constantFrom('latest', '1.4.2', '1a2b3c4', 'prod', 'odd', '2026-08-01'), fc.boolean()),
)

test('every tag is counted once as its kind, and once as moved or not', () => {
  fc.assert(
    fc.property(tags, (given) => {
      const tally = new TagTally()
      for (const [tag, hasMoved] of given) expect(tally.add(tag, hasMoved)).toBe(recogniseTag(tag))
      expect(tally.moved.count).toBe(given.filter(([, hasMoved]) => hasMoved).length)
      expect(tally.moved.count + tally.neverMoved.count).toBe(given.length)
      for (const { kind, count, moved } of tally.kinds()) {
        const ofKind = given.filter(([tag]) => recogniseTag(tag) === kind)
        expect([count, moved]).toEqual([ofKind.length, ofKind.filter(([, hasMoved]) => hasMoved).length])
      }
      const counts = tally.kinds().map(({ count }) => count)
      expect(counts).toEqual(counts.toSorted((a, b) => b - a))
    }),
  )
})
