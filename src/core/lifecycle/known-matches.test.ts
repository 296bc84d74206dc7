import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { repositoryOf, rulesOf } from '../../../test/lifecycle/lifecycle-images.ts'
import { anyImages, NOW_MS } from '../../../test/lifecycle/random-images.ts'
import { anyPolicy } from '../../../test/lifecycle/random-lading-policy.ts'
import { parseTag } from '../tag.ts'
import { someTag } from './image-tags-matcher.ts'
import { KnownMatches } from './known-matches.ts'
import { parseLifecyclePolicy } from './parse-lifecycle-policy.ts'
import { planLifecycle } from './plan-lifecycle.ts'

describe('KnownMatches', () => {
  test('a policy that knows what it selects plans what it would have planned, known in part or as a whole', () => {
    fc.assert(
      fc.property(anyPolicy, anyImages, fc.nat({ max: 12 }), (document, images, most) => {
        const { compiled } = parseLifecyclePolicy(JSON.stringify(document))
        const matches = new KnownMatches(compiled, images)
        const steps = matches.steps()
        for (let known = 0; known < most; known++) steps.next()
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
        matches.steps().forEach(() => {})
        const tags = images.flatMap((image) => image.tags.map(({ tag }) => String(tag)))
        planLifecycle(matches.policy, images, NOW_MS)
        expect(asked).toEqual(tags)
      }),
    )
  })

  test('of an image with very many tags one is looked at between two steps', () => {
    const tags = Array.from({ length: 1000 }, (_, index) => parseTag(`v${index}`))
    const [image] = repositoryOf({ app: { tags, age: 1 } }).images
    let asked = 0
    const noting = () => ++asked < 0
    const selection = { tags: someTag(noting), tag: noting }
    const policy = { unit: 'image', rules: rulesOf({ selection, action: 'untag' }, { selection }) } as const
    let most = 0
    let before = 0
    for (const _ of new KnownMatches(policy, image === undefined ? [] : [image]).steps()) {
      most = Math.max(most, asked - before)
      before = asked
    }
    expect([most, asked]).toEqual([1, 4000])
  })
})
