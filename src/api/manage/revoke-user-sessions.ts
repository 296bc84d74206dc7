import * as z from 'zod'
import { revokeSessions } from '../../services/iam/revoke-sessions.ts'
import { defineOperation } from './define-operation.ts'
import { identityNameField, ladingArn, timeField, toTime } from './fields.ts'

/** `POST /api/v1/users/{name}/revoke-sessions` */
export const revokeUserSessions = defineOperation('RevokeUserSessions', {
  action: 'lading:RevokeSessions',
  method: 'post',
  path: '/users/{name}/revoke-sessions',
  summary: 'Ends every session of a user, and every token, that was made until now.',
  decidedIn: "caller's account",
  parameters: z.strictObject({ name: identityNameField }),
  output: z.strictObject({ sessionsValidFrom: timeField }),
  resource: (registry, { parameters }) => ladingArn(registry, `user/${parameters.name}`),
  handle: async ({ services, caller }, { parameters: { name } }) => {
    return { sessionsValidFrom: toTime(await revokeSessions(services, caller, { kind: 'user', name })) }
  },
})
