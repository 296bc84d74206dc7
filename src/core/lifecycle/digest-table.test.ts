import { expect, test } from 'bun:test'
import { imageNamed } from '../../../test/lifecycle/lifecycle-images.ts'
import { parseDigest } from '../digest.ts'
import { sortByDigest } from './digest-order.ts'
import { DigestTable } from './digest-table.ts'

const digestAt = (number: number, side: 'start' | 'end') => {
  const hex = number.toString(16)
  return parseDigest(`sha256:${side === 'start' ? hex.padStart(64, '0') : hex.padStart(8, '0').padEnd(64, '0')}`)
}

// All digits in which digests are told apart fast are the same in one of the two, whoever made them so.
test.each(['start', 'end'] as const)(
  'DigestTable and sortByDigest() are right of digests alike at the other end: %s',
  (side) => {
    const images = Array.from({ length: 500 }, (_, n) => ({
      ...imageNamed('a'),
      digest: digestAt((n * 7919) % 65_536, side),
    }))
    const table = new DigestTable(images)
    expect(images.map(({ digest }) => table.find(digest))).toEqual([...images.keys()])
    expect(table.find(digestAt(70_000, side))).toBe(-1)
    const sorted = sortByDigest(images, [...images.keys()]).map((place) => images[place]?.digest)
    expect(sorted).toEqual(images.map(({ digest }) => digest).toSorted())
  },
)

test('sortByDigest() puts sha256 before sha512', () => {
  const long = { ...imageNamed('a'), digest: parseDigest(`sha512:${'0'.repeat(128)}`) }
  const short = { ...imageNamed('a'), digest: parseDigest(`sha256:${'f'.repeat(64)}`) }
  expect(sortByDigest([long, short], [0, 1])).toEqual([1, 0])
})
