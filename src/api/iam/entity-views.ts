import { nameOfPolicyArn } from '../../core/iam/policy-arn.ts'
import type { ResourceTag } from '../../ports/metadata/repositories.ts'

export function boundaryView({ boundaryArn }: { readonly boundaryArn: string | undefined }) {
  if (boundaryArn === undefined) return {}
  // IAM answers `Policy`, as its guide shows; its model says another word.
  const type = 'Policy' as 'PermissionsBoundaryPolicy'
  return { PermissionsBoundary: { PermissionsBoundaryType: type, PermissionsBoundaryArn: boundaryArn } }
}

/** Undefined where there are none, as AWS leaves them out then. */
export function tagViews({ tags }: { readonly tags: readonly ResourceTag[] }) {
  return tags.length === 0 ? undefined : tags.map(({ key, value }) => ({ Key: key, Value: value }))
}

export function attachedPolicyView(arn: string) {
  return { PolicyName: nameOfPolicyArn(arn), PolicyArn: arn }
}
