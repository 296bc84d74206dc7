import { urlEncoded } from '../../core/iam/url-encoded.ts'
import { roleArn } from '../../core/principal.ts'
import type { Role } from '../../ports/metadata/identity.ts'
import { boundaryView, tagViews } from './entity-views.ts'

/** A role in a list, where AWS shows neither tags nor boundary nor when it was used (API reference, ListRoles). */
export function listedRoleView(accountId: string, role: Role, trustPolicy: string) {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: roleArn(accountId, role.path, role.name),
    CreateDate: new Date(role.createdAtMs),
    AssumeRolePolicyDocument: urlEncoded(trustPolicy),
    Description: role.description === '' ? undefined : role.description,
    MaxSessionDuration: role.maxSessionSeconds,
  }
}

/** @param trustPolicy as `showPolicyText` has it */
export function roleView(accountId: string, role: Role, trustPolicy: string) {
  return {
    ...listedRoleView(accountId, role, trustPolicy),
    ...boundaryView(role),
    Tags: tagViews(role),
    RoleLastUsed: lastUsedView(role),
  }
}

export function lastUsedView({ lastUsed }: Role) {
  return lastUsed === undefined ? {} : { LastUsedDate: new Date(lastUsed.atMs), Region: lastUsed.region }
}
