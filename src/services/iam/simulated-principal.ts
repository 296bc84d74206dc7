import { identityArn } from '../../core/iam/identity-arn.ts'
import type { Simulation } from '../../core/iam/simulation.ts'
import type { Group, Role, User } from '../../ports/metadata/identity.ts'

/** Who asks in a simulation, and what conditions may ask about them. */
export interface SimulatedPrincipal {
  readonly names: Simulation['principal']
  /** By key in lower case. */
  readonly keys: ReadonlyMap<string, string>
}

/** @param identity undefined, or a group, for a user of whom nothing is known */
export function simulatedPrincipal(accountId: string, identity: User | Group | Role | undefined): SimulatedPrincipal {
  const keys = new Map([['aws:principalaccount', accountId]])
  if (identity === undefined || identity.kind === 'group') {
    return { names: { kind: 'user', accountId, directIds: [], roleId: undefined }, keys }
  }
  keys.set('aws:principalarn', identityArn(accountId, identity))
  for (const { key, value } of identity.tags) keys.set(`aws:principaltag/${key.toLowerCase()}`, value)
  if (identity.kind === 'role') {
    keys.set('aws:principaltype', 'AssumedRole')
    return { names: { kind: 'role-session', accountId, directIds: [], roleId: identity.id }, keys }
  }
  keys.set('aws:principaltype', 'User').set('aws:userid', identity.id).set('aws:username', identity.name)
  return { names: { kind: 'user', accountId, directIds: [identity.id], roleId: undefined }, keys }
}
