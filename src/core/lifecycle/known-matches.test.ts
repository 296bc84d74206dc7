import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { anyImages, NOW_MS } from '../../../test/lifecycle/random-images.ts'
import { anyPolicy } from '../../../test/lifecycle/random-lading-policy.ts'
import { KnownMatches } from './known-matches.ts'
import { parseLifecyclePolicy } from './parse-lifecycle-policy.ts'
import { planLifecycle } from './plan-lifecycle.ts'

describe('KnownMatches', () => {
  test('a policy that knows what it selects plans what it would have planned, known in part or as a whole', () => {
    fc.assert(
      fc.property(anyPolicy, anyImages, fc.nat({ max: 12 }), (document, images, most) => {
        const { compiled } = parseLifecyclePolicy(JSON.stringify(document))
        const matches = new KnownMatches(compiled, images)
        for (let known = 0; known < most; known++) matches.next()
        expect(planLifecycle(matches.policy, images, NOW_MS)).toEqual(planLifecycle(compiled, images, NOW_MS))
      }),
    )
  })

  test('nothing is asked twice', () => {
    const text = { version: 'lading/lifecycle/v1', rules: [{ select: { tags: 'a*' }, tag: 'a*', action: 'untag' }] }
    const { compiled } = parseLifecyclePolicy(JSON.stringify(text))
    const asked: string[] = []
    const rules = compiled.rules.map((rule) => {
      const { tag = () => true } = rule.selection
      const noting = (one: string) => asked.push(one) > 0 && tag(one)
      return { ...rule, selection: { ...rule.selection, tag: noting } }
    })
    fc.assert(
      fc.property(anyImages, (images) => {
        asked.length = 0
        const matches = new KnownMatches({ ...compiled, rules }, images)
        while (matches.next());
        const tags = images.flatMap((image) => image.tags.map(({ tag }) => String(tag)))
        planLifecycle(matches.policy, images, NOW_MS)
        expect(asked).toEqual(tags)
      }),
    )
  })
})
