import { expect, test } from 'bun:test'
import { imageNamed } from '../../../test/lifecycle/lifecycle-images.ts'
import { parseDigest } from '../digest.ts'
import { AccessorySubjects } from './accessory-subjects.ts'
import { DigestTable } from './digest-table.ts'

const hex = (digit: string) => digit.repeat(64)

function subjectsOf(...digests: readonly string[]) {
  const images = digests.map((digest) => ({ ...imageNamed('a'), digest: parseDigest(digest) }))
  return new AccessorySubjects(images, new DigestTable(images))
}

test('AccessorySubjects finds sha256 by all of a digest, and sha512 by half', () => {
  const subjects = subjectsOf(`sha256:${hex('a')}`, `sha512:${hex('a')}${hex('b')}`)
  const starts = [`sha256:${hex('a')}`, `sha512:${hex('a')}`, `sha256:${hex('b')}`, `sha512:${hex('b')}`]
  expect(starts.map((start) => subjects.find(start))).toEqual([0, 1, -1, -1])
})

test('of two that begin alike it is the same one in every order', () => {
  const [first, second] = [`sha512:${hex('a')}${hex('b')}`, `sha512:${hex('a')}${hex('c')}`]
  expect(subjectsOf(first, second).find(`sha512:${hex('a')}`)).toBe(0)
  expect(subjectsOf(second, first).find(`sha512:${hex('a')}`)).toBe(1)
})
