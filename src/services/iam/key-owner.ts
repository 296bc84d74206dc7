import { rootArn, userArn } from '../../core/principal.ts'
import { Refusal } from '../../core/refusal.ts'
import type { IdentityReads, User } from '../../ports/metadata/identity.ts'
import type { Caller } from '../context.ts'
import { getIdentity } from './get-identity.ts'

/** Whose credentials a call is about: a user's, or the root user's, which is nobody that identities know of. */
export interface KeyOwner {
  /** As access keys have it. */
  readonly id: string
  readonly arn: string
  /** Undefined for the root user. */
  readonly user: User | undefined
}

/**
 * @param name undefined for whoever calls: by what it is now, should it have another name than when it signed
 * @throws {Refusal} `entity-unknown`; `parameter-invalid` for a role's session that names nobody
 */
export async function getKeyOwner(
  reader: IdentityReads,
  { principal }: Pick<Caller, 'principal'>,
  name: string | undefined,
): Promise<KeyOwner> {
  const { accountId } = principal
  if (name !== undefined) return ownerOf(accountId, await getIdentity(reader, accountId, { kind: 'user', name }))
  if (principal.kind === 'root') return { id: accountId, arn: rootArn(accountId), user: undefined }
  if (principal.kind === 'user') {
    const found = await reader.findIdentityById('user', principal.userId)
    if (found !== undefined) return ownerOf(accountId, found.identity)
    throw new Refusal('entity-unknown', `The user with name ${principal.name} cannot be found.`)
  }
  throw new Refusal('parameter-invalid', 'Must specify userName when calling with non-User credentials')
}

function ownerOf(accountId: string, user: User): KeyOwner {
  return { id: user.id, arn: userArn(accountId, user.path, user.name), user }
}
