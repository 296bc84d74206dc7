import { Refusal } from '../../core/refusal.ts'
import type { AccessKeyRecord, IdentityReads } from '../../ports/metadata/identity.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import type { Caller, Services } from '../context.ts'
import { makerOf, requireUnbounded } from '../iam/bounded-maker.ts'
import { refuseTemporaryMaker } from '../iam/restricted-session.ts'
import { sealSecret } from '../identity/access-key-secret.ts'
import { accountArn } from './account-arn.ts'
import { getAccount } from './get-account.ts'

/** As AWS has it, so that one can be replaced while the other is in use. */
export const MOST_ROOT_KEYS = 2

/** A root key as it is told once. */
export interface NewRootKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/**
 * @throws {Refusal} `entity-unknown`; `limit-exceeded` for a third; `denied` to whoever would get beyond their own
 */
export async function createRootKey(services: Services, caller: Caller, accountId: string): Promise<NewRootKey> {
  refuseBeyondOperator(caller, accountId)
  return await services.metadata.transact(async (transaction) => {
    await requireOperator(transaction, caller, { action: 'lading:CreateAccountRootKey', accountId })
    const changes = await transaction.changeIdentities(accountId)
    await getAccount(transaction, accountId)
    const present = await transaction.countIdentities(accountId, 'access-key', { ownerId: accountId })
    if (present >= MOST_ROOT_KEYS) {
      throw new Refusal('limit-exceeded', `An account has at most ${MOST_ROOT_KEYS} root keys; delete one first.`)
    }
    const { key, record } = makeRootKey(services, accountId)
    if (!(await changes.insert(record))) throw new Error(`an access key has the id ${record.id} already`)
    return key
  })
}

/** Those that were made here, by id; a root key of the settings is none of them. */
export async function listRootKeys(reader: IdentityReads, accountId: string): Promise<AccessKeyRecord[]> {
  return await reader.listIdentities(
    accountId,
    'access-key',
    { after: undefined, limit: MOST_ROOT_KEYS },
    { ownerId: accountId },
  )
}

/** Tokens that were made with it end with it. @throws {Refusal} `entity-unknown`; `denied` */
export async function deleteRootKey(
  services: Services,
  caller: Caller,
  { accountId, accessKeyId }: { readonly accountId: string; readonly accessKeyId: string },
): Promise<void> {
  await services.metadata.transact(async (transaction) => {
    await requireOperator(transaction, caller, { action: 'lading:DeleteAccountRootKey', accountId })
    const changes = await transaction.changeIdentities(accountId)
    const found = await transaction.findIdentityById('access-key', accessKeyId)
    if (found?.accountId !== accountId || found.identity.ownerId !== accountId) {
      throw new Refusal('entity-unknown', `Account ${accountId} has no root key ${accessKeyId} that was made here.`)
    }
    await changes.delete('access-key', accessKeyId)
  })
}

export function makeRootKey(services: Services, accountId: string): { key: NewRootKey; record: AccessKeyRecord } {
  const { ids, clock } = services
  const [id, secret] = [ids.entityId('AKIA'), ids.secretAccessKey()]
  const record: AccessKeyRecord = {
    kind: 'access-key',
    id,
    ownerId: accountId,
    sealedSecret: sealSecret(services, accountId, { accessKeyId: id, secret }),
    state: 'active',
    createdAtMs: clock.nowMs(),
  }
  return { key: { accessKeyId: id, secretAccessKey: secret }, record }
}

interface Deed {
  readonly action: `lading:${string}`
  readonly accountId: string
}

/**
 * A root key is beyond every boundary and session policy, and longer than every session, so neither it nor what accounts
 * may do is for whoever has one, whatever their policies say.
 *
 * @throws {Refusal} `denied`; `credential-revoked` when the caller is gone
 */
export async function requireOperator(transaction: MetadataTransaction, caller: Caller, deed: Deed): Promise<void> {
  refuseTemporaryMaker(caller)
  const maker = await makerOf(transaction, caller.principal)
  requireUnbounded(maker, { action: deed.action, resource: accountArn(caller.registry, deed.accountId) })
}

/** Whoever operates the accounts would else be a single call away from being root over them all, policies or not. */
function refuseBeyondOperator({ principal, registry }: Caller, accountId: string): void {
  if (accountId !== registry.accountId || principal.kind === 'root') return
  throw new Refusal('denied', `User: ${principal.arn} cannot make root keys of the account that operates all others.`)
}
