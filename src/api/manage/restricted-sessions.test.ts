import { expect, test } from 'bun:test'
import { insertIdentities, newRole, roleSession } from '../../../test/support/identities.ts'
import { openTestRegistry } from '../../../test/support/test-registry.ts'
import type { ManageOperation } from './operations.ts'
import { MANAGE_TABLE } from './table.ts'

const ROLE = newRole('builder')
const RESTRICTED = roleSession(ROLE, {
  policyLayers: [{ texts: [], arns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }],
})

/** What makes and changes neither credentials nor rights, although it is no `GET`. */
const HARMLESS: readonly ManageOperation[] = ['ValidatePolicy']

/** What any of the handlers reads. */
const INPUT = {
  parameters: { accountId: '123456789012', accessKeyId: 'AKIA0000000000000000', name: 'builder' },
  query: {},
  body: {
    accountId: '123456789012',
    name: 'Team',
    state: 'disabled',
    issuer: 'https://issuer.example.com',
    clientIds: ['lading'],
    claimTags: [],
  },
}

test('a session with a session policy makes and changes no rights over the management API, whatever it asks', async () => {
  await using registry = await openTestRegistry()
  const { services, caller } = registry
  await insertIdentities(registry, [ROLE])
  const rows = Object.values(MANAGE_TABLE).filter(({ method, operation }) => {
    return method !== 'get' && !HARMLESS.includes(operation)
  })
  expect(rows.length).toBeGreaterThan(5)
  for (const { operation, handle } of rows) {
    const ended = handle({ services, caller: { ...caller, principal: RESTRICTED } }, INPUT).then(() => operation)
    await expect(ended).rejects.toMatchObject({
      reason: 'denied',
      message: expect.stringContaining('has a session with a session policy'),
    })
  }
})
