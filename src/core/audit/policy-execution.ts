import type { Digest } from '../digest.ts'
import type { EcrLifecycleRule } from '../lifecycle/ecr/ecr-policy.ts'
import { boundedText } from './bounded-value.ts'

/** An image that a lifecycle policy did something with, or could not. */
export interface ExecutedImage {
  readonly action: 'expire' | 'archive' | 'restore' | 'untag'
  readonly digest: Digest
  readonly tags: readonly string[]
  readonly pushedAtMs: number
  readonly rule: number | undefined
  readonly failure: { readonly code: string; readonly reason: string } | undefined
}

export interface PolicyExecution {
  readonly repositoryName: string
  readonly planId: string
  /** Which revision of the policy it was. */
  readonly policyVersion: number
  readonly evaluatedAtMs: number
  /** The rules of ECR's format; of our own, their priority and what they are called. */
  readonly rules: readonly (EcrLifecycleRule | { readonly rulePriority: number; readonly description: string })[]
  readonly images: readonly ExecutedImage[]
}

const TAGS_NAMED = 100
const LONGEST_DESCRIPTION = 256

const COUNT_TYPES = {
  imageCountMoreThan: 'Image count more than',
  sinceImagePushed: 'Since image pushed',
  sinceImagePulled: 'Since image pulled',
  sinceImageTransitioned: 'Since image transitioned',
} as const

const TAG_STATUSES = { any: 'Any', tagged: 'Tagged', untagged: 'Untagged' } as const

/**
 * `serviceEventDetails` of CloudTrail's `PolicyExecutionEvent` (Amazon ECR user guide, "Example: Image lifecycle policy
 * action", by ecr.md 2.4). Of the rules it has those that these images are about, as a record is read by itself.
 */
export function policyExecution(execution: PolicyExecution): Readonly<Record<string, unknown>> {
  const { images, rules } = execution
  const acting = new Set(images.map(({ rule }) => rule))
  return {
    repositoryName: execution.repositoryName,
    lifecycleEventPolicy: {
      lifecycleEventRules: rules.filter(({ rulePriority }) => acting.has(rulePriority)).map(viewRule),
      lastEvaluatedAt: execution.evaluatedAtMs,
      policyVersion: execution.policyVersion,
      policyId: execution.planId,
    },
    lifecycleEventImageActions: images.filter(({ failure }) => failure === undefined).map(viewAction),
    lifecycleEventFailureDetails: images.flatMap((image) =>
      image.failure === undefined
        ? []
        : [
            {
              lifecycleEventImage: viewImage(image),
              ...(image.rule !== undefined && { rulePriority: image.rule }),
              failureCode: image.failure.code,
              failureReason: boundedText(image.failure.reason),
            },
          ],
    ),
  }
}

function viewRule(rule: PolicyExecution['rules'][number]): unknown {
  const description = boundedText(rule.description ?? '', LONGEST_DESCRIPTION)
  if (!('selection' in rule)) return { rulePriority: rule.rulePriority, description }
  const { tagStatus, tagPrefixList, tagPatternList, countType, countUnit, countNumber } = rule.selection
  return {
    rulePriority: rule.rulePriority,
    description,
    lifecycleEventSelection: {
      tagStatus: TAG_STATUSES[tagStatus],
      tagPrefixList: tagPrefixList ?? [],
      ...(tagPatternList !== undefined && { tagPatternList }),
      countType: COUNT_TYPES[countType],
      ...(countUnit !== undefined && { countUnit }),
      countNumber,
    },
    action: rule.action.type,
  }
}

function viewAction(image: ExecutedImage): unknown {
  return {
    lifecycleEventImage: viewImage(image),
    ...(image.rule !== undefined && { rulePriority: image.rule }),
    // CloudTrail's has none, as ECR only expired images when it was made.
    ...(image.action !== 'expire' && { action: image.action }),
  }
}

function viewImage({ digest, tags, pushedAtMs }: ExecutedImage): unknown {
  return {
    digest,
    tagStatus: tags.length === 0 ? 'Untagged' : 'Tagged',
    tagList: tags.slice(0, TAGS_NAMED),
    pushedAt: pushedAtMs,
  }
}
