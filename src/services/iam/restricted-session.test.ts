import { afterEach, beforeEach, expect, test } from 'bun:test'
import {
  insertIdentities,
  newRole,
  newSession,
  newUser,
  roleSession,
  runIam,
  userPrincipal,
} from '../../../test/support/identities.ts'
import { openTestRegistry, type TestRegistry } from '../../../test/support/test-registry.ts'
import { IAM } from '../../api/query/query-api.ts'
import { rootPrincipal } from '../../core/principal.ts'

const ROLE = newRole('builder')
const USER = newUser('bob')
/** It takes nothing away, and is there all the same. */
const RESTRICTED = { policyLayers: [{ texts: [], arns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }] }

let registry: TestRegistry
beforeEach(async () => {
  registry = await openTestRegistry()
  await insertIdentities(registry, [ROLE, USER])
})
afterEach(async () => {
  await registry[Symbol.asyncDispose]()
})

test('a session with a session policy changes nothing, whatever it asks', async () => {
  const restricted = roleSession(ROLE, RESTRICTED)
  for (const [operation, action] of Object.entries(IAM.table)) {
    if (action.isUnsigned || !action.changes) continue
    const ended = runIam(registry, restricted, operation, {}).then(() => operation)
    await expect(ended).rejects.toMatchObject({
      reason: 'denied',
      message: expect.stringContaining('has a session with a session policy, which cannot make or change'),
    })
  }
  await expect(runIam(registry, roleSession(ROLE), 'CreateUser', { UserName: 'eve' })).resolves.toBeDefined()
})

test("a user's or the root user's own temporary credentials call nothing of IAM", async () => {
  const session = newSession()
  for (const principal of [userPrincipal(USER, session), rootPrincipal('000000000000', 'ASIAROOT', session)]) {
    for (const operation of Object.keys(IAM.table)) {
      const ended = runIam(registry, principal, operation, {}).then(() => operation)
      await expect(ended).rejects.toMatchObject({
        reason: 'denied',
        message: expect.stringContaining('has temporary credentials of GetSessionToken'),
      })
    }
  }
  await expect(runIam(registry, userPrincipal(USER), 'GetUser')).resolves.toBeDefined()
})

test('every operation whose name does not say that it reads counts as a change', () => {
  const READS = /^(?:Get|List|Simulate|Generate)/
  for (const [operation, action] of Object.entries(IAM.table)) {
    if (!action.isUnsigned) expect([operation, action.changes]).toEqual([operation, !READS.test(operation)])
  }
})
