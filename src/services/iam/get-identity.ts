import { Refusal } from '../../core/refusal.ts'
import type { Identities, IdentityReads } from '../../ports/metadata/identity.ts'

/** Those that policies are put on and attached to. */
export type PermittedKind = 'user' | 'group' | 'role'

/** @throws {Refusal} `entity-unknown` */
export async function getIdentity<Kind extends PermittedKind>(
  reader: IdentityReads,
  accountId: string,
  { kind, name }: { readonly kind: Kind; readonly name: string },
): Promise<Identities[Kind]> {
  const found = await reader.findIdentity(accountId, kind, name)
  if (found === undefined) throw new Refusal('entity-unknown', `The ${kind} with name ${name} cannot be found.`)
  return found
}
