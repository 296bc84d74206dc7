import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { naiveHits, type RuleHits, type Subject } from '../../../test/lifecycle/naive-hits.ts'
import { anyFamilies, anyImages, NOW_MS } from '../../../test/lifecycle/random-images.ts'
import { anyRelatedPolicy } from '../../../test/lifecycle/random-lading-policy.ts'
import { compileLadingPolicy } from './lading/compile-lading-policy.ts'
import type { LifecycleImage } from './lifecycle-image.ts'
import type { LintCode } from './lint/lint-finding.ts'
import { lintLadingPolicy } from './lint-policy.ts'
import { planLifecycle } from './plan-lifecycle.ts'

const kindOf = (tag: string) => (tag.startsWith('a') ? 'commit-hash' : 'none')

function isSame(a: Subject, b: Subject): boolean {
  return a.image.digest === b.image.digest && a.tag?.tag === b.tag?.tag
}

/** Whether the earlier rule decides on it; for a tag, also by keeping its image. */
function decides({ rule, selected, hit }: RuleHits, subject: Subject): boolean {
  const decided = rule.rest === 'keep' ? selected : hit
  if (decided.some((each) => isSame(each, subject))) return true
  return rule.action === 'keep' && decided.some(({ image }) => image.digest === subject.image.digest)
}

function isExpired(image: LifecycleImage, rules: readonly RuleHits[]): boolean {
  const subject = { image, tag: undefined }
  const decider = rules.find((each) => each.rule.action !== 'untag' && decides(each, subject))
  return decider?.rule.action === 'expire' && decider.hit.some((each) => isSame(each, subject))
}

type Claim = (own: RuleHits, earlier: readonly RuleHits[], images: readonly LifecycleImage[]) => boolean

/** What each finding says, as something that can be seen in a snapshot. */
const SAYS: Partial<Record<LintCode, Claim>> = {
  'dead-rule': ({ selected }, earlier) => selected.every((each) => earlier.some((other) => decides(other, each))),
  'shadowed-rule': ({ hit }, earlier) =>
    hit.every((each) => earlier.some((other) => other.hit.some((one) => isSame(one, each)))),
  'never-selects': ({ selected }) => selected.length === 0,
  'never-hits': ({ hit }) => hit.length === 0,
  'expires-everything': (own, earlier, images) => images.every((image) => isExpired(image, [...earlier, own])),
}

test('lintLadingPolicy() says of no rule that it does nothing which does something in some repository', () => {
  const found = new Map<LintCode, number>()
  fc.assert(
    fc.property(anyRelatedPolicy, fc.array(anyImages, { minLength: 3, maxLength: 3 }), (policy, repositories) => {
      const findings = lintLadingPolicy(policy, kindOf).filter(({ code }) => SAYS[code] !== undefined)
      for (const { code } of findings) found.set(code, (found.get(code) ?? 0) + 1)
      const compiled = compileLadingPolicy(policy, kindOf)
      for (const images of findings.length === 0 ? [] : repositories) {
        const hits = naiveHits(compiled, images, NOW_MS)
        for (const { code, rule } of findings) {
          const at = hits.findIndex((each) => each.rule.priority === rule)
          const own = hits[at]
          if (own === undefined) throw new Error(`no rule ${rule}`)
          if (SAYS[code]?.(own, hits.slice(0, at), images) !== true) throw new Error(`${code} is wrong of rule ${rule}`)
        }
      }
    }),
    { numRuns: 1200 },
  )
  for (const code of ['dead-rule', 'shadowed-rule', 'never-selects', 'never-hits'] as const) {
    expect(found.get(code) ?? 0).toBeGreaterThan(50)
  }
  expect(found.get('expires-everything') ?? 0).toBeGreaterThan(0)
}, 60_000)

test('no plan, of either unit, has a row of a rule that lintLadingPolicy() says never acts', () => {
  const idle: readonly LintCode[] = ['dead-rule', 'shadowed-rule', 'never-selects', 'never-hits']
  let [named, acted] = [0, 0]
  fc.assert(
    fc.property(anyRelatedPolicy, fc.constantFrom('image', 'manifest'), anyFamilies, (related, unit, images) => {
      const policy = { ...related, unit }
      const findings = lintLadingPolicy(policy, kindOf).filter(({ code }) => idle.includes(code))
      const plan = planLifecycle(compileLadingPolicy(policy, kindOf), images, NOW_MS)
      const acting = new Set([...plan.actions, ...plan.refused].map(({ rule }) => rule))
      for (const { rule, code } of findings) {
        if (rule !== undefined && acting.has(rule)) throw new Error(`${code} is wrong of rule ${rule}`)
      }
      named += findings.length
      acted += acting.size
    }),
    { numRuns: 2000 },
  )
  expect(named).toBeGreaterThan(1000)
  expect(acted).toBeGreaterThan(150)
}, 60_000)
