import { expect, test } from 'bun:test'
import { nextLink } from './next-link.ts'

test('nextLink() is relative and keeps order and repeats', () => {
  expect(nextLink('/v2/a/b/tags/list', { n: '10', last: 'v1.0' })).toBe(
    '</v2/a/b/tags/list?n=10&last=v1.0>; rel="next"',
  )
  const types: [string, string][] = [
    ['artifactType', 'application/vnd.a+json'],
    ['artifactType', 'b'],
  ]
  expect(nextLink('/v2/a/referrers/x', types)).toBe(
    '</v2/a/referrers/x?artifactType=application%2Fvnd.a%2Bjson&artifactType=b>; rel="next"',
  )
})

test.each(['a\r\nSet-Cookie: b', '>; rel="prev"', 'é\u0000', '\ud800', 'a&n=1000000'])(
  'nextLink() lets no value out of its place: %j',
  (last) => {
    expect(nextLink('/p', { last })).toMatch(/^<\/p\?last=[A-Za-z0-9%._~!*'()-]+>; rel="next"$/)
  },
)
