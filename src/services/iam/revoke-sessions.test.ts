import { expect, test } from 'bun:test'
import { insertIdentities, newRole, roleSession } from '../../../test/support/identities.ts'
import { openTestRegistry } from '../../../test/support/test-registry.ts'
import { revokeSessions } from './revoke-sessions.ts'

const ROLE = newRole('builder')
const POLICY = 'arn:aws:iam::aws:policy/AdministratorAccess'

test('a session with a session policy may end sessions, as that gives nothing to anybody', async () => {
  await using registry = await openTestRegistry()
  const { services, caller } = registry
  await insertIdentities(registry, [ROLE])
  const restricted = roleSession(ROLE, { policyLayers: [{ texts: [], arns: [POLICY] }] })
  const fromMs = await revokeSessions(services, { ...caller, principal: restricted }, { kind: 'role', name: 'builder' })
  expect(fromMs).toBe(services.clock.nowMs() + 1)
  expect(await services.metadata.findIdentity('000000000000', 'role', 'builder')).toMatchObject({
    sessionsValidFromMs: fromMs,
  })
})
