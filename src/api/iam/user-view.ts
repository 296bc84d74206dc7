import { groupArn } from '../../core/iam/identity-arn.ts'
import { userArn } from '../../core/principal.ts'
import type { Group, User } from '../../ports/metadata/identity.ts'
import { boundaryView, tagViews } from './entity-views.ts'

/** As lists have it: without boundary and tags. */
export function listedUserView(accountId: string, { path, name, id, createdAtMs }: User) {
  return {
    Path: path,
    UserName: name,
    UserId: id,
    Arn: userArn(accountId, path, name),
    CreateDate: new Date(createdAtMs),
  }
}

export function userView(accountId: string, user: User) {
  return { ...listedUserView(accountId, user), ...boundaryView(user), Tags: tagViews(user) }
}

export function groupView(accountId: string, { path, name, id, createdAtMs }: Group) {
  return {
    Path: path,
    GroupName: name,
    GroupId: id,
    Arn: groupArn(accountId, path, name),
    CreateDate: new Date(createdAtMs),
  }
}
