import { Refusal } from '../refusal.ts'
import type { EcrAction, EcrLifecyclePolicy, EcrLifecycleRule, EcrSelection } from './ecr/ecr-policy.ts'
import { parseEcrPolicy } from './ecr/parse-ecr-policy.ts'
import { foldKeepRules } from './fold-keep-rules.ts'
import type {
  ImageTagExpression,
  LadingAge,
  LadingPolicy,
  LadingRule,
  LadingSelection,
  LadingWindow,
} from './lading/lading-policy.ts'
import { priorityOf } from './lading/rule-defaults.ts'

/** Either the policy, or all that ECR's format has no words for. */
export type EcrConversion =
  | { readonly policy: EcrLifecyclePolicy; readonly problems: readonly [] }
  | { readonly policy: undefined; readonly problems: readonly EcrConversionProblem[] }

export interface EcrConversionProblem {
  /** The priority of the rule; undefined for the policy as a whole. */
  readonly rule: number | undefined
  /** A sentence without its subject: `has the action keep, …`. */
  readonly why: string
}

/**
 * A policy in ECR's format that decides the same, where there is one: of what `convertEcrPolicy` made, the same document
 * but for the order of its rules, which is that of their priorities, and the default storage class, which is left out.
 * Names of rules and the description of the policy have no place in it. Two rules of which one keeps what the other would
 * take are one there (fold-keep-rules.ts).
 *
 * @param policy as `parseLadingPolicy` gave it
 */
export function toEcrPolicy(policy: LadingPolicy): EcrConversion {
  const problems: EcrConversionProblem[] = []
  if (policy.unit !== 'manifest') {
    problems.push({ rule: undefined, why: 'counts images with all that belongs to them, and ECR counts manifests' })
  }
  const folded = foldKeepRules(policy.rules)
  const rules = folded.flatMap((rule, index): EcrLifecycleRule[] => {
    const priority = priorityOf(rule, index)
    const converter = new RuleConverter((why) => problems.push({ rule: priority, why }))
    const converted = converter.convert(rule, priority, index === folded.length - 1)
    return converted === undefined ? [] : [converted]
  })
  if (problems.length === 0) problems.push(...refusalsOf({ rules }))
  return problems.length === 0 ? { policy: { rules }, problems: [] } : { policy: undefined, problems }
}

/** What ECR has words for may still be against its rules, such as two rules about untagged images. */
function refusalsOf(policy: EcrLifecyclePolicy): EcrConversionProblem[] {
  try {
    parseEcrPolicy(JSON.stringify(policy))
    return []
  } catch (error) {
    if (error instanceof Refusal) return [{ rule: undefined, why: `is refused by ECR: ${error.message}` }]
    throw error
  }
}

type TagPart = Pick<EcrSelection, 'tagStatus' | 'tagPatternList' | 'tagPrefixList'>
type CountPart = Pick<EcrSelection, 'countType' | 'countUnit' | 'countNumber'>

/** One rule; what it says with `problem` it leaves out, and goes on to find the rest. */
class RuleConverter {
  readonly #problem: (why: string) => void

  constructor(problem: (why: string) => void) {
    this.#problem = problem
  }

  convert(rule: LadingRule, rulePriority: number, isLast: boolean): EcrLifecycleRule | undefined {
    if (!isLast && rule.rest !== 'keep') {
      this.#problem('lets later rules decide on what it does not hit (rest: next), and ECR never does')
    }
    const action = this.#action(rule)
    const tags = this.#tags(rule.select)
    const count = this.#count(rule)
    const isClassified = this.#selection(rule.select)
    if (action === undefined || tags === undefined || count === undefined || !isClassified) return undefined
    const { description } = rule
    const storageClass = rule.select.storageClass === 'archive' ? ({ storageClass: 'archive' } as const) : {}
    return {
      rulePriority,
      ...(description !== undefined && { description }),
      selection: { ...tags, ...storageClass, ...count },
      action,
    }
  }

  #action({ action }: LadingRule): EcrAction | undefined {
    if (action === 'expire') return { type: 'expire' }
    if (action === 'archive') return { type: 'transition', targetStorageClass: 'archive' }
    this.#problem(`has the action ${action}, and ECR has expire and archive alone`)
    return undefined
  }

  #selection(select: LadingSelection): boolean {
    const others = (['mediaTypes', 'artifactTypes', 'annotations'] as const).filter(
      (name) => select[name] !== undefined,
    )
    if (others.length > 0) this.#problem(`selects by ${others.join(' and ')}, and ECR by tags and storage class alone`)
    if (select.storageClass === undefined) {
      this.#problem("is about both storage classes, and each of ECR's is about one (storageClass: standard)")
    }
    return others.length === 0 && select.storageClass !== undefined
  }

  #tags({ tags, tagged }: LadingSelection): TagPart | undefined {
    if (tags === undefined) {
      if (tagged === undefined) return { tagStatus: 'any' }
      return tagged ? { tagStatus: 'tagged', tagPatternList: ['*'] } : { tagStatus: 'untagged' }
    }
    if (tagged === false) {
      this.#problem('selects tags of images that have none')
      return undefined
    }
    const list = typeof tags === 'object' && 'all' in tags ? tags.all : [tags]
    const patterns = list.flatMap(patternOf)
    if (patterns.length === list.length) return { tagStatus: 'tagged', tagPatternList: patterns }
    const prefixes = list.flatMap(prefixOf)
    if (prefixes.length === list.length) return { tagStatus: 'tagged', tagPrefixList: prefixes }
    this.#problem('says more of tags than a list of globs, or of prefixes, that all have to fit')
    return undefined
  }

  #count({ when }: LadingRule): CountPart | undefined {
    if (when === undefined) {
      this.#problem("hits all that it selects, and each of ECR's has a count or an age")
      return undefined
    }
    if ('olderThan' in when) return this.#age(when.olderThan)
    if ('beyond' in when) return this.#window(when.beyond)
    const condition = 'within' in when ? 'the first of what it selects' : 'what is newer than an age'
    this.#problem(`hits ${condition}, and each of ECR's what is beyond a count or older`)
    return undefined
  }

  #window({ count, by }: LadingWindow): CountPart | undefined {
    if (by === 'pushed') return { countType: 'imageCountMoreThan', countNumber: count }
    this.#problem(`counts by ${by}, and ECR by pushed alone`)
    return undefined
  }

  #age(age: LadingAge): CountPart | undefined {
    const countType = COUNT_TYPE_OF[age.since]
    const days = 'days' in age ? age.days : age.hours / 24
    if (countType === undefined)
      this.#problem(`counts its age since ${age.since}, and ECR since pushed, pulled or archived`)
    if (!Number.isInteger(days)) this.#problem('has an age of hours that are no whole days')
    if (countType === undefined || !Number.isInteger(days)) return undefined
    return { countType, countUnit: 'days', countNumber: days }
  }
}

const COUNT_TYPE_OF = {
  pushed: 'sinceImagePushed',
  pulled: 'sinceImagePulled',
  archived: 'sinceImageTransitioned',
  tagged: undefined,
  untagged: undefined,
} as const

function patternOf(expression: ImageTagExpression): string[] {
  if (typeof expression === 'string') return [expression]
  return 'glob' in expression ? [expression.glob] : []
}

function prefixOf(expression: ImageTagExpression): string[] {
  return typeof expression === 'object' && 'prefix' in expression ? [expression.prefix] : []
}
