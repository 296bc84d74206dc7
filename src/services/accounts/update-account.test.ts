import { expect, test } from 'bun:test'
import { makeAccount } from '../../../test/support/accounts.ts'
import { insertIdentities, newRole, newUser, roleSession, userPrincipal } from '../../../test/support/identities.ts'
import { openTestRegistry } from '../../../test/support/test-registry.ts'
import { updateAccount } from './update-account.ts'

const TEAM = '111122223333'
const POLICY = 'arn:aws:iam::aws:policy/AdministratorAccess'

test('whoever has a session policy or a permissions boundary neither disables nor enables an account', async () => {
  await using registry = await openTestRegistry()
  const { services, caller } = registry
  await makeAccount(registry, TEAM)
  const [role, user] = [newRole('builder'), newUser('bob', { boundaryArn: POLICY })]
  await insertIdentities(registry, [role, user])
  const restricted = roleSession(role, { policyLayers: [{ texts: [], arns: [POLICY] }] })
  for (const principal of [restricted, userPrincipal(user)]) {
    const updated = updateAccount(services, { ...caller, principal }, TEAM, { state: 'disabled' })
    await expect(updated).rejects.toMatchObject({ reason: 'denied' })
  }
  expect(await services.metadata.findAccount(TEAM)).toMatchObject({ state: 'enabled' })
  await updateAccount(services, { ...caller, principal: roleSession(role) }, TEAM, { state: 'disabled' })
  expect(await services.metadata.findAccount(TEAM)).toMatchObject({ state: 'disabled' })
})
