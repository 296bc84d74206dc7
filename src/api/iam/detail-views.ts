import { AWS_ACCOUNT } from '../../core/iam/aws-managed-policies.ts'
import { groupArn } from '../../core/iam/identity-arn.ts'
import { policyArn } from '../../core/iam/policy-arn.ts'
import { urlEncoded } from '../../core/iam/url-encoded.ts'
import { roleArn, userArn } from '../../core/principal.ts'
import type { Group, IdentityReads, ManagedPolicy, Role, User } from '../../ports/metadata/identity.ts'
import { showPolicyText } from '../../services/iam/policy-text.ts'
import { countPolicyUse } from '../../services/iam/policy-use.ts'
import { BUILT_IN } from '../../services/identity/find-managed-policy.ts'
import { attachedPolicyView, boundaryView, tagViews } from './entity-views.ts'
import { policyView, versionView } from './policy-view.ts'
import { lastUsedView } from './role-view.ts'

/** What GetAccountAuthorizationDetails tells of one thing: all that says what it may do. */
export async function userDetail(reader: IdentityReads, accountId: string, user: User) {
  const groups = await Promise.all(user.groupIds.map((id) => reader.findIdentityById('group', id)))
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: userArn(accountId, user.path, user.name),
    CreateDate: new Date(user.createdAtMs),
    UserPolicyList: inlinePolicies(user),
    // One that was deleted since the user was read has no users left.
    GroupList: groups.flatMap((group) => group?.identity.name ?? []),
    AttachedManagedPolicies: user.attachedPolicies.map(attachedPolicyView),
    ...boundaryView(user),
    Tags: tagViews(user),
  }
}

export function groupDetail(accountId: string, group: Group) {
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.id,
    Arn: groupArn(accountId, group.path, group.name),
    CreateDate: new Date(group.createdAtMs),
    GroupPolicyList: inlinePolicies(group),
    AttachedManagedPolicies: group.attachedPolicies.map(attachedPolicyView),
  }
}

export async function roleDetail(reader: IdentityReads, accountId: string, role: Role) {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: roleArn(accountId, role.path, role.name),
    CreateDate: new Date(role.createdAtMs),
    AssumeRolePolicyDocument: urlEncoded(await showPolicyText(reader, role.trustPolicy)),
    InstanceProfileList: [],
    RolePolicyList: inlinePolicies(role),
    AttachedManagedPolicies: role.attachedPolicies.map(attachedPolicyView),
    ...boundaryView(role),
    Tags: tagViews(role),
    RoleLastUsed: lastUsedView(role),
  }
}

export async function policyDetail(reader: IdentityReads, accountId: string, policy: ManagedPolicy) {
  const arn = policyArn(BUILT_IN.includes(policy) ? AWS_ACCOUNT : accountId, policy.path, policy.name)
  const { Tags: _, ...view } = policyView(arn, policy, await countPolicyUse(reader, accountId, arn))
  const versions = policy.versions.toReversed()
  return {
    ...view,
    PolicyVersionList: versions.map((version) => ({
      Document: urlEncoded(version.text),
      ...versionView(policy, version),
    })),
  }
}

function inlinePolicies({ inlinePolicies: policies }: User | Group | Role) {
  return policies.map(({ name, text }) => ({ PolicyName: name, PolicyDocument: urlEncoded(text) }))
}
