/** A lifecycle policy as Amazon ECR has it (ecr.md 2.1), checked; plain data, in the members and words of ECR's JSON. */
export interface EcrLifecyclePolicy {
  readonly rules: readonly EcrLifecycleRule[]
}

export interface EcrLifecycleRule {
  /** At least 1, unique; the lower number is applied first, whatever the order of the list. */
  readonly rulePriority: number
  readonly description?: string
  readonly selection: EcrSelection
  readonly action: EcrAction
}

export interface EcrSelection {
  readonly tagStatus: 'tagged' | 'untagged' | 'any'
  /** One of the two lists when the status is `tagged`, neither otherwise. Every element must fit one of the image's tags. */
  readonly tagPatternList?: readonly string[]
  readonly tagPrefixList?: readonly string[]
  readonly storageClass?: 'standard' | 'archive'
  readonly countType: EcrCountType
  /** With all but `imageCountMoreThan`. */
  readonly countUnit?: 'days'
  readonly countNumber: number
}

export type EcrCountType = 'imageCountMoreThan' | 'sinceImagePushed' | 'sinceImagePulled' | 'sinceImageTransitioned'

export type EcrAction =
  | { readonly type: 'expire' }
  | { readonly type: 'transition'; readonly targetStorageClass: 'archive' }
