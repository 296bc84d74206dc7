import { overQuota } from '../../core/iam/policy-size.ts'
import { Refusal } from '../../core/refusal.ts'
import type { AccessKeyRecord, IdentityReads, KeyUse } from '../../ports/metadata/identity.ts'
import type { Action } from '../authorize.ts'
import type { Caller, Services } from '../context.ts'
import { sealSecret } from '../identity/access-key-secret.ts'
import { requireBounded } from './bounded-maker.ts'
import { type AccountChange, changeAccount } from './change-account.ts'
import { getKeyOwner, type KeyOwner } from './key-owner.ts'

export const MOST_KEYS_PER_USER = 2

/** A key, and whose it is: undefined for the root user. */
export interface OwnedKey {
  readonly key: AccessKeyRecord
  readonly userName: string | undefined
}

/**
 * @param userName undefined for whoever calls
 * @returns also the secret, which is not shown again
 * @throws {Refusal} `entity-unknown`; `limit-exceeded` for a third; `denied` to a bounded maker
 */
export async function createAccessKey(
  services: Services,
  caller: Caller,
  userName: string | undefined,
): Promise<OwnedKey & { readonly secret: string }> {
  const { ids } = services
  const [id, secret] = [ids.entityId('AKIA'), ids.secretAccessKey()]
  const { accountId } = caller.principal
  const sealedSecret = sealSecret(services, accountId, { accessKeyId: id, secret })
  return await changeKeys(services, caller, { userName, action: 'iam:CreateAccessKey' }, async (owner, change) => {
    const { reads, changes, nowMs } = change
    const present = await reads.countIdentities(accountId, 'access-key', { ownerId: owner.id })
    if (present >= MOST_KEYS_PER_USER) throw overQuota('AccessKeysPerUser', MOST_KEYS_PER_USER)
    const key: AccessKeyRecord = {
      kind: 'access-key',
      id,
      ownerId: owner.id,
      sealedSecret,
      state: 'active',
      createdAtMs: nowMs,
    }
    if (!(await changes.insert(key))) throw new Error(`an access key has the id ${id} already`)
    return { key, userName: owner.user?.name, secret }
  })
}

/** Which key of whom; `userName` undefined for whoever calls. */
export interface NamedKey {
  readonly userName: string | undefined
  readonly accessKeyId: string
}

/** @throws {Refusal} `entity-unknown`; `denied` to a bounded maker */
export async function updateAccessKey(
  services: Services,
  caller: Caller,
  { state, ...named }: NamedKey & Pick<AccessKeyRecord, 'state'>,
): Promise<void> {
  const target = { ...named, action: 'iam:UpdateAccessKey' } as const
  await changeKeys(services, caller, target, async (owner, { reads, changes }) => {
    await changes.replace({ ...(await getKey(reads, owner, named.accessKeyId)), state })
  })
}

/** @throws {Refusal} `entity-unknown`; `denied` to a bounded maker */
export async function deleteAccessKey(services: Services, caller: Caller, named: NamedKey): Promise<void> {
  const target = { ...named, action: 'iam:DeleteAccessKey' } as const
  await changeKeys(services, caller, target, async (owner, { reads, changes }) => {
    const { id } = await getKey(reads, owner, named.accessKeyId)
    await changes.delete('access-key', id)
  })
}

/** @throws {Refusal} `entity-unknown` also for a key of another account */
export async function getAccessKeyLastUsed(
  { metadata }: Services,
  accountId: string,
  accessKeyId: string,
): Promise<{ readonly userName: string | undefined; readonly use: KeyUse | undefined }> {
  const found = await metadata.findIdentityById('access-key', accessKeyId)
  if (found?.accountId !== accountId) throw keyUnknown(accessKeyId)
  const owner = await metadata.findIdentityById('user', found.identity.ownerId)
  return { userName: owner?.identity.name, use: await metadata.findKeyUse(accessKeyId) }
}

async function changeKeys<Result>(
  services: Services,
  caller: Caller,
  { userName, action }: { readonly userName: string | undefined; readonly action: Action },
  work: (owner: KeyOwner, change: AccountChange) => Promise<Result>,
): Promise<Result> {
  return await changeAccount(services, caller, async (change) => {
    const owner = await getKeyOwner(change.reads, caller, userName)
    if (owner.user !== undefined) requireBounded(change.maker, { action, resource: owner.arn }, owner.user)
    return await work(owner, change)
  })
}

async function getKey(reader: IdentityReads, owner: KeyOwner, accessKeyId: string): Promise<AccessKeyRecord> {
  const found = await reader.findIdentityById('access-key', accessKeyId)
  // The same for one that is somebody else's, so that nobody finds out whose keys there are.
  if (found?.identity.ownerId !== owner.id) throw keyUnknown(accessKeyId)
  return found.identity
}

function keyUnknown(accessKeyId: string): Refusal {
  return new Refusal('entity-unknown', `The Access Key with id ${accessKeyId} cannot be found.`)
}
