import { overQuota } from '../../core/iam/policy-size.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Group } from '../../ports/metadata/identity.ts'
import type { Caller, Services } from '../context.ts'
import { changeAccount } from './change-account.ts'
import { entityInUse } from './entity-in-use.ts'
import { getIdentity } from './get-identity.ts'
import { changeUser } from './users.ts'

/** IAM's quotas (IAM user guide, "IAM and AWS STS quotas", read 2026-11-27); the first is the highest it goes to. */
export const MOST_GROUPS = 500
export const MOST_GROUPS_PER_USER = 10

/** @throws {Refusal} `entity-exists`; `limit-exceeded` */
export async function createGroup(
  services: Services,
  caller: Caller,
  given: Pick<Group, 'name' | 'path'>,
): Promise<Group> {
  const id = services.ids.entityId('AGPA')
  return await changeAccount(services, caller, async ({ accountId, reads, changes, nowMs }) => {
    const group: Group = { ...given, ...FRESH, id, createdAtMs: nowMs }
    if (await reads.findIdentity(accountId, 'group', given.name)) throw groupExists(given.name)
    if ((await reads.countIdentities(accountId, 'group')) >= MOST_GROUPS) {
      throw overQuota('GroupsPerAccount', MOST_GROUPS)
    }
    if (!(await changes.insert(group))) throw groupExists(given.name)
    return group
  })
}

const FRESH = { kind: 'group', tags: [], inlinePolicies: [], attachedPolicies: [] } as const satisfies Partial<Group>

/** Renames or moves. @throws {Refusal} `entity-unknown`; `entity-exists` */
export async function updateGroup(
  services: Services,
  caller: Caller,
  { name, to }: { readonly name: string; readonly to: Partial<Pick<Group, 'name' | 'path'>> },
): Promise<void> {
  await changeAccount(services, caller, async ({ accountId, reads, changes }) => {
    const group = await getIdentity(reads, accountId, { kind: 'group', name })
    if (!(await changes.replace({ ...group, ...to }))) throw groupExists(to.name ?? name)
  })
}

/** @throws {Refusal} `entity-unknown`; `entity-in-use` while it has users or policies */
export async function deleteGroup(services: Services, caller: Caller, name: string): Promise<void> {
  await changeAccount(services, caller, async ({ accountId, reads, changes }) => {
    const group = await getIdentity(reads, accountId, { kind: 'group', name })
    const users = await reads.countIdentities(accountId, 'user', { groupId: group.id })
    if (users > 0) throw entityInUse('must remove users from group first')
    if (group.attachedPolicies.length > 0) throw entityInUse('must detach all policies first')
    if (group.inlinePolicies.length > 0) throw entityInUse('must delete policies first')
    await changes.delete('group', group.id)
  })
}

export interface Membership {
  readonly groupName: string
  readonly userName: string
}

/** Who is in it already stays. @throws {Refusal} `entity-unknown`; `limit-exceeded`; `denied` to a bounded maker */
export async function addUserToGroup(services: Services, caller: Caller, given: Membership): Promise<void> {
  const target = { name: given.userName, action: 'iam:AddUserToGroup' } as const
  await changeUser(services, caller, target, async (user, { accountId, reads, changes }) => {
    const { id } = await getIdentity(reads, accountId, { kind: 'group', name: given.groupName })
    if (user.groupIds.includes(id)) return
    if (user.groupIds.length >= MOST_GROUPS_PER_USER) throw overQuota('GroupsPerUser', MOST_GROUPS_PER_USER)
    await changes.replace({ ...user, groupIds: [...user.groupIds, id] })
  })
}

/** Who is not in it is passed over. @throws {Refusal} `entity-unknown`; `denied` to a bounded maker */
export async function removeUserFromGroup(services: Services, caller: Caller, given: Membership): Promise<void> {
  const target = { name: given.userName, action: 'iam:RemoveUserFromGroup' } as const
  await changeUser(services, caller, target, async (user, { accountId, reads, changes }) => {
    const group = await getIdentity(reads, accountId, { kind: 'group', name: given.groupName })
    await changes.replace({ ...user, groupIds: user.groupIds.filter((id) => id !== group.id) })
  })
}

/** The groups that a user is in, of which there are few, in no order. @throws {Refusal} `entity-unknown` */
export async function listGroupsForUser({ metadata }: Services, accountId: string, name: string): Promise<Group[]> {
  const { groupIds } = await getIdentity(metadata, accountId, { kind: 'user', name })
  const found = await Promise.all(groupIds.map((id) => metadata.findIdentityById('group', id)))
  // One that was deleted since the user was read has no users left.
  return found.flatMap((group) => group?.identity ?? [])
}

function groupExists(name: string): Refusal {
  return new Refusal('entity-exists', `Group with name ${name} already exists.`)
}
