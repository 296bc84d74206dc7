import type { EcrLifecycleRule, EcrSelection } from './ecr-policy.ts'
import { policyFailure, shown } from './policy-failure.ts'

const MOST_WILDCARDS = 4
const SHORTEST_ARCHIVE_DAYS = 90

/** The rules of one rule, ecr.md 2.2 V4 to V6 and V10 to V13. @throws {Refusal} `parameter-invalid` */
export function checkEcrRule(rule: EcrLifecycleRule): void {
  checkTags(rule)
  checkCount(rule)
  checkStorageClass(rule)
  checkAction(rule)
}

/** What rules have to do with each other, V3 and V7 to V9. @throws {Refusal} `parameter-invalid` */
export function checkEcrRules(rules: readonly EcrLifecycleRule[]): void {
  checkPriorities(rules)
  for (const storageClass of ['standard', 'archive']) {
    checkClass(rules.filter(({ selection }) => storageClassOf(selection) === storageClass))
  }
}

/** ECR's default is `standard`. */
export function storageClassOf(selection: EcrSelection): 'standard' | 'archive' {
  return selection.storageClass ?? 'standard'
}

function checkTags({ rulePriority, selection }: EcrLifecycleRule): void {
  const { tagStatus, tagPatternList, tagPrefixList } = selection
  const list = tagPatternList ?? tagPrefixList
  if (tagStatus !== 'tagged') {
    if (list === undefined) return
    throw policyFailure(
      `${named(rulePriority)}: tagPrefixList and tagPatternList belong to tagStatus=TAGGED, not to ${tagStatus.toUpperCase()}.`,
    )
  }
  if (list === undefined || list.length === 0) {
    throw policyFailure('Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED.')
  }
  if (tagPatternList !== undefined && tagPrefixList !== undefined) {
    throw policyFailure(`${named(rulePriority)}: Must specify either tagPrefixList or tagPatternList, not both.`)
  }
  const wild = list.find((pattern) => pattern.split('*').length - 1 > MOST_WILDCARDS)
  if (wild === undefined) return
  throw policyFailure(
    `${named(rulePriority)}: expected at most ${MOST_WILDCARDS} wildcards (*) in a tag pattern, got '${shown(wild)}'.`,
  )
}

function checkCount({ rulePriority, selection: { countType, countUnit } }: EcrLifecycleRule): void {
  const isAge = countType !== 'imageCountMoreThan'
  if (isAge && countUnit === undefined) {
    throw policyFailure(`${named(rulePriority)}: Must specify countUnit=days when countType=${countType}.`)
  }
  if (!isAge && countUnit !== undefined) {
    throw policyFailure(`${named(rulePriority)}: countUnit must not be specified when countType=${countType}.`)
  }
}

function checkStorageClass({ rulePriority, selection }: EcrLifecycleRule): void {
  const { countType } = selection
  const expected = countType === 'sinceImageTransitioned' ? 'archive' : 'standard'
  if (storageClassOf(selection) === expected) return
  throw policyFailure(`${named(rulePriority)}: storageClass must be ${expected} when countType=${countType}.`)
}

function checkAction({ rulePriority, selection: { countType, countNumber }, action }: EcrLifecycleRule): void {
  if (countType === 'sinceImagePulled' && action.type !== 'transition') {
    throw policyFailure(`${named(rulePriority)}: action type must be transition when countType=${countType}.`)
  }
  if (countType !== 'sinceImageTransitioned') return
  if (action.type !== 'expire') {
    throw policyFailure(`${named(rulePriority)}: action type must be expire when countType=${countType}.`)
  }
  if (countNumber >= SHORTEST_ARCHIVE_DAYS) return
  throw policyFailure(
    `${named(rulePriority)}: countNumber must be at least ${SHORTEST_ARCHIVE_DAYS} when countType=${countType}, the shortest time in the archive; got ${countNumber}.`,
  )
}

function checkPriorities(rules: readonly EcrLifecycleRule[]): void {
  const seen = new Set<number>()
  for (const { rulePriority } of rules) {
    if (seen.has(rulePriority)) {
      throw policyFailure(`rulePriority must be unique, got ${rulePriority} more than once.`)
    }
    seen.add(rulePriority)
  }
}

function checkClass(rules: readonly EcrLifecycleRule[]): void {
  const lowest = Math.max(...rules.map(({ rulePriority }) => rulePriority))
  const anys = rules.filter(({ selection }) => selection.tagStatus === 'any')
  if (anys.some(({ rulePriority }) => rulePriority !== lowest)) {
    throw policyFailure('Rule for tagStatus=ANY must have the lowest priority per storage class')
  }
  if (rules.filter(({ selection }) => selection.tagStatus === 'untagged').length > 1) {
    throw policyFailure('Only one rule can select Untagged images per storage class')
  }
  checkLists(rules)
}

function checkLists(rules: readonly EcrLifecycleRule[]): void {
  const seen = new Map<string, number>()
  for (const { rulePriority, selection } of rules) {
    if (selection.tagStatus !== 'tagged') continue
    const key = setOf(selection)
    const earlier = seen.get(key)
    if (earlier !== undefined) {
      const list = selection.tagPatternList === undefined ? 'tagPrefixList' : 'tagPatternList'
      throw policyFailure(
        `${list} must be unique among the rules of a storage class; rules ${earlier} and ${rulePriority} have the same.`,
      )
    }
    seen.set(key, rulePriority)
  }
}

/** As a set: neither order nor repetition makes another of it. */
function setOf({ tagPatternList, tagPrefixList }: EcrSelection): string {
  const list = tagPatternList ?? tagPrefixList ?? []
  return JSON.stringify([tagPatternList !== undefined, ...[...new Set(list)].sort()])
}

function named(rulePriority: number): string {
  return `Rule with rulePriority ${rulePriority}`
}
