import { overQuota } from '../../core/iam/policy-size.ts'
import { userArn } from '../../core/principal.ts'
import { Refusal } from '../../core/refusal.ts'
import type { User } from '../../ports/metadata/identity.ts'
import type { ResourceTag } from '../../ports/metadata/repositories.ts'
import type { Action } from '../authorize.ts'
import type { Caller, Services } from '../context.ts'
import { requireBounded, requireSameBoundary } from './bounded-maker.ts'
import { type AccountChange, changeAccount } from './change-account.ts'
import { entityInUse } from './entity-in-use.ts'
import { getIdentity } from './get-identity.ts'
import { requireAttachable } from './get-managed-policy.ts'
import { withoutTags, withTags } from './tags.ts'

/** IAM's quota for an account, which cannot be raised (IAM user guide, "IAM and AWS STS quotas", read 2026-11-27). */
export const MOST_USERS = 5000

export interface NewUser {
  readonly name: string
  readonly path: string
  readonly boundaryArn: string | undefined
  readonly tags: readonly ResourceTag[]
}

/**
 * @throws {Refusal} `entity-exists`; `entity-unknown` for a boundary that does not exist; `limit-exceeded`;
 *   `resource-tag-invalid`; `denied` to a bounded maker whose boundary it would not have
 */
export async function createUser(services: Services, caller: Caller, given: NewUser): Promise<User> {
  const id = services.ids.entityId('AIDA')
  return await changeAccount(services, caller, async ({ accountId, maker, reads, changes, nowMs }) => {
    const resource = userArn(accountId, given.path, given.name)
    requireSameBoundary(maker, { action: 'iam:CreateUser', resource }, given.boundaryArn)
    if (given.boundaryArn !== undefined) await requireAttachable(reads, accountId, given.boundaryArn)
    const user: User = { ...given, ...FRESH, id, createdAtMs: nowMs, tags: withTags([], given.tags) }
    if (await reads.findIdentity(accountId, 'user', given.name)) throw userExists(given.name)
    if ((await reads.countIdentities(accountId, 'user')) >= MOST_USERS) throw overQuota('UsersPerAccount', MOST_USERS)
    if (!(await changes.insert(user))) throw userExists(given.name)
    return user
  })
}

const FRESH = {
  kind: 'user',
  groupIds: [],
  inlinePolicies: [],
  attachedPolicies: [],
  sessionsValidFromMs: 0,
} as const satisfies Partial<User>

/** Renames or moves. @throws {Refusal} `entity-unknown`; `entity-exists`; `denied` to a bounded maker */
export async function updateUser(
  services: Services,
  caller: Caller,
  { name, to }: { readonly name: string; readonly to: Partial<Pick<User, 'name' | 'path'>> },
): Promise<void> {
  await changeUser(services, caller, { name, action: 'iam:UpdateUser' }, async (user, { changes }) => {
    if (!(await changes.replace({ ...user, ...to }))) throw userExists(to.name ?? name)
  })
}

/** @throws {Refusal} `entity-unknown`; `limit-exceeded`; `resource-tag-invalid`; `denied` to a bounded maker */
export async function tagUser(
  services: Services,
  caller: Caller,
  { name, tags }: { readonly name: string; readonly tags: readonly ResourceTag[] },
): Promise<void> {
  await changeUser(services, caller, { name, action: 'iam:TagUser' }, async (user, { changes }) => {
    await changes.replace({ ...user, tags: withTags(user.tags, tags) })
  })
}

/** @throws {Refusal} `entity-unknown`; `resource-tag-invalid`; `denied` to a bounded maker */
export async function untagUser(
  services: Services,
  caller: Caller,
  { name, tagKeys }: { readonly name: string; readonly tagKeys: readonly string[] },
): Promise<void> {
  await changeUser(services, caller, { name, action: 'iam:UntagUser' }, async (user, { changes }) => {
    await changes.replace({ ...user, tags: withoutTags(user.tags, tagKeys) })
  })
}

/** @throws {Refusal} `entity-unknown`; `entity-in-use` while it has access keys or policies, or is in a group */
export async function deleteUser(services: Services, caller: Caller, name: string): Promise<void> {
  await changeAccount(services, caller, async ({ accountId, reads, changes }) => {
    const user = await getIdentity(reads, accountId, { kind: 'user', name })
    const keys = await reads.countIdentities(accountId, 'access-key', { ownerId: user.id })
    if (keys > 0) throw entityInUse('must delete access keys first')
    if (user.attachedPolicies.length > 0) throw entityInUse('must detach all policies first')
    if (user.inlinePolicies.length > 0) throw entityInUse('must delete policies first')
    if (user.groupIds.length > 0) throw entityInUse('must remove users from group first')
    await changes.delete('user', user.id)
  })
}

/** Changes a user, which a bounded maker may do to one that is bounded alike. */
export async function changeUser(
  services: Services,
  caller: Caller,
  { name, action }: { readonly name: string; readonly action: Action },
  work: (user: User, change: AccountChange) => Promise<void>,
): Promise<void> {
  await changeAccount(services, caller, async (change) => {
    const { accountId, reads, maker } = change
    const user = await getIdentity(reads, accountId, { kind: 'user', name })
    requireBounded(maker, { action, resource: userArn(accountId, user.path, user.name) }, user)
    await work(user, change)
  })
}

function userExists(name: string): Refusal {
  return new Refusal('entity-exists', `User with name ${name} already exists.`)
}
