import type { ImageExplanation } from './image-explanation.ts'
import type { LifecycleRule, Order } from './lifecycle-policy.ts'
import { ruleNamed } from './rule-reason.ts'
import type { Sight } from './rule-sight.ts'

type Facts = Omit<ImageExplanation, 'sentence'>

/** One sentence: what becomes of the image, by which rule, why and when, and what that means for others. */
export function explainInWords(facts: Facts): string {
  const sentence = `${mainClause(facts)}${others(facts)}.`
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}

function mainClause({ outcome, takenBy, keptBy, refused, sight }: Facts): string {
  const { rule } = sight ?? {}
  if (refused !== undefined) {
    const reason =
      refused.code === 'locked'
        ? `${refused.by}, or a tag on it, is locked`
        : `${listed(refused.by)} ${holds(refused.by)} it`
    return `${called(rule)} would have it ${done(rule)}, but it stays, because ${reason}`
  }
  if (takenBy !== undefined) return `${called(rule)} ${does(rule)} ${takenBy}, and this goes with it`
  if (outcome !== 'stays') return `${called(rule)} ${does(rule)} it, because ${reasonOf(sight)}`
  if (keptBy.length > 0) return `it stays for as long as ${listed(keptBy)} does, which ${holds(keptBy)} it`
  return sight === undefined ? 'it stays, because no rule selects it' : stayClause(sight)
}

function stayClause(sight: Sight): string {
  const { rule, standing, when, isDone } = sight
  if (rule.action === 'keep' && standing === 'hit') return `${called(rule)} keeps it, because ${reasonOf(sight)}`
  const keeps = rule.rest === 'keep' ? `${called(rule)} keeps it` : `it stays: ${called(rule)} does not apply`
  if (isDone) return `${keeps}, because it is in the archive already`
  if (when === undefined) return `${keeps}, because its condition does not fit the image as it is`
  if (when.type === 'at') return `${keeps} until ${instant(when.atMs)}, and then has it ${done(rule)}`
  return `${keeps}, because ${missOf(when)}`
}

/** Why a condition does not fit. */
function missOf(when: NonNullable<Sight['when']>): string {
  if ('atMs' in when) return timeIsOver(when)
  const { type, position, count, order } = when
  if (type === 'within') return `it is number ${position} and not one of the first ${count} ${ORDERS[order]}`
  return `it is number ${position} of the ${count} that stay ${ORDERS[order]}`
}

function others({ untags, takesAlong }: Facts): string {
  const off = untags.map(({ tag, rule }) => `; ${ruleNamed(rule)} takes the tag ${tag} off`).join('')
  if (takesAlong.length === 0) return off
  return `${off}; with it ${takesAlong.length === 1 ? 'goes' : 'go'} ${listed(takesAlong)}`
}

function reasonOf(sight: Sight | undefined): string {
  const when = sight?.when
  if (when === undefined) return 'it is selected'
  if ('atMs' in when) return when.type === 'at' ? timeIsOver(when) : `its time is not over until ${instant(when.atMs)}`
  const { type, position, count, order } = when
  if (type === 'within') return `it is number ${position} of the first ${count} ${ORDERS[order]}`
  return `it is number ${position} and ${count} stay ${ORDERS[order]}`
}

function timeIsOver({ atMs }: { readonly atMs: number }): string {
  return `its time was over at ${instant(atMs)}`
}

const ORDERS: Record<Order, string> = {
  pushed: 'by when they were pushed',
  pulled: 'by when they were pulled',
  untagged: 'by when they lost their tags',
  tagged: 'by when they were tagged',
  semver: 'by version',
}

const DONE: Record<LifecycleRule['action'], string> = {
  expire: 'expired',
  archive: 'archived',
  untag: 'untagged',
  keep: 'kept',
}

function does(rule: LifecycleRule | undefined): string {
  return rule?.action === 'archive' ? 'archives' : 'expires'
}

function done(rule: LifecycleRule | undefined): string {
  return rule === undefined ? 'expired' : DONE[rule.action]
}

function called(rule: LifecycleRule | undefined): string {
  return rule === undefined ? 'a rule' : ruleNamed(rule.name)
}

const MOST_LISTED = 3

function listed(digests: readonly string[]): string {
  if (digests.length <= MOST_LISTED) return digests.join(', ')
  return `${digests.slice(0, MOST_LISTED).join(', ')} and ${digests.length - MOST_LISTED} more`
}

function holds(digests: readonly string[]): string {
  return digests.length === 1 ? 'holds' : 'hold'
}

/** Where a policy counts in ages that no calendar has, the age is over in no time that has a name. */
function instant(atMs: number): string {
  const at = new Date(atMs)
  return Number.isNaN(at.getTime()) ? 'a time beyond the calendar' : at.toISOString()
}
