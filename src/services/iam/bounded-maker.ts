import type { Principal } from '../../core/principal.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Group, IdentityFilter, IdentityReads, Role, User } from '../../ports/metadata/identity.ts'
import type { Action } from '../authorize.ts'
import { everyIdentity } from './every-identity.ts'

/**
 * Who changes identities, as far as their permissions boundary goes. Credentials that somebody makes never exceed their
 * maker (iam.md 2.4): whoever has a boundary makes and widens only what has the very same one, whatever their policies
 * allow. AWS leaves that to conditions on `iam:PermissionsBoundary`, which are easily forgotten.
 *
 * Everything here is asked inside the transaction that changes something, so that nothing changes in between.
 */
export interface Maker {
  readonly arn: string
  /** Undefined when nothing bounds them. */
  readonly boundaryArn: string | undefined
}

/** What somebody is about to do, for the sentence that refuses it. */
export interface Deed {
  readonly action: Action
  /** The ARN of what is acted on. */
  readonly resource: string
}

/** @throws {Refusal} `credential-revoked` when whoever asks is gone by now, or is nobody */
export async function makerOf(reader: IdentityReads, principal: Principal): Promise<Maker> {
  const { arn } = principal
  switch (principal.kind) {
    case 'root':
      return { arn, boundaryArn: undefined }
    case 'user':
      return { arn, boundaryArn: await boundaryOf(reader, 'user', principal.userId) }
    case 'role-session':
      return { arn, boundaryArn: await boundaryOf(reader, 'role', principal.roleId) }
    case 'anonymous':
      throw gone()
  }
}

/** A user or a role may be made with this boundary. @throws {Refusal} `denied` */
export function requireSameBoundary(maker: Maker, deed: Deed, boundaryArn: string | undefined): void {
  if (maker.boundaryArn === undefined || maker.boundaryArn === boundaryArn) return
  throw beyond(maker, deed, `what they make must have the permissions boundary ${maker.boundaryArn} as well`)
}

/** Somebody's credentials may be made, or what they may do changed. @throws {Refusal} `denied` */
export function requireBounded(maker: Maker, deed: Deed, target: Pick<User | Role, 'boundaryArn'>): void {
  if (maker.boundaryArn === undefined || maker.boundaryArn === target.boundaryArn) return
  throw beyond(maker, deed, `what they change must have the permissions boundary ${maker.boundaryArn} as well`)
}

/** What a group's members may do may be changed. @throws {Refusal} `denied` unless all of them are bounded alike */
export async function requireBoundedMembers(
  reader: IdentityReads,
  maker: Maker,
  deed: Deed,
  { accountId, group }: { readonly accountId: string; readonly group: Group },
): Promise<void> {
  const { boundaryArn } = maker
  if (boundaryArn === undefined) return
  if (!(await hasOthers(reader, { accountId, kind: 'user', filter: { groupId: group.id }, boundaryArn }))) return
  throw beyond(maker, deed, `all members of the group must have the permissions boundary ${boundaryArn} as well`)
}

/**
 * Boundaries and identity providers are for those who have no boundary: a provider's tokens may be good for roles of
 * any. @throws {Refusal} `denied`
 */
export function requireUnbounded(maker: Maker, deed: Deed): void {
  if (maker.boundaryArn === undefined) return
  throw beyond(maker, deed, 'it is for those without a permissions boundary')
}

/**
 * What a managed policy says may be changed.
 *
 * @throws {Refusal} `denied` when it is somebody's boundary, or attached to anything that is not bounded alike
 */
export async function requireBoundedUse(
  reader: IdentityReads,
  maker: Maker,
  deed: Deed,
  accountId: string,
): Promise<void> {
  const { boundaryArn } = maker
  if (boundaryArn === undefined) return
  if ((await countBoundedBy(reader, accountId, deed.resource)) > 0) {
    throw beyond(maker, deed, 'the policy is a permissions boundary')
  }
  if (!(await isAttachedToOthers(reader, { accountId, arn: deed.resource, boundaryArn }))) return
  throw beyond(maker, deed, `all that it is attached to must have the permissions boundary ${boundaryArn} as well`)
}

/** How many users and roles have the policy as their boundary. */
export async function countBoundedBy(reader: IdentityReads, accountId: string, policyArn: string): Promise<number> {
  const filter = { boundaryArn: policyArn }
  const users = await reader.countIdentities(accountId, 'user', filter)
  return users + (await reader.countIdentities(accountId, 'role', filter))
}

async function isAttachedToOthers(
  reader: IdentityReads,
  { accountId, arn, boundaryArn }: { readonly accountId: string; readonly arn: string; readonly boundaryArn: string },
): Promise<boolean> {
  const filter = { attachedPolicy: arn }
  if (await hasOthers(reader, { accountId, kind: 'user', filter, boundaryArn })) return true
  if (await hasOthers(reader, { accountId, kind: 'role', filter, boundaryArn })) return true
  for await (const group of everyIdentity(reader, accountId, 'group', filter)) {
    if (await hasOthers(reader, { accountId, kind: 'user', filter: { groupId: group.id }, boundaryArn })) return true
  }
  return false
}

/** Whether any of those that the filter finds has another boundary, or none. */
async function hasOthers(
  reader: IdentityReads,
  among: {
    readonly accountId: string
    readonly kind: 'user' | 'role'
    readonly filter: IdentityFilter
    readonly boundaryArn: string
  },
): Promise<boolean> {
  const { accountId, kind, filter, boundaryArn } = among
  const all = await reader.countIdentities(accountId, kind, filter)
  return all > (await reader.countIdentities(accountId, kind, { ...filter, boundaryArn }))
}

async function boundaryOf(reader: IdentityReads, kind: 'user' | 'role', id: string): Promise<string | undefined> {
  const found = await reader.findIdentityById(kind, id)
  if (found === undefined) throw gone()
  return found.identity.boundaryArn
}

function beyond(maker: Maker, { action, resource }: Deed, why: string): Refusal {
  const sentence = `User: ${maker.arn} is not authorized to perform: ${action} on resource: ${resource}`
  return new Refusal('denied', `${sentence} because no permissions boundary allows the ${action} action: ${why}`)
}

function gone(): Refusal {
  return new Refusal('credential-revoked', 'The security token included in the request is invalid.')
}
