import { expect, test } from 'bun:test'
import { makeAccount } from '../../../test/support/accounts.ts'
import { insertIdentities, newRole, newUser, roleSession, userPrincipal } from '../../../test/support/identities.ts'
import { openTestRegistry } from '../../../test/support/test-registry.ts'
import type { Principal } from '../../core/principal.ts'
import { updateAccount } from './update-account.ts'

const TEAM = '111122223333'
const POLICY = 'arn:aws:iam::aws:policy/AdministratorAccess'

test('whoever has a session policy or a permissions boundary does not enable an account again', async () => {
  await using registry = await openTestRegistry()
  const { services, caller } = registry
  await makeAccount(registry, TEAM)
  const [role, user] = [newRole('builder'), newUser('bob', { boundaryArn: POLICY })]
  await insertIdentities(registry, [role, user])
  const restricted = roleSession(role, { policyLayers: [{ texts: [], arns: [POLICY] }] })
  const set = (principal: Principal, state: 'enabled' | 'disabled') =>
    updateAccount(services, { ...caller, principal }, { accountId: TEAM, change: { state } })
  // It gives nothing to anybody.
  await set(restricted, 'disabled')
  for (const principal of [restricted, userPrincipal(user)]) {
    await expect(set(principal, 'enabled')).rejects.toMatchObject({ reason: 'denied' })
  }
  expect(await services.metadata.findAccount(TEAM)).toMatchObject({ state: 'disabled' })
  await set(roleSession(role), 'enabled')
  expect(await services.metadata.findAccount(TEAM)).toMatchObject({ state: 'enabled' })
})
