import { identityArn } from '../../core/iam/identity-arn.ts'
import type { Group, Role, User } from '../../ports/metadata/identity.ts'
import type { Action } from '../authorize.ts'
import type { Caller, Services } from '../context.ts'
import { requireBounded, requireBoundedMembers } from './bounded-maker.ts'
import { type AccountChange, changeAccount } from './change-account.ts'
import { getIdentity, type PermittedKind } from './get-identity.ts'

/** Whose policies a call is about, by name. */
export interface Target {
  readonly kind: PermittedKind
  readonly name: string
}

/** What is done to a policy of theirs: `Put` and a role are PutRolePolicy. */
export type Verb = 'Put' | 'Delete' | 'Attach' | 'Detach'

/**
 * Changes what a user, a role or a group's members may do. Also what takes a policy away is for makers who are bounded
 * alike, as the policy may be one that denies.
 *
 * @throws {Refusal} `entity-unknown`; `denied` to a bounded maker
 */
export async function changePermissions<Result>(
  services: Services,
  caller: Caller,
  { verb, ...target }: Target & { readonly verb: Verb },
  work: (found: User | Group | Role, change: AccountChange) => Promise<Result>,
): Promise<Result> {
  return await changeAccount(services, caller, async (change) => {
    const { reads, accountId, maker } = change
    const found = await getIdentity(reads, accountId, target)
    const action: Action = `iam:${verb}${NOUNS[target.kind]}Policy`
    const deed = { action, resource: identityArn(accountId, found) }
    if (found.kind === 'group') await requireBoundedMembers(reads, maker, deed, { accountId, group: found })
    else requireBounded(maker, deed, found)
    return await work(found, change)
  })
}

/** As names of operations have them. */
export const NOUNS = { user: 'User', group: 'Group', role: 'Role' } as const satisfies Record<PermittedKind, string>
