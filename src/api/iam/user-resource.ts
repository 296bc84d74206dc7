import { getKeyOwner } from '../../services/iam/key-owner.ts'
import type { QueryCall, Resource } from '../query/define-action.ts'
import { identityResource } from './resources.ts'

/**
 * The user that the name names, or whoever calls.
 *
 * @throws {Refusal} as `getKeyOwner` when nobody is named
 */
export async function userResource(call: QueryCall, name: string | undefined): Promise<Resource> {
  if (name !== undefined) return await identityResource(call, 'user', name)
  const { arn, user } = await getKeyOwner(call.services.metadata, call.caller, undefined)
  return user === undefined ? arn : await identityResource(call, 'user', user.name)
}
