import { identityArn } from '../../core/iam/identity-arn.ts'
import { Refusal } from '../../core/refusal.ts'
import type { Role, User } from '../../ports/metadata/identity.ts'
import type { Action } from '../authorize.ts'
import type { Caller, Services } from '../context.ts'
import { requireUnbounded } from './bounded-maker.ts'
import { type AccountChange, changeAccount } from './change-account.ts'
import { NOUNS } from './change-permissions.ts'
import { getIdentity } from './get-identity.ts'
import { requireAttachable } from './get-managed-policy.ts'

/** Whose boundary a call is about, by name. */
export interface Bounded {
  readonly kind: 'user' | 'role'
  readonly name: string
}

/** @throws {Refusal} `entity-unknown` for it or the policy; `denied` to a bounded maker */
export async function putBoundary(
  services: Services,
  caller: Caller,
  { policyArn, ...target }: Bounded & { readonly policyArn: string },
): Promise<void> {
  await changeAccount(services, caller, async (change) => {
    const found = await findFor(change, 'Put', target)
    await requireAttachable(change.reads, change.accountId, policyArn)
    await change.changes.replace({ ...found, boundaryArn: policyArn })
  })
}

/** @throws {Refusal} `entity-unknown` for it, or when it has none; `denied` to a bounded maker */
export async function deleteBoundary(services: Services, caller: Caller, target: Bounded): Promise<void> {
  await changeAccount(services, caller, async (change) => {
    const found = await findFor(change, 'Delete', target)
    if (found.boundaryArn === undefined) {
      throw new Refusal('entity-unknown', `The ${found.kind} with name ${found.name} has no permissions boundary.`)
    }
    await change.changes.replace({ ...found, boundaryArn: undefined })
  })
}

async function findFor(
  { reads, accountId, maker }: AccountChange,
  verb: 'Put' | 'Delete',
  target: Bounded,
): Promise<User | Role> {
  const found = await getIdentity(reads, accountId, target)
  const action: Action = `iam:${verb}${NOUNS[found.kind]}PermissionsBoundary`
  requireUnbounded(maker, { action, resource: identityArn(accountId, found) })
  return found
}
