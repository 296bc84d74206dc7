import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { allOf, anyOf, everyTag, notTags, someTag } from './image-tags-matcher.ts'
import type { ImageTagsMatcher } from './lifecycle-policy.ts'

const letter = fc.constantFrom('a', 'b', 'c')
const { matcher } = fc.letrec<{ matcher: ImageTagsMatcher; some: ImageTagsMatcher; every: ImageTagsMatcher }>((tie) => {
  const several = fc.array(tie('matcher'), { maxLength: 3 })
  return {
    some: letter.map((wanted) => someTag((tag) => tag === wanted)),
    every: letter.map((wanted) => everyTag((tag) => tag === wanted)),
    matcher: fc.oneof(
      { depthSize: 'small' },
      tie('some'),
      tie('every'),
      several.map(anyOf),
      several.map(allOf),
      tie('matcher').map(notTags),
    ),
  }
})

test('in steps or at once, a matcher says the same', () => {
  fc.assert(
    fc.property(matcher, fc.array(letter, { maxLength: 5 }), (each, list) => {
      const tags = list.map((tag) => ({ tag }))
      expect(lastOf(each.inSteps(tags))).toBe(each.fits(tags))
    }),
    { numRuns: 2000 },
  )
})

test('between two steps one tag is looked at', () => {
  const asked: string[] = []
  const noting = (isGood: boolean) => (tag: string) => asked.push(tag) > 0 && isGood
  const each = allOf([notTags(someTag(noting(false))), everyTag(noting(true)), anyOf([someTag(noting(true))])])
  const steps = each.inSteps(Array.from({ length: 1000 }, (_, index) => ({ tag: `v${index}` })))
  let most = 0
  for (let before = asked.length; steps.next().done !== true; before = asked.length) {
    most = Math.max(most, asked.length - before)
  }
  expect([most, asked.length]).toEqual([1, 2001])
})

function lastOf(steps: Generator<void, boolean>): boolean {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
