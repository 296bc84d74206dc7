import type { Clock, Condition, LifecyclePolicy, Order } from './lifecycle-policy.ts'

const DAY_MS = 24 * 3_600_000
const HOUR_MS = 3_600_000

const CLOCKS: Record<Clock, string> = {
  pushed: 'was pushed',
  pulled: 'was last pulled',
  archived: 'was archived',
  untagged: 'lost its last tag',
  tagged: 'was tagged',
}

const ORDERS: Record<Order, string> = {
  pushed: 'most recently pushed',
  pulled: 'most recently pulled',
  untagged: 'most recently untagged',
  tagged: 'most recently tagged',
  semver: 'highest versions',
}

/**
 * Why a rule hits what it hits, as a sentence.
 *
 * @param priority of a rule that the policy has
 */
export function ruleReason({ rules }: LifecyclePolicy, priority: number): string {
  const rule = rules.find((each) => each.priority === priority)
  if (rule === undefined) throw new Error(`there is no rule of priority ${priority}`)
  const description = rule.description === undefined ? '' : ` (${rule.description})`
  return `${ruleNamed(rule.name)}${description}: ${conditionText(rule.condition)}.`
}

/** For sentences. ECR's have no names, and are called `rule 1`. */
export function ruleNamed(name: string): string {
  return name.startsWith('rule') ? name : `rule ${name}`
}

/** What a condition asks for, about `it`. */
function conditionText(condition: Condition | undefined): string {
  if (condition === undefined) return 'whatever it selects goes'
  if ('order' in condition) {
    return `it is ${condition.type === 'within' ? '' : 'not '}among the ${condition.count} ${ORDERS[condition.order]}`
  }
  const bound = condition.type === 'older-than' ? 'more' : 'not more'
  return `it ${CLOCKS[condition.since]} ${bound} than ${durationText(condition.ageMs)} ago`
}

function durationText(ms: number): string {
  const [count, unit] = ms % DAY_MS === 0 ? [ms / DAY_MS, 'day'] : [ms / HOUR_MS, 'hour']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
