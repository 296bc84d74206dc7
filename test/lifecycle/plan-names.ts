import { matchesGlob } from '../../src/core/glob.ts'
import { someTag } from '../../src/core/lifecycle/image-tags-matcher.ts'
import type { LifecyclePolicy } from '../../src/core/lifecycle/lifecycle-policy.ts'
import { planLifecycle } from '../../src/core/lifecycle/plan-lifecycle.ts'
import {
  DAY_MS,
  digestOfName,
  type ImageSketch,
  NOW_MS,
  type RuleSketch,
  repositoryOf,
  rulesOf,
} from './lifecycle-images.ts'

export type Sketches = Readonly<Record<string, ImageSketch>>

/** What a policy does with a repository of named images, in the words of `repositoryOf`. */
export function planOf(unit: LifecyclePolicy['unit'], rules: readonly RuleSketch[], sketches: Sketches) {
  const repository = repositoryOf(sketches)
  const plan = planLifecycle({ unit, rules: rulesOf(...rules) }, repository.images, NOW_MS)
  return { actions: repository.actionsOf(plan), refused: repository.refusedOf(plan) }
}

export const untagged = { isTagged: false }
export const tagged = (...patterns: string[]) => ({
  tags: someTag((tag) => patterns.some((pattern) => matchesGlob(pattern, tag))),
})
export const olderThan = (days: number, since: 'pushed' | 'pulled' | 'untagged' | 'tagged' | 'archived' = 'pushed') =>
  ({ type: 'older-than', ageMs: days * DAY_MS, since }) as const
export const beyond = (count: number, order: 'pushed' | 'pulled' | 'untagged' | 'tagged' | 'semver' = 'pushed') =>
  ({ type: 'beyond', count, order }) as const
/** What their opposites hit. */
export const newerThan = (...age: Parameters<typeof olderThan>) =>
  ({ ...olderThan(...age), type: 'newer-than' }) as const
export const within = (...window: Parameters<typeof beyond>) => ({ ...beyond(...window), type: 'within' }) as const

/** The tag under which a referrer of a named image is kept. */
export const signatureTag = (name: string, suffix = '.sig') => `${digestOfName(name).replace(':', '-')}${suffix}`

/** An index, a nested one, and a child of each. */
export const MULTI: Sketches = {
  index: { tags: ['v1'], age: 100, children: ['amd64', 'nested'] },
  nested: { age: 100, children: ['arm64'] },
  amd64: { age: 100 },
  arm64: { age: 100 },
}

/** As plans name things of equal rank: by digest. */
export function inDigestOrder(...names: readonly string[]): string[] {
  return names.toSorted((a, b) => (digestOfName(a) < digestOfName(b) ? -1 : 1))
}
