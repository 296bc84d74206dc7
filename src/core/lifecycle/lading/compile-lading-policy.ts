import { compileGlob } from '../../glob.ts'
import type { LifecycleImage } from '../lifecycle-image.ts'
import type { AgeCondition, Condition, LifecyclePolicy, LifecycleRule, Selection } from '../lifecycle-policy.ts'
import { compileImageTerm, compileTagTerm, type KindOf } from './compile-tag-term.ts'
import { hoursOf } from './hours-of.ts'
import type { LadingAge, LadingCondition, LadingPolicy, LadingRule, LadingSelection } from './lading-policy.ts'
import { nameOf, priorityOf } from './rule-defaults.ts'
import { toImageTerm, toTagTerm } from './tag-term.ts'

const HOUR_MS = 3_600_000

/** @param policy as `parseLadingPolicy` gave it, or `toLadingPolicy`: what they refuse is a bug here */
export function compileLadingPolicy(policy: LadingPolicy, kindOf: KindOf): LifecyclePolicy {
  return {
    unit: policy.unit ?? 'image',
    rules: policy.rules.map((rule, index) => compileRule(rule, index, kindOf)),
  }
}

function compileRule(rule: LadingRule, index: number, kindOf: KindOf): LifecycleRule {
  return {
    priority: priorityOf(rule, index),
    name: nameOf(rule, index),
    description: rule.description,
    selection: compileSelection(rule, kindOf),
    condition: rule.when && compileCondition(rule.when),
    action: rule.action,
    rest: rule.rest ?? 'next',
  }
}

function compileSelection({ select, tag }: LadingRule, kindOf: KindOf): Selection {
  return {
    storageClass: select.storageClass,
    isTagged: select.tagged,
    tags: select.tags === undefined ? undefined : compileImageTerm(toImageTerm(select.tags), kindOf),
    tag: tag === undefined ? undefined : compileTagTerm(toTagTerm(tag), kindOf),
    image: compileImageTests(select),
  }
}

function compileCondition(when: LadingCondition): Condition {
  if ('beyond' in when) return { type: 'beyond', count: when.beyond.count, order: when.beyond.by }
  if ('within' in when) return { type: 'within', count: when.within.count, order: when.within.by }
  if ('olderThan' in when) return { type: 'older-than', ...compileAge(when.olderThan) }
  return { type: 'newer-than', ...compileAge(when.newerThan) }
}

function compileAge(age: LadingAge): Pick<AgeCondition, 'ageMs' | 'since'> {
  return { ageMs: hoursOf(age) * HOUR_MS, since: age.since }
}

type ImageTest = (image: LifecycleImage) => boolean

function compileImageTests({ mediaTypes, artifactTypes, annotations }: LadingSelection): ImageTest | undefined {
  const tests: ImageTest[] = []
  if (mediaTypes !== undefined) {
    const fits = compileGlobs(mediaTypes)
    tests.push(({ mediaType }) => fits(mediaType))
  }
  if (artifactTypes !== undefined) {
    const fits = compileGlobs(artifactTypes)
    tests.push(({ artifactType }) => artifactType !== undefined && fits(artifactType))
  }
  for (const [key, glob] of Object.entries(annotations ?? {})) {
    const fits = compileGlob(glob)
    tests.push((image) => {
      const value = image.annotations && Object.hasOwn(image.annotations, key) ? image.annotations[key] : undefined
      return value !== undefined && fits(value)
    })
  }
  return tests.length === 0 ? undefined : (image) => tests.every((fits) => fits(image))
}

function compileGlobs(globs: readonly string[]): (text: string) => boolean {
  const matchers = globs.map(compileGlob)
  return (text) => matchers.some((fits) => fits(text))
}
