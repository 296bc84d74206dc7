import { expect, test } from 'bun:test'
import { insertIdentities, newRole, roleSession } from '../../../test/support/identities.ts'
import { openTestRegistry } from '../../../test/support/test-registry.ts'
import { revokeSessions } from './revoke-sessions.ts'

const ROLE = newRole('builder')
const POLICY = 'arn:aws:iam::aws:policy/AdministratorAccess'

test('a session with a session policy ends nobody’s sessions', async () => {
  await using registry = await openTestRegistry()
  const { services, caller } = registry
  await insertIdentities(registry, [ROLE])
  const restricted = roleSession(ROLE, { policyLayers: [{ texts: [], arns: [POLICY] }] })
  const revoked = revokeSessions(services, { ...caller, principal: restricted }, { kind: 'role', name: 'builder' })
  await expect(revoked).rejects.toMatchObject({ reason: 'denied' })
  const nowMs = services.clock.nowMs()
  const by = { ...caller, principal: roleSession(ROLE) }
  expect(await revokeSessions(services, by, { kind: 'role', name: 'builder' })).toBe(nowMs)
})
