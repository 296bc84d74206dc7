import type { EcrLifecycleRule, EcrSelection } from '../../src/core/lifecycle/ecr/ecr-policy.ts'

/** The two lists that say the same: patterns, and prefixes without their last `*`. */
export const LIST_FORMS = ['tagPatternList', 'tagPrefixList'] as const
export type ListForm = (typeof LIST_FORMS)[number]

/** @param prefixes such as `prod`, for `prod*` */
export function taggedBy(form: ListForm, prefixes: readonly string[]): Partial<EcrSelection> {
  const list = form === 'tagPatternList' ? prefixes.map((prefix) => `${prefix}*`) : prefixes
  return { tagStatus: 'tagged', [form]: list }
}

export function countMoreThan(countNumber: number): Partial<EcrSelection> {
  return { countType: 'imageCountMoreThan', countNumber }
}

export function pushedBefore(days: number): Partial<EcrSelection> {
  return { countType: 'sinceImagePushed', countUnit: 'days', countNumber: days }
}

export const TRANSITION = { type: 'transition', targetStorageClass: 'archive' } as const
export const EXPIRE = { type: 'expire' } as const

/** Of what is given; the rest selects any image and counts to one. */
export function ecrRule(
  rulePriority: number,
  selection: Partial<EcrSelection>,
  action: EcrLifecycleRule['action'] = EXPIRE,
): EcrLifecycleRule {
  const { tagStatus = 'any', countType = 'imageCountMoreThan', countNumber = 1, ...rest } = selection
  return { rulePriority, selection: { tagStatus, countType, countNumber, ...rest }, action }
}

/** What the project was founded on: untagged images go after 7 days, of any others the 10 most recent are kept. */
export const FOUNDING_POLICY =
  '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":7},"action":{"type":"expire"}},{"rulePriority":2,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":10},"action":{"type":"expire"}}]}'
