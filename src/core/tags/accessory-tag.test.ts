import { expect, test } from 'bun:test'
import { parseDigest } from '../digest.ts'
import { referrersFallbackTag } from '../manifest/referrers-fallback-tag.ts'
import { accessorySubject } from './accessory-tag.ts'

const SHA256 = parseDigest(`sha256:${'0123456789abcdef'.repeat(4)}`)
const SHA512 = parseDigest(`sha512:${'0123456789abcdef'.repeat(8)}`)

test.each(['', '.sig', '.att', '.sbom'])('the subject of a tag that ends in %j is what it was made of', (end) => {
  expect<string | undefined>(accessorySubject(`${referrersFallbackTag(SHA256)}${end}`)).toBe(SHA256)
  expect(SHA512).toStartWith(accessorySubject(`${referrersFallbackTag(SHA512)}${end}`) ?? 'none')
})

test.each(['latest', 'sha256-1a2b3c4', `${referrersFallbackTag(SHA256)}.zip`, `x${referrersFallbackTag(SHA256)}`])(
  '%s stands for no accessory',
  (tag) => {
    expect(accessorySubject(tag)).toBeUndefined()
  },
)
