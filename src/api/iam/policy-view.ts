import type { ManagedPolicy, PolicyVersion } from '../../ports/metadata/identity.ts'
import type { PolicyUse } from '../../services/iam/policy-use.ts'
import { tagViews } from './entity-views.ts'

/** A policy in a list, where AWS shows neither its description nor its tags (API reference, ListPolicies). */
export function listedPolicyView(arn: string, policy: ManagedPolicy, use: PolicyUse) {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    AttachmentCount: use.attached,
    PermissionsBoundaryUsageCount: use.boundary,
    IsAttachable: true,
    CreateDate: new Date(policy.createdAtMs),
    UpdateDate: new Date(policy.updatedAtMs),
  }
}

export function policyView(arn: string, policy: ManagedPolicy, use: PolicyUse) {
  return {
    ...listedPolicyView(arn, policy, use),
    Description: policy.description === '' ? undefined : policy.description,
    Tags: tagViews(policy),
  }
}

export function versionView(policy: Pick<ManagedPolicy, 'defaultVersion'>, { id, createdAtMs }: PolicyVersion) {
  return { VersionId: id, IsDefaultVersion: id === policy.defaultVersion, CreateDate: new Date(createdAtMs) }
}
