import type { EcrLifecyclePolicy, EcrLifecycleRule, EcrSelection } from './ecr/ecr-policy.ts'
import type { ImageTagExpression, LadingCondition, LadingPolicy, LadingRule } from './lading/lading-policy.ts'

const CLOCK_OF = { sinceImagePushed: 'pushed', sinceImagePulled: 'pulled', sinceImageTransitioned: 'archived' } as const

/**
 * ECR's policy in our own format: it decides the same on every snapshot. Rules keep their priorities, and come in their
 * order. Its text may be longer than a policy's may be, if ECR's was about as long.
 *
 * @param policy as `parseEcrPolicy` gave it
 */
export function convertEcrPolicy(policy: EcrLifecyclePolicy): LadingPolicy {
  const rules = policy.rules.toSorted((a, b) => a.rulePriority - b.rulePriority)
  return { version: 'lading/lifecycle/v1', unit: 'manifest', rules: rules.map(convertRule) }
}

function convertRule({ rulePriority, description, selection, action }: EcrLifecycleRule): LadingRule {
  const tags = convertTags(selection)
  return {
    priority: rulePriority,
    ...(description !== undefined && { description }),
    select: {
      ...(tags !== undefined && { tags }),
      ...(selection.tagStatus === 'untagged' && { tagged: false }),
      storageClass: selection.storageClass ?? 'standard',
    },
    when: convertCount(selection),
    action: action.type === 'transition' ? 'archive' : 'expire',
    rest: 'keep',
  }
}

/** Every element has to fit some tag: what an atom says of an image. */
function convertTags({ tagPatternList, tagPrefixList }: EcrSelection): ImageTagExpression | undefined {
  const atoms = tagPatternList ?? tagPrefixList?.map((prefix) => ({ prefix }))
  if (atoms === undefined) return undefined
  const [only, ...others] = atoms
  return only !== undefined && others.length === 0 ? only : { all: atoms }
}

function convertCount({ countType, countNumber }: EcrSelection): LadingCondition {
  if (countType === 'imageCountMoreThan') return { beyond: { count: countNumber, by: 'pushed' } }
  return { olderThan: { days: countNumber, since: CLOCK_OF[countType] } }
}
