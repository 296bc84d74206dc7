import { compileGlob } from '../../glob.ts'
import { allOf, someTag } from '../image-tags-matcher.ts'
import type { Condition, ImageTagsMatcher, LifecyclePolicy, LifecycleRule, Selection } from '../lifecycle-policy.ts'
import { storageClassOf } from './check-ecr-rules.ts'
import type { EcrLifecyclePolicy, EcrLifecycleRule, EcrSelection } from './ecr-policy.ts'

const DAY_MS = 86_400_000
const CLOCK_OF = {
  sinceImagePushed: 'pushed',
  sinceImagePulled: 'pulled',
  sinceImageTransitioned: 'archived',
} as const

/** ECR's evaluation (ecr.md 2.3, 2.4) in our terms: every rule keeps from later ones what it selects and does not hit. */
export function compileEcrPolicy({ rules }: EcrLifecyclePolicy): LifecyclePolicy {
  const ordered = rules.toSorted((a, b) => a.rulePriority - b.rulePriority)
  return { unit: 'manifest', rules: ordered.map(compileRule) }
}

function compileRule({ rulePriority, description, selection, action }: EcrLifecycleRule): LifecycleRule {
  return {
    priority: rulePriority,
    name: `rule ${rulePriority}`,
    description,
    selection: compileSelection(selection),
    condition: compileCondition(selection),
    action: action.type === 'transition' ? 'archive' : 'expire',
    rest: 'keep',
  }
}

function compileSelection(selection: EcrSelection): Selection {
  const { tagStatus, tagPatternList, tagPrefixList } = selection
  const patterns = tagPatternList ?? tagPrefixList?.map((prefix) => `${prefix}*`)
  return {
    storageClass: storageClassOf(selection),
    isTagged: tagStatus === 'any' ? undefined : tagStatus === 'tagged',
    tags: patterns && everyPatternFits(patterns),
    tag: undefined,
    image: undefined,
  }
}

/** Each pattern has to fit a tag; one tag may do for several. */
function everyPatternFits(patterns: readonly string[]): ImageTagsMatcher {
  return allOf([...new Set(patterns)].map((pattern) => someTag(compileGlob(pattern))))
}

function compileCondition({ countType, countNumber }: EcrSelection): Condition {
  if (countType === 'imageCountMoreThan') return { type: 'beyond', count: countNumber, order: 'pushed' }
  return { type: 'older-than', ageMs: countNumber * DAY_MS, since: CLOCK_OF[countType] }
}
