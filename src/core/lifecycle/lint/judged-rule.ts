import type { LadingCondition, LadingRule, LadingSelection } from '../lading/lading-policy.ts'
import { nameOf, priorityOf } from '../lading/rule-defaults.ts'
import { type ImageTerm, type TagTerm, toImageTerm, toTagTerm } from '../lading/tag-term.ts'
import { SOME_TAG, type TaggedTerm, toTaggedTerm } from './image-logic.ts'

/** A rule with what linting asks of it again and again. */
export interface JudgedRule {
  readonly priority: number
  readonly name: string
  readonly action: LadingRule['action']
  readonly when: LadingCondition | undefined
  readonly rest: 'next' | 'keep'
  readonly select: LadingSelection
  readonly tags: ImageTerm | undefined
  /** Of images that have tags; `SOME_TAG` when the rule says nothing of them. */
  readonly tagged: TaggedTerm
  readonly tag: TagTerm | undefined
}

/** @param index of the rule in its policy */
export function toJudgedRule(rule: LadingRule, index: number): JudgedRule {
  const tags = rule.select.tags === undefined ? undefined : toImageTerm(rule.select.tags)
  return {
    priority: priorityOf(rule, index),
    name: nameOf(rule, index),
    action: rule.action,
    when: rule.when,
    rest: rule.rest ?? 'next',
    select: rule.select,
    tags,
    tagged: tags === undefined ? SOME_TAG : toTaggedTerm(tags),
    tag: rule.tag === undefined ? undefined : toTagTerm(rule.tag),
  }
}

/** Whether something of what it selects may stay by it. */
export function keepsSome({ action, rest, when }: JudgedRule): boolean {
  return action === 'keep' || action === 'archive' || (action === 'expire' && rest === 'keep' && when !== undefined)
}
